# What a person reads when a request fails: error-CODE says what happened, advice-CODE what to do now.

error-tries-left = あと{ $tries }回(かい)、入(い)れることができます。
advice-retry-after = { $seconds }秒(びょう)待(ま)って、もう一度(いちど)してください。

error-no_service = カードを読(よ)むサービスが動(うご)いていません。
advice-no_service = パソコンの「スマートカードサービス」が止(と)まっていることが多(おお)いです。Linuxでは sudo systemctl restart pcscd で動(うご)きます。だめなときは、jpki doctor で調(しら)べてください。
error-access_denied = このパソコンでは、カードリーダーを使(つか)うことができません。
advice-access_denied = パソコンの前(まえ)にいる人(ひと)だけが使(つか)えることが多(おお)いです。遠(とお)くからではなく、パソコンの前(まえ)でログインしてください。だめなときは、パソコンの管理者(かんりしゃ)に聞(き)いてください(polkit: org.debian.pcsc-lite.access_pcsc と access_card)。
error-no_reader = カードリーダー(カードを読(よ)む機械(きかい))がありません。
advice-no_reader = カードリーダーをパソコンにつないで、少(すこ)し待(ま)ってください。つないであるときは、ほかのUSBにつないでください。
error-no_card = カードリーダーにカードがありません。
advice-no_card = マイナンバーカードをカードリーダーに入(い)れるか、上(うえ)に置(お)いてください。終(お)わるまで、そのままにしてください。
error-unsupported_card = これはマイナンバーカードではありません。
advice-unsupported_card = マイナンバーカードを使(つか)ってください。マイナンバーカードのときは、一度(いちど)出(だ)して、向(む)きを変(か)えて、入(い)れてください。
error-card_removed = とちゅうでカードが出(で)ました。
advice-card_removed = カードを入(い)れて、はじめからもう一度(いちど)してください。終(お)わるまで、カードを出(だ)さないでください。
error-card_busy = ほかのプログラムがカードを使(つか)っています。
advice-card_busy = 少(すこ)し待(ま)って、もう一度(いちど)してください。または、カードを使(つか)っているプログラムを閉(と)じてください。
error-card_error = カードの返事(へんじ)がおかしいです。
advice-card_error = カードを出(だ)して、金色(きんいろ)のところをふいて、もう一度(いちど)入(い)れてください。まだだめなときは、市役所(しやくしょ)・区役所(くやくしょ)などに聞(き)いてください。
error-pin_incorrect = 暗証番号(あんしょうばんごう)がちがいます。
advice-pin_incorrect = もう一度(いちど)入(い)れる前(まえ)に、役所(やくしょ)でもらった紙(かみ)を見(み)てください。待(ま)っても回数(かいすう)はもどりません。正(ただ)しい番号(ばんごう)を入(い)れると、もどります。
error-pin_blocked = 何回(なんかい)もまちがえたので、この暗証番号(あんしょうばんごう)は使(つか)えなくなりました(ロック)。
advice-pin_blocked = カードと、あなたを証明(しょうめい)するもの(在留(ざいりゅう)カードなど)を持(も)って、住(す)んでいる市区町村(しくちょうそん)の役所(やくしょ)に行(い)ってください。新(あたら)しい番号(ばんごう)を決(き)めます。署名用(しょめいよう)のパスワードは(4けたの番号(ばんごう)も、できることが多(おお)いです)、アプリ「JPKI暗証番号リセット」で予約(よやく)して、コンビニでも直(なお)せます。待(ま)っても、直(なお)りません。
error-pin_last_try_refused = あと1回(かい)しかないので、やめました。
advice-pin_last_try_refused = 番号(ばんごう)がわかってから、もう一度(いちど)してください。次(つぎ)にまちがえると、役所(やくしょ)に行(い)かなければなりません。
error-prompt_unavailable = 暗証番号(あんしょうばんごう)を入(い)れる画面(がめん)を開(ひら)くことができません。
advice-prompt_unavailable = pinentryをインストールしてください(DebianとUbuntuでは sudo apt install pinentry-gtk2)。または、設定(せってい)に pinentry = "/path" と書(か)いてください。
error-certificate_missing = このカードには、この電子証明書(でんししょうめいしょ)がありません。
advice-certificate_missing = 役所(やくしょ)でもらうことができます。15歳(さい)より小(ちい)さい人(ひと)などは、署名用電子証明書(しょめいようでんししょうめいしょ)がありません。名前(なまえ)や住所(じゅうしょ)が変(か)わると、署名用電子証明書は使(つか)えなくなります。
error-certificate_expired = カードの電子証明書(でんししょうめいしょ)の期限(きげん)が終(お)わりました。
advice-certificate_expired = 役所(やくしょ)で新(あたら)しくしてください。カードは、そのまま使(つか)えることがあります。
error-certificate_mismatch = ちがうカードが入(はい)っています。
advice-certificate_mismatch = 前(まえ)に使(つか)ったカードを入(い)れてください。または、ページではじめからもう一度(いちど)してください。
error-user_cancelled = やめました。
advice-user_cancelled = 準備(じゅんび)ができたら、ページでもう一度(いちど)してください。
error-user_timeout = 時間(じかん)が過(す)ぎました。暗証番号(あんしょうばんごう)が入(はい)っていません。
advice-user_timeout = カードと、暗証番号(あんしょうばんごう)の紙(かみ)を準備(じゅんび)して、もう一度(いちど)してください。
error-origin_refused = このサイトはカードを使(つか)うことができません。
advice-origin_refused = https のページだけがカードを使(つか)えます。開発者(かいはつしゃ)が http://localhost を使(つか)うときは、設定(せってい)(~/.config/jpkid/config.toml)に developer_origins = true と書(か)いて、jpkidをもう一度(いちど)始(はじ)めてください。
error-rate_limited = 一度(いちど)にたくさん頼(たの)まれました。
advice-rate_limited = 今(いま)開(ひら)いている画面(がめん)を終(お)わらせるか、閉(と)じてください。それから、もう一度(いちど)してください。
error-invalid_request = ページかプログラムの頼(たの)み方(かた)がまちがっています。
advice-invalid_request = あなたのカードは大丈夫(だいじょうぶ)です。サイトかプログラムを作(つく)った人(ひと)に知(し)らせてください。くわしいことは「詳細(しょうさい)」に書(か)いてあります。
error-message_too_large = ページかプログラムが送(おく)ったデータが大(おお)きすぎます。
advice-message_too_large = あなたのカードは大丈夫(だいじょうぶ)です。サイトかプログラムを作(つく)った人(ひと)に知(し)らせてください。1回(かい)に送(おく)れるのは64 KiBまでです。
error-internal = jpkidの中(なか)で問題(もんだい)がありました。
advice-internal = もう一度(いちど)してください。まただめなときは、jpki doctor をして、その結果(けっか)を知(し)らせてください。
