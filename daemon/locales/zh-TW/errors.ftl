# What a person reads when a request fails: error-CODE says what happened, advice-CODE what to do now.

error-tries-left = 還可以輸入{ $tries }次。
advice-retry-after = 請在{ $seconds }秒後再試一次。

error-no_service = 讀取卡片的服務沒有執行。
advice-no_service = 多半是系統的智慧卡服務沒有啟動；在Linux上可以用 sudo systemctl restart pcscd 啟動。如果還是不行，請執行 jpki doctor，它會告訴您缺少什麼。
error-access_denied = 這台電腦不允許您使用讀卡機。
advice-access_denied = 多半只有坐在電腦前的人才能使用讀卡機：請在電腦前登入，不要從遠端登入。否則，請電腦的管理員允許使用（polkit：org.debian.pcsc-lite.access_pcsc 和 access_card）。
error-no_reader = 找不到讀卡機。
advice-no_reader = 請連接讀卡機並等候幾秒。如果已經連接，請換一個USB連接埠。
error-no_card = 讀卡機裡沒有卡片。
advice-no_card = 請把個人編號卡（マイナンバーカード）插入讀卡機，或放在感應式讀卡機上，直到結束都不要移動。
error-unsupported_card = 這不是個人編號卡（マイナンバーカード）。
advice-unsupported_card = 請使用您的個人編號卡。如果確實是這張卡，請取出，換個方向再放入。
error-card_removed = 卡片中途被取出了。
advice-card_removed = 請放回卡片，從頭再來一次。在頁面繼續之前，請不要取出卡片。
error-card_busy = 另一個程式正在使用卡片。
advice-card_busy = 請稍候再試，或關閉正在使用卡片的程式。
error-card_error = 卡片的回應不正常。
advice-card_error = 請取出卡片，擦拭金色接點，放回後再試一次。如果一直這樣，可以請市區町村的窗口檢查卡片。
error-pin_incorrect = 密碼（暗証番号）不正確。
advice-pin_incorrect = 再次輸入之前，請查看市區町村窗口給您的密碼紀錄單。等待不會恢復次數，輸入正確的密碼後才會恢復。
error-pin_blocked = 因為多次輸錯，這個密碼已被鎖定。
advice-pin_blocked = 請帶卡片和身分證明文件，到您居住的市區町村窗口重新設定。署名用的密碼（許多卡片的4位密碼也可以），還可以在手機應用程式「JPKI暗証番号リセット」預約後，在便利商店的機台重新設定。等待不會解除鎖定。
error-pin_last_try_refused = 只剩一次機會，所以沒有使用。
advice-pin_last_try_refused = 請確認密碼後再重新開始。再錯一次就會鎖定，必須到市區町村窗口重新設定。
error-prompt_unavailable = 無法開啟輸入密碼的視窗。
advice-prompt_unavailable = 請安裝pinentry程式（Debian和Ubuntu：sudo apt install pinentry-gtk2），或在設定檔中寫 pinentry = "/path"。
error-certificate_missing = 卡片裡沒有這個電子憑證。
advice-certificate_missing = 可以在市區町村窗口申請。未滿15歲的兒童和部分居民沒有署名用電子憑證（署名用電子証明書）；姓名或住址變更後，它會失效。
error-certificate_expired = 卡片裡的電子憑證已過期。
advice-certificate_expired = 請到市區町村窗口更新；卡片本身可能可以繼續使用。
error-certificate_mismatch = 讀卡機裡的卡片不是所要求的那一張。
advice-certificate_mismatch = 請放入之前使用的卡片，或在頁面上從頭再來一次。
error-user_cancelled = 您已取消。
advice-user_cancelled = 準備好後，請在頁面上重新開始。
error-user_timeout = 沒有在時間內輸入密碼。
advice-user_timeout = 請準備好卡片和密碼紀錄單，然後重新開始。
error-origin_refused = 這個網站不能使用卡片。
advice-origin_refused = 只有https頁面可以要求。開發用的 http://localhost 需要在設定檔（~/.config/jpkid/config.toml）中寫 developer_origins = true，並重新啟動jpkid。
error-rate_limited = 要求太多。
advice-rate_limited = 請先完成或關閉已開啟的視窗，然後再試一次。
error-invalid_request = 頁面或程式送來的要求不正確。
advice-invalid_request = 您的卡片沒有問題。請告知網站或程式的提供者；詳細資訊中寫有錯誤之處。
error-message_too_large = 頁面或程式一次送來的資料太多。
advice-message_too_large = 您的卡片沒有問題。請告知網站或程式的提供者：一次最多64 KiB。
error-internal = jpkid內部發生問題。
advice-internal = 請再試一次。如果再次發生，請執行 jpki doctor，並回報它的結果。
