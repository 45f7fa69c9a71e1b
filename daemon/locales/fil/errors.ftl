# What a person reads when a request fails: error-CODE says what happened, advice-CODE what to do now.

error-tries-left = Natitirang pagsubok: { $tries }.
advice-retry-after = Subukan muli pagkaraan ng { $seconds } segundo.

error-no_service = Hindi tumatakbo ang serbisyong bumabasa ng card.
advice-no_service = Kadalasan, ito ang smart card service ng system; sa Linux, simulan ito gamit ang: sudo systemctl restart pcscd. Kung hindi pa rin gumana, patakbuhin ang jpki doctor: sinasabi nito kung ano ang kulang.
error-access_denied = Hindi kayo pinapayagan ng computer na ito na gamitin ang card reader nito.
advice-access_denied = Kadalasan, ang nakaupo lamang sa harap ng computer ang maaaring gumamit ng reader: mag-log in sa mismong computer, hindi mula sa malayo. Kung hindi, hilingin sa namamahala ng computer na payagan ito (polkit: org.debian.pcsc-lite.access_pcsc at access_card).
error-no_reader = Walang nakitang card reader.
advice-no_reader = Ikabit ang card reader at maghintay ng ilang segundo. Kung nakakabit na, subukan ang ibang USB port.
error-no_card = Walang card sa reader.
advice-no_card = Ilagay ang inyong My Number card (マイナンバーカード) sa reader, o ipatong sa contactless reader, at iwan doon hanggang matapos.
error-unsupported_card = Hindi ito My Number card.
advice-unsupported_card = Gamitin ang inyong My Number card. Kung ito nga iyon, alisin, baligtarin, at ilagay muli.
error-card_removed = Naalis ang card nang masyadong maaga.
advice-card_removed = Ibalik ang card at magsimula muli. Huwag itong alisin hanggang magpatuloy ang page.
error-card_busy = Ginagamit ng ibang program ang card.
advice-card_busy = Maghintay sandali at subukan muli, o isara ang ibang program na gumagamit ng card.
error-card_error = Hindi inaasahan ang sagot ng card.
advice-card_error = Alisin ang card, punasan ang gintong bahagi nito, ilagay muli, at subukan ulit. Kung ganoon pa rin, maipapasuri ang card sa inyong city hall o munisipyo.
error-pin_incorrect = Mali ang PIN (暗証番号).
advice-pin_incorrect = Bago sumubok muli, tingnan ang papel na ibinigay ng city hall o munisipyo. Hindi naibabalik ng paghihintay ang mga pagsubok; naibabalik ito kapag tama ang inilagay na PIN.
error-pin_blocked = Naka-lock ang PIN na ito dahil sa napakaraming maling pagsubok.
advice-pin_blocked = Kailangan itong itakda muli sa counter ng munisipyo kung saan kayo nakatira: dalhin ang card at katibayan ng pagkakakilanlan. Ang password sa pagpirma (at sa maraming card, pati ang 4 na numerong PIN) ay maitatakda rin muli sa makina ng convenience store matapos magpareserba sa app na "JPKI暗証番号リセット". Hindi ito mabubuksan ng paghihintay.
error-pin_last_try_refused = Isang pagsubok na lang ang natira, at hindi ito ginamit.
advice-pin_last_try_refused = Magsimula muli kapag sigurado na kayo sa PIN. Isa pang mali at mala-lock ito; kailangan itong itakda muli sa munisipyo.
error-prompt_unavailable = Hindi mabuksan ang window na humihingi ng PIN.
advice-prompt_unavailable = Mag-install ng pinentry (sa Debian at Ubuntu: sudo apt install pinentry-gtk2), o isulat ang pinentry = "/path" sa settings.
error-certificate_missing = Wala sa card ang sertipikong ito.
advice-certificate_missing = Maibibigay ito ng munisipyo. Ang mga batang wala pang 15 taong gulang at ilang residente ay walang sertipiko sa pagpirma (署名用電子証明書); nagwawakas ito kapag nagbago ang pangalan o tirahan.
error-certificate_expired = Lumipas na ang bisa ng sertipiko sa card.
advice-certificate_expired = I-renew ito sa munisipyo; maaaring magamit pa rin ang mismong card.
error-certificate_mismatch = Ang card sa reader ay hindi ang hinihinging card.
advice-certificate_mismatch = Ilagay ang card na ginamit ninyo dati, o magsimula muli sa page.
error-user_cancelled = Kinansela ninyo.
advice-user_cancelled = Magsimula muli sa page kapag handa na kayo.
error-user_timeout = Hindi nailagay ang PIN sa takdang oras.
advice-user_timeout = Ihanda ang card at ang papel na may mga PIN, at magsimula muli.
error-origin_refused = Hindi maaaring gamitin ng site na ito ang card.
advice-origin_refused = Mga page na https lamang ang maaaring humiling. Ang page ng developer sa http://localhost ay nangangailangan ng developer_origins = true sa settings (~/.config/jpkid/config.toml) at ng pag-restart ng jpkid.
error-rate_limited = Napakaraming kahilingan.
advice-rate_limited = Tapusin o isara muna ang nakabukas na window, saka subukan muli.
error-invalid_request = Nagpadala ang page o program ng kahilingang hindi maintindihan.
advice-invalid_request = Walang problema ang inyong card. Ipaalam sa gumawa ng site o program; nakasulat sa detalye ang maling bahagi.
error-message_too_large = Masyadong marami ang ipinadala ng page o program nang sabay.
advice-message_too_large = Walang problema ang inyong card. Ipaalam sa gumawa ng site o program: hanggang 64 KiB lamang ang isang mensahe.
error-internal = May naging problema sa loob ng jpkid.
advice-internal = Subukan muli. Kung maulit, patakbuhin ang jpki doctor at iulat ang sinasabi nito.
