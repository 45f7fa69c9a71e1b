# What a person reads when a request fails: error-CODE says what happened, advice-CODE what to do now.

error-tries-left = Tentativas restantes: { $tries }.
advice-retry-after = Tente de novo em { $seconds } segundos.

error-no_service = O serviço que lê o cartão não está em execução.
advice-no_service = Em geral é o serviço de cartões inteligentes do sistema; no Linux, inicie-o com: sudo systemctl restart pcscd. Se não resolver, execute jpki doctor: ele diz o que falta.
error-access_denied = Este computador não deixa você usar o leitor de cartões.
advice-access_denied = Em geral só quem está diante do computador pode usar o leitor: entre na própria tela, não de longe. Senão, peça a quem administra o computador que permita (polkit: org.debian.pcsc-lite.access_pcsc e access_card).
error-no_reader = Nenhum leitor de cartões foi encontrado.
advice-no_reader = Conecte o leitor e espere alguns segundos. Se já estiver conectado, tente outra porta USB.
error-no_card = Não há cartão no leitor.
advice-no_card = Coloque o cartão My Number (マイナンバーカード) no leitor, ou sobre o leitor sem contato, e deixe-o ali até o fim.
error-unsupported_card = Este não é um cartão My Number.
advice-unsupported_card = Use o seu cartão My Number. Se for ele, retire-o, vire-o e coloque-o de novo.
error-card_removed = O cartão foi retirado cedo demais.
advice-card_removed = Coloque o cartão de volta e comece de novo. Não o retire até a página continuar.
error-card_busy = Outro programa está usando o cartão.
advice-card_busy = Espere um momento e tente de novo, ou feche o outro programa que usa o cartão.
error-card_error = O cartão deu uma resposta inesperada.
advice-card_error = Retire o cartão, limpe o contato dourado, coloque-o de novo e tente mais uma vez. Se continuar, a prefeitura pode verificar o cartão.
error-pin_incorrect = A senha (暗証番号) não está certa.
advice-pin_incorrect = Antes de tentar de novo, veja o papel que a prefeitura lhe deu. Esperar não devolve as tentativas; digitar a senha certa, sim.
error-pin_blocked = Esta senha foi bloqueada após muitos erros.
advice-pin_blocked = É preciso redefini-la no balcão da prefeitura de onde você mora: leve o cartão e um documento de identidade. A senha de assinatura (e, em muitos cartões, também a de 4 dígitos) pode ser redefinida no terminal de uma loja de conveniência, após agendar no aplicativo "JPKI暗証番号リセット". Esperar não desbloqueia.
error-pin_last_try_refused = Só restava uma tentativa, e ela não foi usada.
advice-pin_last_try_refused = Comece de novo quando tiver certeza da senha. Mais um erro a bloqueia, e será preciso redefini-la na prefeitura.
error-prompt_unavailable = Não foi possível abrir a janela que pede a senha.
advice-prompt_unavailable = Instale um programa pinentry (no Debian e no Ubuntu: sudo apt install pinentry-gtk2), ou escreva pinentry = "/path" nas configurações.
error-certificate_missing = O cartão não tem este certificado.
advice-certificate_missing = A prefeitura pode emiti-lo. Menores de 15 anos e alguns moradores não têm certificado de assinatura (署名用電子証明書); ele deixa de valer quando o nome ou o endereço muda.
error-certificate_expired = O certificado do cartão venceu.
advice-certificate_expired = Renove-o na prefeitura; o cartão em si talvez possa continuar o mesmo.
error-certificate_mismatch = O cartão no leitor não é o que foi pedido.
advice-certificate_mismatch = Coloque o cartão que você usou antes, ou comece de novo na página.
error-user_cancelled = Você cancelou.
advice-user_cancelled = Comece de novo na página quando estiver pronto.
error-user_timeout = A senha não foi digitada a tempo.
advice-user_timeout = Tenha à mão o cartão e o papel com as senhas, e comece de novo.
error-origin_refused = Este site não pode usar o cartão.
advice-origin_refused = Só páginas https podem pedir. A página de um desenvolvedor em http://localhost precisa de developer_origins = true nas configurações (~/.config/jpkid/config.toml) e de reiniciar o jpkid.
error-rate_limited = Há pedidos demais.
advice-rate_limited = Termine ou feche primeiro a janela aberta e depois tente de novo.
error-invalid_request = A página ou o programa enviou um pedido que não se entende.
advice-invalid_request = Não há nada de errado com o seu cartão. Avise quem fez o site ou o programa; os detalhes dizem qual parte está errada.
error-message_too_large = A página ou o programa enviou dados demais de uma vez.
advice-message_too_large = Não há nada de errado com o seu cartão. Avise quem fez o site ou o programa: uma mensagem pode ter 64 KiB.
error-internal = Algo deu errado dentro do jpkid.
advice-internal = Tente de novo. Se acontecer outra vez, execute jpki doctor e informe o que ele diz.
