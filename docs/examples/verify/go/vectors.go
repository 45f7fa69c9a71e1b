package main

import (
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"os"
	"time"
)

type vector struct {
	Name, Origin, Nonce, Token string
	NonceIssued, Now           time.Time
	Trusted, Policies          []string
}

// Prints the verdict on each vector of a file. Usage: verify FILE
func main() {
	text, err := os.ReadFile(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	var file struct {
		Authorities map[string][]byte
		Vectors     []vector
	}
	if err := json.Unmarshal(text, &file); err != nil {
		log.Fatal(err)
	}
	for _, vector := range file.Vectors {
		settings := Settings{Origin: vector.Origin, Policies: vector.Policies}
		for _, name := range vector.Trusted {
			authority, err := x509.ParseCertificate(file.Authorities[name])
			if err != nil {
				log.Fatal(err)
			}
			settings.Authorities = append(settings.Authorities, authority)
		}
		verdict := "accept"
		_, err := Verify([]byte(vector.Token), vector.Nonce, vector.NonceIssued, settings, vector.Now)
		var refusal Refusal
		if errors.As(err, &refusal) {
			verdict = string(refusal)
		} else if err != nil {
			log.Fatal(err)
		}
		fmt.Println(vector.Name, verdict)
	}
}
