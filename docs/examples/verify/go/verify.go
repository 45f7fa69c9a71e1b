// The server's half of a log-in with a My Number card, with Go's standard library (1.19 or later) alone.
//
// Not checked is whether the certificate was revoked: only operators certified under the law may ask.
package main

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"time"
)

// CardPolicy is that of the authentication certificates on plastic cards. Without it a certificate of another kind would do.
const CardPolicy = "1.2.392.200149.8.5.1.3.30"

const nonceLifetime = 5 * time.Minute

// Refusal is the reason why a token is not believed, a word for programs.
type Refusal string

func (r Refusal) Error() string { return string(r) }

// Settings are what the server is configured with. Nothing of it comes from the browser.
type Settings struct {
	Origin      string              // as browsers write it: https://www.example.jp
	Authorities []*x509.Certificate // JPKI's authorities for user authentication, every generation
	Policies    []string
}

var understood = []asn1.ObjectIdentifier{
	{2, 5, 29, 15}, // key usage
	{2, 5, 29, 37}, // extended key usage
	{2, 5, 29, 19}, // basic constraints
	{2, 5, 29, 32}, // certificate policies
	{2, 5, 29, 17}, // alternative name of the subject
}

// Verify returns the person's certificate. Take the nonce out of the session before the call, so that it is used once.
func Verify(body []byte, nonce string, nonceIssued time.Time, settings Settings, now time.Time) (*x509.Certificate, error) {
	if now.After(nonceIssued.Add(nonceLifetime)) {
		return nil, Refusal("challenge_expired")
	}
	token, err := parse(body)
	if err != nil {
		return nil, err
	}
	if token["format"] != "web-eid:1" && token["format"] != "web-eid:1.0" {
		return nil, Refusal("token_format")
	}
	if token["algorithm"] != "RS256" {
		return nil, Refusal("token_algorithm")
	}
	der, err := decode(token["unverifiedCertificate"], 5464)
	if err != nil {
		return nil, err
	}
	signature, err := decode(token["signature"], 684)
	if err != nil {
		return nil, err
	}
	certificate, key, err := checkCertificate(der, settings, now)
	if err != nil {
		return nil, err
	}
	originHash, nonceHash := sha256.Sum256([]byte(settings.Origin)), sha256.Sum256([]byte(nonce))
	hash := sha256.Sum256(append(originHash[:], nonceHash[:]...))
	// Up to 1.19 Go takes a signature to which the modulus was added.
	if new(big.Int).SetBytes(signature).Cmp(key.N) >= 0 || rsa.VerifyPKCS1v15(key, crypto.SHA256, hash[:], signature) != nil {
		return nil, Refusal("signature_mismatch")
	}
	return certificate, nil
}

// A map, because a struct would take members in any letter case, and null for a text.
func parse(body []byte) (map[string]string, error) {
	var members map[string]*string
	if json.Unmarshal(body, &members) != nil {
		return nil, Refusal("token_malformed")
	}
	token := map[string]string{}
	for name, text := range members {
		switch name {
		case "unverifiedCertificate", "algorithm", "signature", "format", "appVersion":
		default:
			return nil, Refusal("token_malformed")
		}
		if text == nil {
			return nil, Refusal("token_malformed")
		}
		token[name] = *text
	}
	for _, name := range []string{"unverifiedCertificate", "algorithm", "signature", "format"} {
		if _, ok := token[name]; !ok {
			return nil, Refusal("token_malformed")
		}
	}
	return token, nil
}

func decode(text string, longest int) ([]byte, error) {
	// Even the strict decoder skips line breaks.
	decoded, err := base64.StdEncoding.Strict().DecodeString(text)
	if err != nil || len(text) > longest || base64.StdEncoding.EncodeToString(decoded) != text {
		return nil, Refusal("token_encoding")
	}
	return decoded, nil
}

func checkCertificate(der []byte, settings Settings, now time.Time) (*x509.Certificate, *rsa.PublicKey, error) {
	certificate, err := x509.ParseCertificate(der)
	if err != nil || !isCanonical(der) || certificate.Version != 3 || certificate.SignatureAlgorithm != x509.SHA256WithRSA {
		return nil, nil, Refusal("certificate_malformed")
	}
	if certificate.IsCA {
		return nil, nil, Refusal("certificate_usage")
	}
	issuer := issuerOf(certificate, settings.Authorities)
	switch {
	case issuer == nil:
		return nil, nil, Refusal("certificate_issuer")
	case now.Before(issuer.NotBefore) || now.After(issuer.NotAfter):
		return nil, nil, Refusal("issuer_dates")
	case now.Before(certificate.NotBefore):
		return nil, nil, Refusal("certificate_not_yet")
	case now.After(certificate.NotAfter):
		return nil, nil, Refusal("certificate_expired")
	case hasUnknownCritical(certificate):
		return nil, nil, Refusal("certificate_extension")
	case !isForAuthentication(certificate):
		return nil, nil, Refusal("certificate_usage")
	case !hasPolicy(certificate, settings.Policies):
		return nil, nil, Refusal("certificate_policy")
	}
	key, ok := certificate.PublicKey.(*rsa.PublicKey)
	if !ok || key.N.BitLen() < 2048 || key.N.BitLen() > 4096 {
		return nil, nil, Refusal("certificate_key")
	}
	return certificate, key, nil
}

// Go takes more elements behind the issuer's signature, which covers neither them nor how its own end is written: then one
// certificate could have many hashes.
func isCanonical(der []byte) bool {
	var parts struct {
		Signed    asn1.RawValue
		Algorithm pkix.AlgorithmIdentifier
		Signature asn1.BitString
	}
	if _, err := asn1.Unmarshal(der, &parts); err != nil {
		return false
	}
	again, err := asn1.Marshal(parts)
	return err == nil && bytes.Equal(again, der) && parts.Signature.BitLength%8 == 0
}

// All generations of JPKI's authority have one name: the key identifier chooses, the signature proves.
func issuerOf(certificate *x509.Certificate, authorities []*x509.Certificate) *x509.Certificate {
	for _, authority := range authorities {
		if len(certificate.AuthorityKeyId) > 0 &&
			bytes.Equal(certificate.AuthorityKeyId, authority.SubjectKeyId) &&
			bytes.Equal(certificate.RawIssuer, authority.RawSubject) &&
			certificate.CheckSignatureFrom(authority) == nil {
			return authority
		}
	}
	return nil
}

func hasUnknownCritical(certificate *x509.Certificate) bool {
extensions:
	for _, extension := range certificate.Extensions {
		if !extension.Critical {
			continue
		}
		for _, oid := range understood {
			if extension.Id.Equal(oid) {
				continue extensions
			}
		}
		return true
	}
	return false
}

// A signature certificate has nonRepudiation (content commitment) as well, and no extended key usage.
func isForAuthentication(certificate *x509.Certificate) bool {
	const others = x509.KeyUsageContentCommitment | x509.KeyUsageCertSign | x509.KeyUsageCRLSign
	if certificate.KeyUsage&x509.KeyUsageDigitalSignature == 0 || certificate.KeyUsage&others != 0 {
		return false
	}
	for _, usage := range certificate.ExtKeyUsage {
		if usage == x509.ExtKeyUsageClientAuth {
			return true
		}
	}
	return false
}

func hasPolicy(certificate *x509.Certificate, policies []string) bool {
	for _, found := range certificate.PolicyIdentifiers {
		for _, policy := range policies {
			if found.String() == policy {
				return true
			}
		}
	}
	return false
}
