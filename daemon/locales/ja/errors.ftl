# What a person reads when a request fails: error-CODE says what happened, advice-CODE what to do now.

error-tries-left = 残り{ $tries }回入力できます。
advice-retry-after = { $seconds }秒後にもう一度お試しください。

error-no_service = カードを読み取るサービスが動いていません。
advice-no_service = 多くの場合は、OSのスマートカードサービスが止まっています。Linuxでは sudo systemctl restart pcscd で起動できます。解決しない場合は jpki doctor を実行すると、足りないものが分かります。
error-access_denied = このパソコンの設定により、カードリーダーの利用が許可されていません。
advice-access_denied = 多くの場合、カードリーダーはパソコンの前で直接ログインしている人だけが使えます。遠隔ではなく、その場でログインしてお試しください。それでも使えない場合は、パソコンの管理者に許可を依頼してください(polkitの org.debian.pcsc-lite.access_pcsc と access_card)。
error-no_reader = カードリーダーが見つかりません。
advice-no_reader = カードリーダーを接続し、数秒待ってください。接続している場合は、別のUSBポートをお試しください。
error-no_card = リーダーにカードがありません。
advice-no_card = マイナンバーカードをリーダーに差し込むか、非接触リーダーに置き、終わるまでそのままにしてください。
error-unsupported_card = マイナンバーカードではありません。
advice-unsupported_card = マイナンバーカードを使ってください。マイナンバーカードの場合は、一度取り出し、向きを変えて入れ直してください。
error-card_removed = 途中でカードが取り出されました。
advice-card_removed = カードを入れ直して、最初からやり直してください。画面が進むまでカードを取り出さないでください。
error-card_busy = 別のプログラムがカードを使っています。
advice-card_busy = 少し待ってからもう一度お試しいただくか、カードを使っている別のプログラムを終了してください。
error-card_error = カードから予期しない応答がありました。
advice-card_error = カードを取り出し、金色の端子を拭いて入れ直し、もう一度お試しください。続く場合は、市区町村の窓口でカードを確認してもらえます。
error-pin_incorrect = 暗証番号が違います。
advice-pin_incorrect = もう一度入力する前に、市区町村の窓口で受け取った控えを確認してください。時間がたっても回数は元に戻りません。正しい暗証番号を入力すると元に戻ります。
error-pin_blocked = 間違いが続いたため、この暗証番号はロックされています。
advice-pin_blocked = お住まいの市区町村の窓口で、カードと本人確認書類を持参して再設定してください。署名用パスワードは(多くの場合は4桁の暗証番号も)、スマートフォンアプリ「JPKI暗証番号リセット」で予約し、コンビニの端末で再設定できます。待ってもロックは解除されません。
error-pin_last_try_refused = 残り1回のため、入力を中止しました。
advice-pin_last_try_refused = 暗証番号を確かめてから、やり直してください。もう一度間違えるとロックされ、市区町村の窓口での再設定が必要になります。
error-prompt_unavailable = 暗証番号を入力する画面を開けませんでした。
advice-prompt_unavailable = pinentryをインストールするか(DebianやUbuntuでは sudo apt install pinentry-gtk2)、設定ファイルに pinentry = "/path" を書いてください。
error-certificate_missing = このカードには、その電子証明書が入っていません。
advice-certificate_missing = 市区町村の窓口で発行できます。15歳未満の方など、署名用電子証明書が入っていない場合があります。氏名や住所が変わると署名用電子証明書は失効します。
error-certificate_expired = カードの電子証明書の有効期限が切れています。
advice-certificate_expired = 市区町村の窓口で更新してください。カード自体はそのまま使える場合があります。
error-certificate_mismatch = 求められたものとは別のカードが入っています。
advice-certificate_mismatch = 前に使ったカードを入れるか、ページで最初からやり直してください。
error-user_cancelled = キャンセルしました。
advice-user_cancelled = 準備ができたら、ページでやり直してください。
error-user_timeout = 時間内に暗証番号が入力されませんでした。
advice-user_timeout = カードと暗証番号の控えを用意して、やり直してください。
error-origin_refused = このサイトはカードを使えません。
advice-origin_refused = 使えるのはhttpsのページだけです。開発用の http://localhost を使うには、設定ファイル(~/.config/jpkid/config.toml)に developer_origins = true と書き、jpkidを再起動してください。
error-rate_limited = 要求が多すぎます。
advice-rate_limited = 開いている画面を終えるか閉じてから、もう一度お試しください。
error-invalid_request = ページまたはプログラムから正しくない要求が送られました。
advice-invalid_request = カードに問題はありません。サイトまたはプログラムの提供元に知らせてください。詳細に誤りの箇所が書かれています。
error-message_too_large = ページまたはプログラムから送られたデータが大きすぎます。
advice-message_too_large = カードに問題はありません。サイトまたはプログラムの提供元に知らせてください。1回に送れるのは64 KiBまでです。
error-internal = jpkidの内部で問題が起きました。
advice-internal = もう一度お試しください。続く場合は jpki doctor を実行し、その結果を報告してください。
