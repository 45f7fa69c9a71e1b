# 暗証番号の入力画面。全体がAssuanの1行(1000バイト)に収まるよう、各行は短くする。
prompt-title = マイナンバーカード
prompt-ok = OK
prompt-cancel = やめる
prompt-website = サイト: { $origin }
prompt-website-ascii = アドレス: { $origin }
prompt-browser = ブラウザー: { $program }
prompt-program = このパソコンのプログラム: { $program }
prompt-program-origin = 言(い)っているサイト: { $origin }(調(しら)べていません)
prompt-first-use = このサイトは はじめて カードを使(つか)います。
prompt-purpose-authenticate = カードでログインしますか。
prompt-purpose-sign = 署名(しょめい=サイン)をしますか({ $count }つ)。名前(なまえ)・住所(じゅうしょ)・生年月日・性別(せいべつ)も送(おく)ります。
prompt-purpose-certificate = 署名用(しょめいよう)証明書を送(おく)りますか。名前(なまえ)・住所(じゅうしょ)・生年月日・性別(せいべつ)がわかります。
prompt-purpose-identify = 利用者証明用(りようしゃしょうめいよう)証明書を送(おく)りますか。名前(なまえ)はありませんが、同(おな)じカードだとわかります。
prompt-purpose-sign-held = 署名(しょめい=サイン)をしますか({ $count }つ)。
prompt-hash = ハッシュ値(ち)({ $function }): { $hash } …
prompt-held = さっき入(い)れたパスワードを使(つか)います。
prompt-sign = 署名(しょめい)する
prompt-pin-authentication = ② 利用者証明用(りようしゃしょうめいよう): 数字(すうじ)4つ
prompt-pin-signature = ① 署名用(しょめいよう): 英語(えいご)の字(じ)と数字(すうじ)、6〜16
prompt-tries-left-authentication = あと{ $tries }回(かい)
prompt-tries-left-signature = あと{ $tries }回(かい)
prompt-field-authentication = 暗証番号:
prompt-field-signature = パスワード:
prompt-wrong-authentication = 番号(ばんごう)がちがいます。あと{ $tries }回(かい)です。
prompt-wrong-signature = パスワードがちがいます。あと{ $tries }回(かい)です。
prompt-impossible-authentication = 数字(すうじ)を4つ入(い)れてください。カードには送(おく)っていません。
prompt-impossible-signature = 英語(えいご)の字(じ)と数字(すうじ)を6〜16入(い)れてください。カードには送(おく)っていません。
prompt-last-try-authentication = あと1回(かい)です。まちがえると使(つか)えなくなり、役所(やくしょ)に行(い)かなければなりません。
prompt-last-try-signature = あと1回(かい)です。まちがえると使(つか)えなくなり、役所(やくしょ)などで直(なお)さなければなりません。
prompt-last-try-ok = 最後(さいご)の1回を使う
prompt-last-try-cancel = やめる
