# What a person reads when a request fails: error-CODE says what happened, advice-CODE what to do now.

error-tries-left = Số lần thử còn lại: { $tries }.
advice-retry-after = Hãy thử lại sau { $seconds } giây.

error-no_service = Dịch vụ đọc thẻ không chạy.
advice-no_service = Thường là do dịch vụ thẻ thông minh của hệ thống; trên Linux, hãy khởi động bằng: sudo systemctl restart pcscd. Nếu vẫn không được, hãy chạy jpki doctor: lệnh này cho biết còn thiếu gì.
error-access_denied = Máy tính này không cho bạn dùng đầu đọc thẻ.
advice-access_denied = Thường chỉ người ngồi trước máy mới được dùng đầu đọc: hãy đăng nhập tại máy, không đăng nhập từ xa. Nếu không được, hãy nhờ người quản trị máy cho phép (polkit: org.debian.pcsc-lite.access_pcsc và access_card).
error-no_reader = Không tìm thấy đầu đọc thẻ.
advice-no_reader = Hãy nối đầu đọc thẻ và đợi vài giây. Nếu đã nối rồi, hãy thử cổng USB khác.
error-no_card = Không có thẻ trong đầu đọc.
advice-no_card = Hãy cắm thẻ My Number (マイナンバーカード) vào đầu đọc, hoặc đặt lên đầu đọc không tiếp xúc, và để yên đến khi xong.
error-unsupported_card = Đây không phải là thẻ My Number.
advice-unsupported_card = Hãy dùng thẻ My Number của bạn. Nếu đúng là thẻ đó, hãy rút ra, xoay lại rồi cắm vào.
error-card_removed = Thẻ đã bị rút ra quá sớm.
advice-card_removed = Hãy cắm lại thẻ và làm lại từ đầu. Đừng rút thẻ cho đến khi trang tiếp tục.
error-card_busy = Một chương trình khác đang dùng thẻ.
advice-card_busy = Hãy đợi một chút rồi thử lại, hoặc đóng chương trình đang dùng thẻ.
error-card_error = Thẻ trả lời không như mong đợi.
advice-card_error = Hãy rút thẻ, lau phần tiếp xúc màu vàng, cắm lại và thử lần nữa. Nếu vẫn vậy, cơ quan hành chính nơi bạn sống có thể kiểm tra thẻ.
error-pin_incorrect = Mã PIN (暗証番号) không đúng.
advice-pin_incorrect = Trước khi thử lại, hãy xem tờ giấy mà cơ quan hành chính đã đưa cho bạn. Chờ đợi không làm tăng số lần thử; nhập đúng mã PIN thì số lần thử trở lại như cũ.
error-pin_blocked = Mã PIN này đã bị khóa vì nhập sai quá nhiều lần.
advice-pin_blocked = Bạn phải đặt lại mã tại quầy của cơ quan hành chính nơi bạn sống: hãy mang theo thẻ và giấy tờ tùy thân. Mật khẩu ký tên (và ở nhiều thẻ cả mã PIN 4 số) cũng có thể đặt lại ở máy trong cửa hàng tiện lợi sau khi đặt trước bằng ứng dụng "JPKI暗証番号リセット". Chờ đợi không mở được khóa.
error-pin_last_try_refused = Chỉ còn một lần thử, và lần đó chưa được dùng.
advice-pin_last_try_refused = Hãy làm lại khi bạn chắc chắn về mã PIN. Sai thêm một lần nữa mã sẽ bị khóa và phải đặt lại tại cơ quan hành chính.
error-prompt_unavailable = Không mở được cửa sổ nhập mã PIN.
advice-prompt_unavailable = Hãy cài chương trình pinentry (trên Debian và Ubuntu: sudo apt install pinentry-gtk2), hoặc ghi pinentry = "/path" trong tệp cài đặt.
error-certificate_missing = Thẻ không có chứng thư này.
advice-certificate_missing = Cơ quan hành chính có thể cấp chứng thư. Trẻ dưới 15 tuổi và một số người không có chứng thư dùng để ký (署名用電子証明書); khi đổi tên hoặc địa chỉ, nó hết hiệu lực.
error-certificate_expired = Chứng thư trên thẻ đã hết hạn.
advice-certificate_expired = Hãy gia hạn tại cơ quan hành chính; có thể bạn vẫn dùng tiếp được thẻ cũ.
error-certificate_mismatch = Thẻ trong đầu đọc không phải là thẻ được yêu cầu.
advice-certificate_mismatch = Hãy cắm thẻ bạn đã dùng trước đó, hoặc làm lại từ đầu trên trang.
error-user_cancelled = Bạn đã hủy.
advice-user_cancelled = Khi sẵn sàng, hãy bắt đầu lại trên trang.
error-user_timeout = Mã PIN không được nhập kịp thời gian.
advice-user_timeout = Hãy chuẩn bị thẻ và tờ giấy ghi mã PIN, rồi bắt đầu lại.
error-origin_refused = Trang web này không được dùng thẻ.
advice-origin_refused = Chỉ các trang https được yêu cầu. Trang của người phát triển ở http://localhost cần developer_origins = true trong tệp cài đặt (~/.config/jpkid/config.toml) và khởi động lại jpkid.
error-rate_limited = Có quá nhiều yêu cầu.
advice-rate_limited = Hãy hoàn tất hoặc đóng cửa sổ đang mở trước, rồi thử lại.
error-invalid_request = Trang hoặc chương trình đã gửi một yêu cầu không hiểu được.
advice-invalid_request = Thẻ của bạn không có vấn đề gì. Hãy báo cho người làm ra trang hoặc chương trình; phần chi tiết nêu chỗ sai.
error-message_too_large = Trang hoặc chương trình đã gửi quá nhiều dữ liệu một lúc.
advice-message_too_large = Thẻ của bạn không có vấn đề gì. Hãy báo cho người làm ra trang hoặc chương trình: một lần gửi tối đa 64 KiB.
error-internal = Có lỗi bên trong jpkid.
advice-internal = Hãy thử lại. Nếu lỗi lặp lại, hãy chạy jpki doctor và báo lại kết quả.
