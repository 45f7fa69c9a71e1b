# What a person reads when a request fails: error-CODE says what happened, advice-CODE what to do now.

error-tries-left = เหลือโอกาสอีก { $tries } ครั้ง
advice-retry-after = โปรดลองใหม่ใน { $seconds } วินาที

error-no_service = บริการอ่านบัตรไม่ทำงาน
advice-no_service = ส่วนใหญ่เป็นบริการสมาร์ตการ์ดของระบบ บน Linux ให้เริ่มด้วย: sudo systemctl restart pcscd หากยังไม่ได้ ให้เรียกใช้ jpki doctor ซึ่งจะบอกว่าขาดอะไร
error-access_denied = คอมพิวเตอร์นี้ไม่อนุญาตให้คุณใช้เครื่องอ่านบัตร
advice-access_denied = ส่วนใหญ่เฉพาะผู้ที่นั่งหน้าเครื่องเท่านั้นที่ใช้เครื่องอ่านได้ โปรดเข้าสู่ระบบที่หน้าเครื่อง ไม่ใช่จากระยะไกล หากไม่ได้ โปรดขอให้ผู้ดูแลคอมพิวเตอร์อนุญาต (polkit: org.debian.pcsc-lite.access_pcsc และ access_card)
error-no_reader = ไม่พบเครื่องอ่านบัตร
advice-no_reader = โปรดต่อเครื่องอ่านบัตรแล้วรอสักครู่ หากต่อแล้ว ให้ลองช่อง USB อื่น
error-no_card = ไม่มีบัตรในเครื่องอ่าน
advice-no_card = โปรดเสียบบัตรมายนัมเบอร์ (マイナンバーカード) ในเครื่องอ่าน หรือวางบนเครื่องอ่านแบบไร้สัมผัส และปล่อยไว้จนเสร็จ
error-unsupported_card = นี่ไม่ใช่บัตรมายนัมเบอร์
advice-unsupported_card = โปรดใช้บัตรมายนัมเบอร์ของคุณ หากใช่แล้ว ให้นำออก กลับด้าน แล้วใส่ใหม่
error-card_removed = นำบัตรออกเร็วเกินไป
advice-card_removed = โปรดใส่บัตรอีกครั้งและเริ่มใหม่ อย่านำบัตรออกจนกว่าหน้าเว็บจะไปต่อ
error-card_busy = โปรแกรมอื่นกำลังใช้บัตรอยู่
advice-card_busy = โปรดรอสักครู่แล้วลองใหม่ หรือปิดโปรแกรมอื่นที่ใช้บัตรอยู่
error-card_error = บัตรตอบกลับผิดปกติ
advice-card_error = โปรดนำบัตรออก เช็ดแถบสีทอง ใส่กลับแล้วลองอีกครั้ง หากยังเป็นอยู่ สำนักงานเทศบาลช่วยตรวจบัตรได้
error-pin_incorrect = รหัส (暗証番号) ไม่ถูกต้อง
advice-pin_incorrect = ก่อนลองอีกครั้ง โปรดดูกระดาษที่ได้จากสำนักงานเทศบาล การรอไม่ทำให้จำนวนครั้งกลับมา การใส่รหัสที่ถูกต้องจึงจะกลับมา
error-pin_blocked = รหัสนี้ถูกล็อกเพราะใส่ผิดหลายครั้ง
advice-pin_blocked = ต้องตั้งใหม่ที่สำนักงานเทศบาลที่คุณอาศัยอยู่ โปรดนำบัตรและเอกสารยืนยันตัวตนไปด้วย รหัสผ่านสำหรับลงนาม (และรหัส 4 หลักของบัตรจำนวนมาก) ตั้งใหม่ที่ตู้ในร้านสะดวกซื้อได้ หลังจองในแอป "JPKI暗証番号リセット" การรอไม่ช่วยปลดล็อก
error-pin_last_try_refused = เหลือเพียงครั้งเดียว จึงไม่ได้ใช้
advice-pin_last_try_refused = โปรดเริ่มใหม่เมื่อแน่ใจในรหัส หากผิดอีกครั้งจะถูกล็อก และต้องตั้งใหม่ที่สำนักงานเทศบาล
error-prompt_unavailable = เปิดหน้าต่างสำหรับใส่รหัสไม่ได้
advice-prompt_unavailable = โปรดติดตั้ง pinentry (บน Debian และ Ubuntu: sudo apt install pinentry-gtk2) หรือเขียน pinentry = "/path" ในไฟล์ตั้งค่า
error-certificate_missing = บัตรไม่มีใบรับรองนี้
advice-certificate_missing = สำนักงานเทศบาลออกให้ได้ เด็กอายุต่ำกว่า 15 ปีและผู้อยู่อาศัยบางคนไม่มีใบรับรองสำหรับลงนาม (署名用電子証明書) หากเปลี่ยนชื่อหรือที่อยู่ ใบรับรองนี้จะสิ้นสุด
error-certificate_expired = ใบรับรองในบัตรหมดอายุแล้ว
advice-certificate_expired = โปรดต่ออายุที่สำนักงานเทศบาล ตัวบัตรอาจใช้ต่อได้
error-certificate_mismatch = บัตรในเครื่องอ่านไม่ใช่บัตรที่ต้องการ
advice-certificate_mismatch = โปรดใส่บัตรที่ใช้ก่อนหน้านี้ หรือเริ่มใหม่ที่หน้าเว็บ
error-user_cancelled = คุณได้ยกเลิก
advice-user_cancelled = เมื่อพร้อมแล้ว โปรดเริ่มใหม่ที่หน้าเว็บ
error-user_timeout = ไม่ได้ใส่รหัสภายในเวลา
advice-user_timeout = โปรดเตรียมบัตรและกระดาษที่มีรหัส แล้วเริ่มใหม่
error-origin_refused = เว็บไซต์นี้ใช้บัตรไม่ได้
advice-origin_refused = เฉพาะหน้า https เท่านั้นที่ขอได้ หน้าของนักพัฒนาที่ http://localhost ต้องมี developer_origins = true ในไฟล์ตั้งค่า (~/.config/jpkid/config.toml) และเริ่ม jpkid ใหม่
error-rate_limited = มีคำขอมากเกินไป
advice-rate_limited = โปรดทำให้เสร็จหรือปิดหน้าต่างที่เปิดอยู่ก่อน แล้วลองใหม่
error-invalid_request = หน้าเว็บหรือโปรแกรมส่งคำขอที่ไม่ถูกต้อง
advice-invalid_request = บัตรของคุณไม่มีปัญหา โปรดแจ้งผู้จัดทำเว็บไซต์หรือโปรแกรม รายละเอียดบอกส่วนที่ผิด
error-message_too_large = หน้าเว็บหรือโปรแกรมส่งข้อมูลมากเกินไปในครั้งเดียว
advice-message_too_large = บัตรของคุณไม่มีปัญหา โปรดแจ้งผู้จัดทำเว็บไซต์หรือโปรแกรม: ส่งได้ครั้งละไม่เกิน 64 KiB
error-internal = เกิดปัญหาภายใน jpkid
advice-internal = โปรดลองใหม่ หากเกิดขึ้นอีก ให้เรียกใช้ jpki doctor แล้วแจ้งผลที่ได้
