# What a person reads when a request fails: error-CODE says what happened, advice-CODE what to do now.

error-tries-left = Sisa percobaan: { $tries }.
advice-retry-after = Coba lagi dalam { $seconds } detik.

error-no_service = Layanan yang membaca kartu tidak berjalan.
advice-no_service = Biasanya ini layanan kartu pintar milik sistem; di Linux, jalankan dengan: sudo systemctl restart pcscd. Jika belum berhasil, jalankan jpki doctor: perintah ini memberi tahu apa yang kurang.
error-access_denied = Komputer ini tidak mengizinkan Anda memakai pembaca kartunya.
advice-access_denied = Biasanya hanya orang yang duduk di depan komputer boleh memakai pembaca: masuklah di layarnya, bukan dari jauh. Jika tidak, minta pengelola komputer mengizinkannya (polkit: org.debian.pcsc-lite.access_pcsc dan access_card).
error-no_reader = Pembaca kartu tidak ditemukan.
advice-no_reader = Sambungkan pembaca kartu dan tunggu beberapa detik. Jika sudah tersambung, coba port USB lain.
error-no_card = Tidak ada kartu di pembaca.
advice-no_card = Masukkan kartu My Number (マイナンバーカード) ke pembaca, atau letakkan di atas pembaca nirkontak, dan biarkan di sana sampai selesai.
error-unsupported_card = Ini bukan kartu My Number.
advice-unsupported_card = Gunakan kartu My Number Anda. Jika memang kartu itu, keluarkan, balik, lalu masukkan lagi.
error-card_removed = Kartu dikeluarkan terlalu cepat.
advice-card_removed = Masukkan kembali kartu dan mulai lagi dari awal. Jangan keluarkan kartu sampai halaman berlanjut.
error-card_busy = Program lain sedang memakai kartu.
advice-card_busy = Tunggu sebentar lalu coba lagi, atau tutup program lain yang memakai kartu.
error-card_error = Kartu memberi jawaban yang tidak terduga.
advice-card_error = Keluarkan kartu, bersihkan kontak emasnya, masukkan lagi, dan coba sekali lagi. Jika tetap begitu, kantor pemerintah kota Anda dapat memeriksa kartu.
error-pin_incorrect = PIN (暗証番号) salah.
advice-pin_incorrect = Sebelum mencoba lagi, lihat kertas dari kantor pemerintah kota. Menunggu tidak mengembalikan jumlah percobaan; memasukkan PIN yang benar mengembalikannya.
error-pin_blocked = PIN ini terkunci karena terlalu sering salah.
advice-pin_blocked = PIN harus diatur ulang di loket pemerintah kota tempat Anda tinggal: bawa kartu dan bukti identitas. Kata sandi tanda tangan (dan pada banyak kartu juga PIN 4 angka) dapat pula diatur ulang di mesin toko serba ada setelah memesan lewat aplikasi "JPKI暗証番号リセット". Menunggu tidak membuka kunci.
error-pin_last_try_refused = Hanya tersisa satu percobaan, dan itu tidak dipakai.
advice-pin_last_try_refused = Mulai lagi bila Anda sudah yakin akan PIN. Satu kesalahan lagi menguncinya; lalu harus diatur ulang di kantor pemerintah kota.
error-prompt_unavailable = Jendela untuk memasukkan PIN tidak dapat dibuka.
advice-prompt_unavailable = Pasang program pinentry (di Debian dan Ubuntu: sudo apt install pinentry-gtk2), atau tulis pinentry = "/path" di berkas pengaturan.
error-certificate_missing = Kartu tidak berisi sertifikat ini.
advice-certificate_missing = Kantor pemerintah kota dapat menerbitkannya. Anak di bawah 15 tahun dan sebagian penduduk tidak punya sertifikat tanda tangan (署名用電子証明書); sertifikat itu berakhir bila nama atau alamat berubah.
error-certificate_expired = Masa berlaku sertifikat di kartu sudah habis.
advice-certificate_expired = Perbarui di kantor pemerintah kota; kartunya sendiri mungkin tetap bisa dipakai.
error-certificate_mismatch = Kartu di pembaca bukan kartu yang diminta.
advice-certificate_mismatch = Masukkan kartu yang Anda pakai sebelumnya, atau mulai lagi di halaman.
error-user_cancelled = Anda membatalkan.
advice-user_cancelled = Mulai lagi di halaman bila Anda sudah siap.
error-user_timeout = PIN tidak dimasukkan tepat waktu.
advice-user_timeout = Siapkan kartu dan kertas berisi PIN Anda, lalu mulai lagi.
error-origin_refused = Situs ini tidak boleh memakai kartu.
advice-origin_refused = Hanya halaman https yang boleh meminta. Halaman pengembang di http://localhost perlu developer_origins = true di berkas pengaturan (~/.config/jpkid/config.toml) dan jpkid dijalankan ulang.
error-rate_limited = Terlalu banyak permintaan.
advice-rate_limited = Selesaikan atau tutup dahulu jendela yang terbuka, lalu coba lagi.
error-invalid_request = Halaman atau program mengirim permintaan yang tidak dapat dipahami.
advice-invalid_request = Kartu Anda tidak bermasalah. Beri tahu pembuat situs atau program; rinciannya menyebut bagian yang salah.
error-message_too_large = Halaman atau program mengirim terlalu banyak data sekaligus.
advice-message_too_large = Kartu Anda tidak bermasalah. Beri tahu pembuat situs atau program: satu pesan paling banyak 64 KiB.
error-internal = Ada masalah di dalam jpkid.
advice-internal = Coba lagi. Jika terjadi lagi, jalankan jpki doctor dan laporkan hasilnya.
