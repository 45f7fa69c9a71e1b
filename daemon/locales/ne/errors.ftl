# What a person reads when a request fails: error-CODE says what happened, advice-CODE what to do now.

error-tries-left = बाँकी प्रयास: { $tries } पटक।
advice-retry-after = { $seconds } सेकेन्डपछि फेरि प्रयास गर्नुहोस्।

error-no_service = कार्ड पढ्ने सेवा चलिरहेको छैन।
advice-no_service = प्रायः प्रणालीको स्मार्ट कार्ड सेवा बन्द भएको हुन्छ; Linux मा यसरी सुरु गर्नुहोस्: sudo systemctl restart pcscd। त्यसले भएन भने jpki doctor चलाउनुहोस्: के छुटेको छ भन्छ।
error-access_denied = यो कम्प्युटरले कार्ड रिडर प्रयोग गर्न दिँदैन।
advice-access_denied = प्रायः कम्प्युटर अगाडि बस्नेले मात्र रिडर प्रयोग गर्न पाउँछ: टाढाबाट होइन, कम्प्युटरमै लगइन गर्नुहोस्। नभए कम्प्युटरको प्रशासकलाई अनुमति दिन भन्नुहोस् (polkit: org.debian.pcsc-lite.access_pcsc र access_card)।
error-no_reader = कार्ड रिडर भेटिएन।
advice-no_reader = कार्ड रिडर जोड्नुहोस् र केही सेकेन्ड पर्खनुहोस्। जोडिएको छ भने अर्को USB पोर्ट प्रयोग गर्नुहोस्।
error-no_card = रिडरमा कार्ड छैन।
advice-no_card = आफ्नो माइ नम्बर कार्ड (マイナンバーカード) रिडरमा हाल्नुहोस् वा सम्पर्करहित रिडरमाथि राख्नुहोस्, र नसकिएसम्म त्यहीँ छोड्नुहोस्।
error-unsupported_card = यो माइ नम्बर कार्ड होइन।
advice-unsupported_card = आफ्नो माइ नम्बर कार्ड प्रयोग गर्नुहोस्। त्यही कार्ड हो भने निकालेर, फर्काएर फेरि हाल्नुहोस्।
error-card_removed = कार्ड बीचमै निकालियो।
advice-card_removed = कार्ड फेरि हालेर सुरुदेखि गर्नुहोस्। पृष्ठ अगाडि नबढेसम्म कार्ड ननिकाल्नुहोस्।
error-card_busy = अर्को प्रोग्रामले कार्ड प्रयोग गरिरहेको छ।
advice-card_busy = केही बेर पर्खेर फेरि प्रयास गर्नुहोस्, वा कार्ड प्रयोग गर्ने अर्को प्रोग्राम बन्द गर्नुहोस्।
error-card_error = कार्डले अनपेक्षित जवाफ दियो।
advice-card_error = कार्ड निकालेर सुनौलो भाग पुछ्नुहोस्, फेरि हालेर एकपटक प्रयास गर्नुहोस्। फेरि पनि भएन भने नगरपालिकाको कार्यालयले कार्ड जाँच गर्न सक्छ।
error-pin_incorrect = पिन (暗証番号) मिलेन।
advice-pin_incorrect = फेरि प्रयास गर्नुअघि नगरपालिकाले दिएको कागज हेर्नुहोस्। पर्खेर प्रयासको संख्या फर्किँदैन; सही पिन हालेपछि फर्किन्छ।
error-pin_blocked = धेरै पटक गलत भएकाले यो पिन बन्द भएको छ।
advice-pin_blocked = आफू बसेको नगरपालिकाको कार्यालयमा कार्ड र परिचयपत्र लिएर गई नयाँ बनाउनुपर्छ। हस्ताक्षरको पासवर्ड (र धेरै कार्डमा 4 अंकको पिन पनि) स्मार्टफोन एप "JPKI暗証番号リセット" मा बुक गरेपछि कन्भिनियन्स स्टोरको मेसिनमा पनि नयाँ बनाउन सकिन्छ। पर्खेर खुल्दैन।
error-pin_last_try_refused = एक पटक मात्र बाँकी थियो, त्यो प्रयोग गरिएन।
advice-pin_last_try_refused = पिन पक्का भएपछि फेरि सुरु गर्नुहोस्। अर्को पटक गलत भए बन्द हुन्छ, र नगरपालिकामा नयाँ बनाउनुपर्छ।
error-prompt_unavailable = पिन हाल्ने झ्याल खोल्न सकिएन।
advice-prompt_unavailable = pinentry स्थापना गर्नुहोस् (Debian र Ubuntu मा: sudo apt install pinentry-gtk2), वा सेटिङमा pinentry = "/path" लेख्नुहोस्।
error-certificate_missing = कार्डमा यो प्रमाणपत्र छैन।
advice-certificate_missing = नगरपालिकाले जारी गर्न सक्छ। 15 वर्षमुनिका बालबालिका र केही बासिन्दासँग हस्ताक्षर प्रमाणपत्र (署名用電子証明書) हुँदैन; नाम वा ठेगाना फेरिए त्यो सकिन्छ।
error-certificate_expired = कार्डको प्रमाणपत्रको म्याद सकियो।
advice-certificate_expired = नगरपालिकामा नवीकरण गर्नुहोस्; कार्ड भने त्यही प्रयोग गर्न मिल्न सक्छ।
error-certificate_mismatch = रिडरमा भएको कार्ड मागिएको कार्ड होइन।
advice-certificate_mismatch = पहिले प्रयोग गरेको कार्ड हाल्नुहोस्, वा पृष्ठमा सुरुदेखि गर्नुहोस्।
error-user_cancelled = तपाईंले रद्द गर्नुभयो।
advice-user_cancelled = तयार भएपछि पृष्ठमा फेरि सुरु गर्नुहोस्।
error-user_timeout = समयमै पिन हालिएन।
advice-user_timeout = कार्ड र पिन लेखिएको कागज तयार राखेर फेरि सुरु गर्नुहोस्।
error-origin_refused = यो साइटले कार्ड प्रयोग गर्न पाउँदैन।
advice-origin_refused = https पृष्ठले मात्र माग्न सक्छ। विकासकर्ताको http://localhost पृष्ठका लागि सेटिङ (~/.config/jpkid/config.toml) मा developer_origins = true लेखेर jpkid फेरि सुरु गर्नुपर्छ।
error-rate_limited = धेरै अनुरोध आए।
advice-rate_limited = पहिले खुला झ्याल सक्नुहोस् वा बन्द गर्नुहोस्, अनि फेरि प्रयास गर्नुहोस्।
error-invalid_request = पृष्ठ वा प्रोग्रामले बुझ्न नसकिने अनुरोध पठायो।
advice-invalid_request = तपाईंको कार्ड ठीक छ। साइट वा प्रोग्राम बनाउनेलाई भन्नुहोस्; विवरणमा गलत भाग लेखिएको छ।
error-message_too_large = पृष्ठ वा प्रोग्रामले एकै पटक धेरै डाटा पठायो।
advice-message_too_large = तपाईंको कार्ड ठीक छ। साइट वा प्रोग्राम बनाउनेलाई भन्नुहोस्: एक सन्देशमा बढीमा 64 KiB।
error-internal = jpkid भित्र केही समस्या भयो।
advice-internal = फेरि प्रयास गर्नुहोस्। फेरि भए jpki doctor चलाउनुहोस् र त्यसले भनेको कुरा पठाउनुहोस्।
