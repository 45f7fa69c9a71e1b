# What a person reads when a request fails: error-CODE says what happened, advice-CODE what to do now.

error-tries-left = Intentos restantes: { $tries }.
advice-retry-after = Vuelva a intentarlo en { $seconds } segundos.

error-no_service = El servicio que lee la tarjeta no está en marcha.
advice-no_service = Casi siempre es el servicio de tarjetas inteligentes del sistema; en Linux, inícielo con: sudo systemctl restart pcscd. Si no basta, ejecute jpki doctor: dice qué falta.
error-access_denied = Este equipo no le permite usar su lector de tarjetas.
advice-access_denied = Casi siempre solo puede usar el lector quien está ante el equipo: entre en la propia pantalla, no a distancia. Si no, pida a quien administra el equipo que lo permita (polkit: org.debian.pcsc-lite.access_pcsc y access_card).
error-no_reader = No se encontró ningún lector de tarjetas.
advice-no_reader = Conecte el lector y espere unos segundos. Si ya está conectado, pruebe otro puerto USB.
error-no_card = No hay ninguna tarjeta en el lector.
advice-no_card = Ponga su tarjeta My Number (マイナンバーカード) en el lector, o sobre el lector sin contacto, y déjela ahí hasta el final.
error-unsupported_card = Esta no es una tarjeta My Number.
advice-unsupported_card = Use su tarjeta My Number. Si lo es, sáquela, dele la vuelta y póngala de nuevo.
error-card_removed = La tarjeta se sacó demasiado pronto.
advice-card_removed = Ponga la tarjeta otra vez y empiece de nuevo. No la saque hasta que la página continúe.
error-card_busy = Otro programa está usando la tarjeta.
advice-card_busy = Espere un momento y vuelva a intentarlo, o cierre el otro programa que usa la tarjeta.
error-card_error = La tarjeta dio una respuesta inesperada.
advice-card_error = Saque la tarjeta, limpie el contacto dorado, póngala de nuevo e inténtelo otra vez. Si sigue igual, en su municipio pueden revisar la tarjeta.
error-pin_incorrect = La clave (暗証番号) no es correcta.
advice-pin_incorrect = Antes de volver a intentarlo, mire el papel que le dieron en el municipio. Esperar no devuelve los intentos; escribir la clave correcta, sí.
error-pin_blocked = Esta clave está bloqueada por demasiados intentos fallidos.
advice-pin_blocked = Hay que fijarla de nuevo en la ventanilla del municipio donde vive: lleve la tarjeta y un documento de identidad. La clave de firma (y en muchas tarjetas también la de 4 cifras) puede fijarse de nuevo en la máquina de una tienda de conveniencia, tras reservar en la aplicación "JPKI暗証番号リセット". Esperar no la desbloquea.
error-pin_last_try_refused = Solo quedaba un intento y no se usó.
advice-pin_last_try_refused = Empiece de nuevo cuando esté seguro de la clave. Un error más la bloquea y habrá que fijarla de nuevo en el municipio.
error-prompt_unavailable = No se pudo abrir la ventana que pide la clave.
advice-prompt_unavailable = Instale un programa pinentry (en Debian y Ubuntu: sudo apt install pinentry-gtk2), o escriba pinentry = "/path" en la configuración.
error-certificate_missing = La tarjeta no contiene este certificado.
advice-certificate_missing = El municipio puede emitirlo. Los menores de 15 años y algunos residentes no tienen certificado de firma (署名用電子証明書); termina al cambiar de nombre o de dirección.
error-certificate_expired = El certificado de la tarjeta ha caducado.
advice-certificate_expired = Renuévelo en el municipio; quizá pueda seguir usando la misma tarjeta.
error-certificate_mismatch = La tarjeta del lector no es la que se pidió.
advice-certificate_mismatch = Ponga la tarjeta que usó antes, o empiece de nuevo en la página.
error-user_cancelled = Usted canceló.
advice-user_cancelled = Empiece de nuevo en la página cuando esté listo.
error-user_timeout = La clave no se escribió a tiempo.
advice-user_timeout = Tenga a mano la tarjeta y el papel con sus claves, y empiece de nuevo.
error-origin_refused = Este sitio no puede usar la tarjeta.
advice-origin_refused = Solo pueden pedirlo páginas https. La página de un desarrollador en http://localhost necesita developer_origins = true en la configuración (~/.config/jpkid/config.toml) y reiniciar jpkid.
error-rate_limited = Hay demasiadas peticiones.
advice-rate_limited = Termine o cierre primero la ventana abierta y vuelva a intentarlo.
error-invalid_request = La página o el programa envió una petición que no se entiende.
advice-invalid_request = Su tarjeta está bien. Avise a quien hizo el sitio o el programa; los detalles indican la parte equivocada.
error-message_too_large = La página o el programa envió demasiado de una vez.
advice-message_too_large = Su tarjeta está bien. Avise a quien hizo el sitio o el programa: un mensaje puede tener 64 KiB.
error-internal = Algo falló dentro de jpkid.
advice-internal = Vuelva a intentarlo. Si ocurre otra vez, ejecute jpki doctor e informe de lo que dice.
