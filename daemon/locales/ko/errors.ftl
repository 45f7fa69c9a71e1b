# What a person reads when a request fails: error-CODE says what happened, advice-CODE what to do now.

error-tries-left = 남은 횟수: { $tries }.
advice-retry-after = { $seconds }초 후에 다시 시도해 주세요.

error-no_service = 카드를 읽는 서비스가 실행되고 있지 않습니다.
advice-no_service = 대부분 시스템의 스마트 카드 서비스가 멈춘 경우입니다. Linux에서는 sudo systemctl restart pcscd 로 시작할 수 있습니다. 그래도 안 되면 jpki doctor 를 실행해 주세요. 무엇이 부족한지 알려 줍니다.
error-access_denied = 이 컴퓨터에서는 카드 리더기를 사용할 수 없도록 되어 있습니다.
advice-access_denied = 대부분 컴퓨터 앞에 있는 사람만 리더기를 쓸 수 있습니다. 원격이 아니라 컴퓨터 화면에서 로그인해 주세요. 그래도 안 되면 컴퓨터 관리자에게 허용을 부탁해 주세요(polkit: org.debian.pcsc-lite.access_pcsc 와 access_card).
error-no_reader = 카드 리더기를 찾을 수 없습니다.
advice-no_reader = 카드 리더기를 연결하고 몇 초 기다려 주세요. 이미 연결되어 있으면 다른 USB 포트에 꽂아 주세요.
error-no_card = 카드 리더기에 카드가 없습니다.
advice-no_card = 마이넘버 카드를 리더기에 꽂거나 비접촉식 리더기 위에 올려놓고, 끝날 때까지 그대로 두세요.
error-unsupported_card = 마이넘버 카드가 아닙니다.
advice-unsupported_card = 마이넘버 카드를 사용해 주세요. 마이넘버 카드가 맞으면 꺼내서 방향을 바꾸어 다시 넣어 주세요.
error-card_removed = 카드를 너무 일찍 꺼냈습니다.
advice-card_removed = 카드를 다시 넣고 처음부터 시작해 주세요. 페이지가 넘어갈 때까지 카드를 꺼내지 마세요.
error-card_busy = 다른 프로그램이 카드를 사용하고 있습니다.
advice-card_busy = 잠시 후 다시 시도하거나, 카드를 사용하는 다른 프로그램을 닫아 주세요.
error-card_error = 카드가 예상하지 못한 응답을 했습니다.
advice-card_error = 카드를 꺼내 금색 단자를 닦고 다시 넣어 한 번 더 시도해 주세요. 계속되면 시구정촌 창구에서 카드를 확인받을 수 있습니다.
error-pin_incorrect = 비밀번호(暗証番号)가 틀렸습니다.
advice-pin_incorrect = 다시 입력하기 전에 시구정촌 창구에서 받은 종이를 확인해 주세요. 기다려도 횟수는 늘어나지 않습니다. 올바른 비밀번호를 입력하면 원래대로 돌아옵니다.
error-pin_blocked = 여러 번 틀려서 이 비밀번호가 잠겼습니다.
advice-pin_blocked = 카드와 신분증을 가지고 살고 있는 시구정촌 창구에서 다시 설정해야 합니다. 서명용 비밀번호는(많은 카드에서 4자리 비밀번호도) 스마트폰 앱 "JPKI暗証番号リセット"에서 예약한 뒤 편의점 단말기에서 다시 설정할 수도 있습니다. 기다려도 풀리지 않습니다.
error-pin_last_try_refused = 한 번밖에 남지 않아 사용하지 않았습니다.
advice-pin_last_try_refused = 비밀번호를 확인한 다음 다시 시작해 주세요. 한 번 더 틀리면 잠기며, 시구정촌 창구에서 다시 설정해야 합니다.
error-prompt_unavailable = 비밀번호를 입력하는 창을 열 수 없습니다.
advice-prompt_unavailable = pinentry 프로그램을 설치하거나(Debian과 Ubuntu: sudo apt install pinentry-gtk2), 설정 파일에 pinentry = "/path" 를 적어 주세요.
error-certificate_missing = 카드에 이 전자증명서가 없습니다.
advice-certificate_missing = 시구정촌 창구에서 발급받을 수 있습니다. 15세 미만 어린이와 일부 주민에게는 서명용 전자증명서(署名用電子証明書)가 없습니다. 이름이나 주소가 바뀌면 효력이 없어집니다.
error-certificate_expired = 카드의 전자증명서 유효 기간이 끝났습니다.
advice-certificate_expired = 시구정촌 창구에서 갱신해 주세요. 카드는 그대로 쓸 수 있는 경우가 있습니다.
error-certificate_mismatch = 리더기의 카드가 요청한 카드와 다릅니다.
advice-certificate_mismatch = 전에 사용한 카드를 넣거나, 페이지에서 처음부터 다시 시작해 주세요.
error-user_cancelled = 취소했습니다.
advice-user_cancelled = 준비가 되면 페이지에서 다시 시작해 주세요.
error-user_timeout = 시간 안에 비밀번호를 입력하지 않았습니다.
advice-user_timeout = 카드와 비밀번호가 적힌 종이를 준비하고 다시 시작해 주세요.
error-origin_refused = 이 사이트는 카드를 사용할 수 없습니다.
advice-origin_refused = https 페이지만 요청할 수 있습니다. 개발용 http://localhost 를 쓰려면 설정 파일(~/.config/jpkid/config.toml)에 developer_origins = true 를 적고 jpkid를 다시 시작해야 합니다.
error-rate_limited = 요청이 너무 많습니다.
advice-rate_limited = 열려 있는 창을 먼저 끝내거나 닫은 다음 다시 시도해 주세요.
error-invalid_request = 페이지나 프로그램이 올바르지 않은 요청을 보냈습니다.
advice-invalid_request = 카드에는 문제가 없습니다. 사이트나 프로그램을 만든 곳에 알려 주세요. 잘못된 부분은 상세 정보에 있습니다.
error-message_too_large = 페이지나 프로그램이 한 번에 너무 많은 데이터를 보냈습니다.
advice-message_too_large = 카드에는 문제가 없습니다. 사이트나 프로그램을 만든 곳에 알려 주세요. 한 번에 64 KiB까지 보낼 수 있습니다.
error-internal = jpkid 내부에서 문제가 생겼습니다.
advice-internal = 다시 시도해 주세요. 또 생기면 jpki doctor 를 실행하고 그 결과를 알려 주세요.
