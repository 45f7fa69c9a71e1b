# What a person reads when a request fails: error-CODE says what happened, advice-CODE what to do now.

error-tries-left = 还可以输入{ $tries }次。
advice-retry-after = 请在{ $seconds }秒后重试。

error-no_service = 读取卡片的服务没有运行。
advice-no_service = 多数情况是系统的智能卡服务没有启动；在Linux上可以用 sudo systemctl restart pcscd 启动。如果仍不行，请运行 jpki doctor，它会告诉您缺少什么。
error-access_denied = 这台电脑不允许您使用读卡器。
advice-access_denied = 多数情况下，只有坐在电脑前的人才能使用读卡器：请在电脑前登录，不要从远程登录。否则，请让电脑的管理员允许使用（polkit：org.debian.pcsc-lite.access_pcsc 和 access_card）。
error-no_reader = 没有找到读卡器。
advice-no_reader = 请连接读卡器并等待几秒。如果已经连接，请换一个USB接口。
error-no_card = 读卡器里没有卡片。
advice-no_card = 请把个人编号卡（マイナンバーカード）插入读卡器，或放在非接触式读卡器上，直到结束都不要移动。
error-unsupported_card = 这不是个人编号卡（マイナンバーカード）。
advice-unsupported_card = 请使用您的个人编号卡。如果确实是这张卡，请取出，换个方向再放入。
error-card_removed = 卡片中途被取出了。
advice-card_removed = 请放回卡片，从头再来。在页面继续之前，请不要取出卡片。
error-card_busy = 另一个程序正在使用卡片。
advice-card_busy = 请稍等后重试，或关闭正在使用卡片的程序。
error-card_error = 卡片的应答不正常。
advice-card_error = 请取出卡片，擦拭金色触点，放回后再试一次。如果一直这样，可以请市区町村的窗口检查卡片。
error-pin_incorrect = 密码（暗証番号）不正确。
advice-pin_incorrect = 再次输入之前，请查看市区町村窗口给您的密码记录单。等待不会恢复次数，输入正确的密码后才会恢复。
error-pin_blocked = 因为多次输错，这个密码已被锁定。
advice-pin_blocked = 请带上卡片和身份证明，到您居住的市区町村窗口重新设置。署名用的密码（很多卡片的4位密码也可以），还可以在手机应用“JPKI暗証番号リセット”上预约后，在便利店的终端机上重新设置。等待不会解除锁定。
error-pin_last_try_refused = 只剩一次机会，所以没有使用。
advice-pin_last_try_refused = 请确认密码后再重新开始。再错一次就会锁定，需要到市区町村窗口重新设置。
error-prompt_unavailable = 无法打开输入密码的窗口。
advice-prompt_unavailable = 请安装pinentry程序（Debian和Ubuntu：sudo apt install pinentry-gtk2），或在设置文件中写 pinentry = "/path"。
error-certificate_missing = 卡片里没有这个电子证书。
advice-certificate_missing = 可以在市区町村窗口申请。未满15岁的儿童和部分居民没有署名用电子证书（署名用電子証明書）；姓名或住址变更后，它会失效。
error-certificate_expired = 卡片里的电子证书已过期。
advice-certificate_expired = 请到市区町村窗口更新；卡片本身可能可以继续使用。
error-certificate_mismatch = 读卡器里的卡片不是所要求的那一张。
advice-certificate_mismatch = 请放入之前使用的卡片，或在页面上从头再来。
error-user_cancelled = 您已取消。
advice-user_cancelled = 准备好后，请在页面上重新开始。
error-user_timeout = 没有在规定时间内输入密码。
advice-user_timeout = 请准备好卡片和密码记录单，然后重新开始。
error-origin_refused = 这个网站不能使用卡片。
advice-origin_refused = 只有https页面可以请求。开发用的 http://localhost 需要在设置文件（~/.config/jpkid/config.toml）中写 developer_origins = true，并重新启动jpkid。
error-rate_limited = 请求太多。
advice-rate_limited = 请先完成或关闭已打开的窗口，然后重试。
error-invalid_request = 页面或程序发来的请求不正确。
advice-invalid_request = 您的卡片没有问题。请告诉网站或程序的提供者；详细信息中写有错误之处。
error-message_too_large = 页面或程序一次发来的数据太多。
advice-message_too_large = 您的卡片没有问题。请告诉网站或程序的提供者：一次最多64 KiB。
error-internal = jpkid内部出了问题。
advice-internal = 请重试。如果再次发生，请运行 jpki doctor，并报告它的结果。
