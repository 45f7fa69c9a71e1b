module example.jp/verify

go 1.19
