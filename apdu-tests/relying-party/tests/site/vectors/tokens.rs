//! Vectors about the token itself: what was signed, when, and how it is written.

use relying_party::verification::{CertificateKind, Nonce};
use rsa::pkcs1::DecodeRsaPublicKey as _;
use rsa::traits::PublicKeyParts as _;
use rsa::{BigUint, RsaPublicKey};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use time::Duration;
use x509_cert::Certificate;
use x509_cert::der::Decode as _;

use super::ACCEPT;
use super::making::{Change, Maker, SITE, encode};
use crate::holder::NOW;

/// The end of a name, what is the matter, and what is done to the good text.
type Rewriting = (&'static str, &'static str, fn(&str) -> String);

pub(super) fn make(maker: &mut Maker) {
    accepted(maker);
    origins(maker);
    nonces(maker);
    messages(maker);
    members(maker);
    formats_and_algorithms(maker);
    encodings(maker);
    signatures(maker);
}

fn accepted(maker: &mut Maker) {
    maker.add(
        ("good", "a card's token, 20 seconds after the nonce", ACCEPT),
        |_| (),
    );
    maker.add_token(
        ("good-format-1", "the short form of the format", ACCEPT),
        |token| token["format"] = json!("web-eid:1"),
    );
    maker.add_token(
        ("good-no-app-version", "appVersion is informational", ACCEPT),
        |token| {
            token.as_object_mut().unwrap().remove("appVersion");
        },
    );
    for (name, what, origin) in [
        (
            "good-port",
            "a site at a port of its own",
            "https://site.example:8443",
        ),
        (
            "good-punycode",
            "a site with a Japanese name, as browsers write it",
            "https://xn--wgv71a.example",
        ),
        (
            "good-localhost",
            "a developer's site",
            "http://localhost:8080",
        ),
    ] {
        let token = maker.holder.authenticate(origin, &maker.nonce);
        maker.add((name, what, ACCEPT), |vector| {
            vector.origin = origin.to_owned();
            vector.token = token.to_string();
        });
    }
    maker.add(
        (
            "good-last-second",
            "the nonce is exactly five minutes old",
            ACCEPT,
        ),
        |vector| vector.nonce_issued = NOW - Duration::minutes(5),
    );
    maker.add(
        (
            "challenge-expired",
            "the nonce is five minutes and a second old",
            "challenge_expired",
        ),
        |vector| vector.nonce_issued = NOW - Duration::seconds(301),
    );
}

/// Signed for something that is not, byte for byte, this site's origin.
fn origins(maker: &mut Maker) {
    for (name, what, origin) in [
        (
            "origin-other",
            "signed for another site, which relayed the nonce",
            "https://evil.example",
        ),
        (
            "origin-subdomain",
            "signed for a host below this one",
            "https://www.site.example",
        ),
        (
            "origin-suffix",
            "signed for a host whose name begins like this one",
            "https://site.example.evil.example",
        ),
        (
            "origin-port",
            "signed for another port",
            "https://site.example:8443",
        ),
        (
            "origin-default-port",
            "the default port is written out",
            "https://site.example:443",
        ),
        (
            "origin-slash",
            "a slash at the end",
            "https://site.example/",
        ),
        (
            "origin-path",
            "a whole address",
            "https://site.example/login",
        ),
        (
            "origin-host-case",
            "the host in upper case",
            "https://SITE.example",
        ),
        (
            "origin-scheme-case",
            "the scheme in upper case",
            "HTTPS://site.example",
        ),
        ("origin-http", "signed for http", "http://site.example"),
        ("origin-no-scheme", "the host alone", "site.example"),
        (
            "origin-dot",
            "a dot after the host",
            "https://site.example.",
        ),
        (
            "origin-space",
            "a space at the end",
            "https://site.example ",
        ),
        ("origin-null", "the origin of a sandboxed frame", "null"),
        ("origin-empty", "no origin", ""),
    ] {
        let message = maker.message(origin);
        maker.add_message(name, what, &message);
    }
    let token = maker
        .holder
        .authenticate("https://日本.example", &maker.nonce);
    maker.add(
        (
            "origin-unicode",
            "the host in Unicode, where browsers write punycode",
            "signature_mismatch",
        ),
        |vector| {
            vector.origin = "https://xn--wgv71a.example".to_owned();
            vector.token = token.to_string();
        },
    );
}

/// Signed over something that is not, byte for byte, this session's nonce.
fn nonces(maker: &mut Maker) {
    let (mine, theirs) = (maker.nonce.clone(), other_nonce());
    for (name, what, nonce) in [
        ("nonce-other", "signed over another nonce", theirs.clone()),
        (
            "nonce-line",
            "a line break after the nonce",
            format!("{mine}\n"),
        ),
        (
            "nonce-no-padding",
            "the nonce without its padding",
            mine.trim_end_matches('=').to_owned(),
        ),
        ("nonce-case", "the nonce in lower case", mine.to_lowercase()),
        ("nonce-empty", "no nonce", String::new()),
    ] {
        let message = [Sha256::digest(SITE), Sha256::digest(nonce)].concat();
        maker.add_message(name, what, &message);
    }
    // The 32 bytes of the nonce in the place of its text.
    let bytes = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, &mine).unwrap();
    let message = [Sha256::digest(SITE), Sha256::digest(bytes)].concat();
    maker.add_message(
        "nonce-decoded",
        "the nonce's bytes are hashed, not its text",
        &message,
    );
    maker.add(
        (
            "nonce-swapped",
            "a good token, handed in by a session that was given another nonce",
            "signature_mismatch",
        ),
        |vector| vector.nonce = theirs.clone(),
    );
    maker.add(
        (
            "nonce-spent",
            "a good token, handed in again after its nonce was replaced",
            "signature_mismatch",
        ),
        |vector| vector.nonce = other_nonce(),
    );
}

/// The right origin and nonce, put together in a wrong way.
fn messages(maker: &mut Maker) {
    let (origin, nonce) = (Sha256::digest(SITE), Sha256::digest(&maker.nonce));
    let plain = format!("{SITE}{}", maker.nonce);
    for (name, what, message) in [
        (
            "message-reversed",
            "the nonce's hash before the origin's",
            [nonce, origin].concat(),
        ),
        (
            "message-unhashed",
            "origin and nonce in one, without hashes",
            plain.into_bytes(),
        ),
        (
            "message-nonce-only",
            "the nonce alone",
            maker.nonce.clone().into_bytes(),
        ),
        (
            "message-nonce-hash-only",
            "the nonce's hash alone",
            nonce.to_vec(),
        ),
        (
            "message-origin-only",
            "the origin's hash alone",
            origin.to_vec(),
        ),
        (
            "message-double-hash",
            "hashed once too often",
            Sha256::digest([origin, nonce].concat()).to_vec(),
        ),
        ("message-empty", "nothing", Vec::new()),
    ] {
        maker.add_message(name, what, &message);
    }
}

/// Members that are missing, too many or of another type.
fn members(maker: &mut Maker) {
    const MALFORMED: &str = "token_malformed";
    for member in ["unverifiedCertificate", "algorithm", "signature", "format"] {
        let name = format!("member-missing-{}", member.to_lowercase());
        maker.add_token((&name, &format!("no {member}"), MALFORMED), |token| {
            token.as_object_mut().unwrap().remove(member);
        });
        let name = format!("member-null-{}", member.to_lowercase());
        maker.add_token((&name, &format!("{member} is null"), MALFORMED), |token| {
            token[member] = Value::Null;
        });
    }
    maker.add_token(
        ("member-number", "the format is a number", MALFORMED),
        |token| token["format"] = json!(1.0),
    );
    maker.add_token(
        ("member-list", "the algorithm is a list", MALFORMED),
        |token| token["algorithm"] = json!(["RS256"]),
    );
    maker.add_token(
        ("member-extra", "a member that nobody knows", MALFORMED),
        |token| token["issuer"] = json!("https://site.example"),
    );
    maker.add_token(
        (
            "member-of-1.1",
            "a token of 1.0 with a member of 1.1",
            MALFORMED,
        ),
        |token| token["unverifiedSigningCertificates"] = json!([]),
    );
    maker.add_token(
        ("member-case", "a member's name in another case", MALFORMED),
        |token| {
            let members = token.as_object_mut().unwrap();
            let format = members.remove("format").unwrap();
            members.insert("Format".to_owned(), format);
        },
    );
    for (name, what, text) in [
        ("body-empty", "nothing", ""),
        ("body-not-json", "no JSON", "web-eid:1.0"),
        ("body-object-empty", "an object without members", "{}"),
        ("body-list", "a list", "[]"),
        ("body-text", "a text", "\"web-eid:1.0\""),
        ("body-null", "null", "null"),
    ] {
        maker.add((name, what, MALFORMED), |vector| {
            vector.token = text.to_owned()
        });
    }
    maker.add(("body-cut", "the end is missing", MALFORMED), |vector| {
        vector.token.pop();
    });
    maker.add(
        ("body-twice", "two tokens, one after the other", MALFORMED),
        |vector| {
            vector.token = vector.token.repeat(2);
        },
    );
    let token = maker.token();
    maker.add(
        ("body-in-list", "a good token in a list", MALFORMED),
        |vector| {
            vector.token = json!([token]).to_string();
        },
    );
}

fn formats_and_algorithms(maker: &mut Maker) {
    for (name, format) in [
        ("format-10", "web-eid:10"),
        ("format-2", "web-eid:2"),
        ("format-1.1", "web-eid:1.1"),
        ("format-1.00", "web-eid:1.00"),
        ("format-bare", "web-eid"),
        ("format-case", "WEB-EID:1.0"),
        ("format-space", "web-eid:1.0 "),
        ("format-empty", ""),
    ] {
        let what = format!("the format is {format:?}");
        maker.add_token((name, &what, "token_format"), |token| {
            token["format"] = json!(format)
        });
    }
    for (name, algorithm) in [
        ("algorithm-none", "none"),
        ("algorithm-hs256", "HS256"),
        ("algorithm-case", "rs256"),
        ("algorithm-rs384", "RS384"),
        ("algorithm-rs512", "RS512"),
        ("algorithm-ps256", "PS256"),
        ("algorithm-es256", "ES256"),
        ("algorithm-space", "RS256 "),
        ("algorithm-empty", ""),
    ] {
        let what = format!("the algorithm is {algorithm:?}");
        maker.add_token((name, &what, "token_algorithm"), |token| {
            token["algorithm"] = json!(algorithm);
        });
    }
    maker.add_token(
        (
            "algorithm-none-unsigned",
            "\"none\", and indeed no signature",
            "token_algorithm",
        ),
        |token| {
            token["algorithm"] = json!("none");
            token["signature"] = json!("");
        },
    );
}

/// Not strict base64: RFC 4648 section 4, padded, nothing between, the bits at the end zero.
fn encodings(maker: &mut Maker) {
    for (member, short) in [
        ("unverifiedCertificate", "certificate"),
        ("signature", "signature"),
    ] {
        let changes: [Rewriting; 8] = [
            ("lines", "has a line break", |text| {
                format!("{}\n{}", &text[..64], &text[64..])
            }),
            ("line-end", "ends with a line break", |text| {
                format!("{text}\n")
            }),
            ("space", "begins with a space", |text| format!(" {text}")),
            ("url", "is in the URL's alphabet", |text| {
                format!("-_-_{}", &text[4..])
            }),
            ("no-padding", "has lost its padding", |text| {
                format!("{}AAA", &text[..text.len() - 4])
            }),
            ("stray-bits", "has bits after its end", |text| {
                format!("{}AB==", &text[..text.len() - 4])
            }),
            ("more", "goes on after its padding", |text| {
                format!("AA=={text}")
            }),
            ("long", "is 24,000 characters long", |_| "A".repeat(24_000)),
        ];
        for (change, words, make) in changes {
            let name = format!("{short}-base64-{change}");
            let what = format!("{member} {words}");
            maker.add_token((&name, &what, "token_encoding"), |token| {
                token[member] = json!(make(token[member].as_str().unwrap()));
            });
        }
    }
}

/// Signatures that do not match.
fn signatures(maker: &mut Maker) {
    const MISMATCH: &str = "signature_mismatch";
    let message = maker.message(SITE);
    let good = maker
        .holder
        .sign_with(CertificateKind::UserAuthentication, &message);
    let changes: [Change; 8] = [
        (
            "first-bit",
            "one bit of the first byte is altered",
            |bytes| bytes[0] ^= 1,
        ),
        ("last-bit", "one bit of the last byte is altered", |bytes| {
            bytes[255] ^= 1
        }),
        ("short", "the last byte is missing", |bytes| {
            bytes.truncate(255)
        }),
        ("long", "a zero byte in front", |bytes| bytes.insert(0, 0)),
        ("tail", "a zero byte behind", |bytes| bytes.push(0)),
        ("zero", "256 zero bytes", |bytes| bytes.fill(0)),
        ("one", "the number 1", |bytes| {
            bytes.fill(0);
            bytes[255] = 1;
        }),
        ("empty", "no bytes", Vec::clear),
    ];
    for (name, what, change) in changes {
        let mut signature = good.clone();
        change(&mut signature);
        maker.add_signature((&format!("signature-{name}"), what, MISMATCH), &signature);
    }
    let (nonce, signature) = signature_plus_modulus(maker);
    maker.add(
        (
            "signature-plus-modulus",
            "the key's modulus is added to the signature, which comes to the same modulo that",
            MISMATCH,
        ),
        |vector| {
            let mut token: Value = serde_json::from_str(&vector.token).unwrap();
            token["signature"] = json!(encode(&signature));
            vector.nonce = nonce;
            vector.token = token.to_string();
        },
    );
    let other = maker
        .holder
        .sign_with(CertificateKind::DigitalSignature, &message);
    maker.add_signature(
        (
            "signature-by-signature-key",
            "the card's other key signed",
            MISMATCH,
        ),
        &other,
    );
    let stranger = maker
        .card("seed = 'somebody else'")
        .authenticate(SITE, &maker.nonce);
    maker.add_token(
        (
            "signature-by-other-card",
            "another person's card signed",
            MISMATCH,
        ),
        |token| token["signature"] = stranger["signature"].clone(),
    );
}

/// A nonce, and a good signature over it that is still 256 bytes long after the modulus was added.
fn signature_plus_modulus(maker: &mut Maker) -> (String, Vec<u8>) {
    let der = maker.holder.card().authentication_certificate();
    let certificate = Certificate::from_der(der).unwrap().tbs_certificate;
    let key = certificate.subject_public_key_info.subject_public_key;
    let key = RsaPublicKey::from_pkcs1_der(key.raw_bytes()).unwrap();
    loop {
        let nonce = other_nonce();
        let message = [Sha256::digest(SITE), Sha256::digest(&nonce)].concat();
        let signature = maker
            .holder
            .sign_with(CertificateKind::UserAuthentication, &message);
        let sum = (BigUint::from_bytes_be(&signature) + key.n()).to_bytes_be();
        if sum.len() == signature.len() {
            return (nonce, sum);
        }
    }
}

fn other_nonce() -> String {
    Nonce::random().unwrap().as_str().to_owned()
}
