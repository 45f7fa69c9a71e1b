# What a person reads when a request fails: error-CODE says what happened, advice-CODE what to do now.

error-tries-left = Tries left: { $tries }.
advice-retry-after = Try again in { $seconds } seconds.

error-no_service = A service that reads the card is not running.
advice-no_service = Most often it is the system's smart card service; on Linux, start it with: sudo systemctl restart pcscd. If that does not help, run jpki doctor: it tells what is missing.
error-access_denied = This computer does not let you use its card reader.
advice-access_denied = Most often only who sits at the computer may use the reader: log in at the screen, not from afar. Otherwise ask whoever administers the computer to allow it (polkit: org.debian.pcsc-lite.access_pcsc and access_card).
error-no_reader = No card reader was found.
advice-no_reader = Connect the card reader and wait a few seconds. If it is connected, try another USB port.
error-no_card = There is no card in the reader.
advice-no_card = Put your My Number card into the reader, or lay it on a contactless one, and leave it there until the end.
error-unsupported_card = This is not a My Number card.
advice-unsupported_card = Use your My Number card. If it is one, take it out, turn it round and put it in again.
error-card_removed = The card was taken out too early.
advice-card_removed = Put the card back and start again. Leave it in the reader until the page goes on.
error-card_busy = Another program is using the card.
advice-card_busy = Wait a moment and try again, or close the other program that uses the card.
error-card_error = The card gave an unexpected answer.
advice-card_error = Take the card out, wipe its gold contact, put it in again and try once more. If it stays like this, your municipal office can check the card.
error-pin_incorrect = The PIN was not right.
advice-pin_incorrect = Look it up on the slip from the municipal office before you try again. Waiting does not bring tries back; entering the right PIN does.
error-pin_blocked = This PIN is blocked after too many wrong tries.
advice-pin_blocked = It must be set anew at the counter of the municipality you live in: bring the card and proof of who you are. The signature password, and for many cards the 4-digit PIN too, can also be reset at a convenience store kiosk after booking in the smartphone app "JPKI 暗証番号リセット". Waiting does not help.
error-pin_last_try_refused = Only one try was left, and it was not used.
advice-pin_last_try_refused = Start again when you are sure of the PIN. One more wrong try blocks it; it is then reset at the municipal office.
error-prompt_unavailable = The window that asks for the PIN could not be opened.
advice-prompt_unavailable = Install a pinentry program (on Debian and Ubuntu: sudo apt install pinentry-gtk2), or name one with pinentry = "/path" in the settings.
error-certificate_missing = The card does not hold this certificate.
advice-certificate_missing = The municipal office can issue it. Children under 15 and some residents have no signature certificate; a change of name or address ends it.
error-certificate_expired = The certificate on the card has expired.
advice-certificate_expired = Renew it at the municipal office; the card itself may stay the same.
error-certificate_mismatch = The card in the reader is not the one that was asked for.
advice-certificate_mismatch = Put in the card that you used before, or start again on the page.
error-user_cancelled = You cancelled.
advice-user_cancelled = Start again on the page when you are ready.
error-user_timeout = The PIN was not entered in time.
advice-user_timeout = Start again; have the card and the slip with your PINs at hand.
error-origin_refused = This site may not use the card.
advice-origin_refused = Only pages with https may ask. A developer's page on http://localhost needs developer_origins = true in the settings (~/.config/jpkid/config.toml) and a restart of jpkid.
error-rate_limited = There are too many requests.
advice-rate_limited = Finish or close the open window first, then try again.
error-invalid_request = The page or program sent a request that cannot be understood.
advice-invalid_request = Nothing is wrong with your card. Tell the site's or program's maker; the details name the wrong part.
error-message_too_large = The page or program sent too much at once.
advice-message_too_large = Nothing is wrong with your card. Tell the site's or program's maker: a message may have 64 KiB.
error-internal = Something went wrong inside jpkid.
advice-internal = Try again. If it happens again, run: jpki doctor, and report what it says.
