//! Vectors about the certificate: who issued it, when, for what, to which key.

use relying_party::verification::CertificateKind;
use rsa::pkcs1v15;
use rsa::pss;
use rsa::signature::{RandomizedSigner as _, SignatureEncoding as _, Signer as _};
use sha2::{Sha256, Sha384};
use time::{Duration, OffsetDateTime};
use x509_cert::Certificate;
use x509_cert::certificate::Version;
use x509_cert::der::asn1::{BitString, ObjectIdentifier, OctetString, UtcTime};
use x509_cert::der::oid::AssociatedOid as _;
use x509_cert::der::{Any, Decode as _, Encode as _};
use x509_cert::ext::Extension;
use x509_cert::ext::pkix::certpolicy::PolicyInformation;
use x509_cert::ext::pkix::{
    AuthorityKeyIdentifier, BasicConstraints, CertificatePolicies, CrlDistributionPoints,
    ExtendedKeyUsage, KeyUsage, KeyUsages,
};
use x509_cert::serial_number::SerialNumber;
use x509_cert::spki::{AlgorithmIdentifierOwned, SubjectPublicKeyInfoOwned};
use x509_cert::time::{Time, Validity};

use super::ACCEPT;
use super::making::{Change, Maker, SITE, STAND_IN, encode};
use crate::issuing::{
    Issuer, critical_flag, extensions, private_key, public_key_info, remove, replace,
};

pub(super) fn make(maker: &mut Maker) {
    encodings(maker);
    issuers(maker);
    forgeries(maker);
    dates(maker);
    extensions_unknown(maker);
    usages(maker);
    policies(maker);
    keys(maker);
    own_keys(maker);
}

/// What is not exactly one X.509 v3 certificate in DER.
fn encodings(maker: &mut Maker) {
    const MALFORMED: &str = "certificate_malformed";
    let der = maker.holder.card().authentication_certificate().to_vec();
    let changes: [Change; 5] = [
        ("empty", "no bytes", Vec::clear),
        ("tail", "a zero byte behind it", |der| der.push(0)),
        ("cut", "the last byte is missing", |der| {
            der.pop();
        }),
        ("twice", "the certificate, and again", |der| {
            der.extend(der.clone())
        }),
        ("tag", "the first byte is altered", |der| der[0] ^= 1),
    ];
    for (name, what, change) in changes {
        let mut der = der.clone();
        change(&mut der);
        let name = format!("certificate-{name}");
        maker.add_der((&name, what, MALFORMED), &der, &["authentication-3"]);
    }
    let inside = der[4..].to_vec();
    let [high, low] = [der[2], der[3]];
    for (name, what, head, tail) in [
        (
            "long-length",
            "the length is written in three bytes where two do (BER)",
            [0x30, 0x83, 0x00, high, low].as_slice(),
            [].as_slice(),
        ),
        (
            "open-length",
            "the length is left open (BER)",
            &[0x30, 0x80],
            &[0x00, 0x00],
        ),
        (
            "fourth-part",
            "another element after the issuer's signature, which does not cover it",
            &[0x30, 0x82, high, low.checked_add(2).unwrap()],
            &[0x05, 0x00],
        ),
    ] {
        let der = [head, &inside, tail].concat();
        let name = format!("certificate-{name}");
        maker.add_der((&name, what, MALFORMED), &der, &["authentication-3"]);
    }
    maker.add_der(
        (
            "certificate-unused-bit",
            "the issuer's signature is said to be a bit shorter",
            MALFORMED,
        ),
        &unused_bit(&maker.issuer),
        &[STAND_IN],
    );
    let no_parameters = maker.issuer.issue_signed(
        |_| (),
        |signed| signed.signature_algorithm.parameters = None,
    );
    maker.add_der(
        (
            "certificate-algorithm-parameters",
            "the algorithm of the issuer's signature has lost its NULL, outside of what is signed",
            MALFORMED,
        ),
        &no_parameters,
        &[STAND_IN],
    );
    let pem = x509_cert::der::pem::encode_string(
        "CERTIFICATE",
        x509_cert::der::pem::LineEnding::LF,
        &der,
    );
    let pem = pem.unwrap();
    maker.add_der(
        ("certificate-pem", "PEM in base64 once more", MALFORMED),
        pem.as_bytes(),
        &["authentication-3"],
    );
    maker.add_issued(
        ("certificate-v1", "version 1, without extensions", MALFORMED),
        |certificate| {
            certificate.version = Version::V1;
            certificate.extensions = None;
        },
    );
    maker.add_issued(
        (
            "certificate-extension-twice",
            "an extension stands twice",
            MALFORMED,
        ),
        |certificate| {
            let usage = extensions(certificate)[0].clone();
            extensions(certificate).push(usage);
        },
    );
    let sha1 = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.5");
    maker.add_issued(
        (
            "certificate-sha1",
            "says that it is signed with SHA-1",
            MALFORMED,
        ),
        |certificate| certificate.signature.oid = sha1,
    );
}

/// A certificate whose issuer's signature ends with a bit that is 0, which a BIT STRING in DER may leave out.
fn unused_bit(issuer: &Issuer) -> Vec<u8> {
    (0..=u8::MAX)
        .map(|serial| {
            issuer.issue(|certificate| {
                certificate.serial_number = SerialNumber::new(&[0x40, serial]).unwrap();
            })
        })
        .find(|der| der[der.len() - 1] & 1 == 0)
        .map(|mut der| {
            // In front of the signature's 256 bytes stands the number of bits left out.
            let place = der.len() - 257;
            der[place] = 1;
            der
        })
        .unwrap()
}

/// Which authority issued it, and which are trusted.
fn issuers(maker: &mut Maker) {
    const ISSUER: &str = "certificate_issuer";
    for (number, others) in [
        (1, ["authentication-2", "authentication-3"]),
        (2, ["authentication-1", "authentication-3"]),
    ] {
        let card = format!("[certificates]\ngeneration = {number}");
        let token = maker.card(&card).authenticate(SITE, &maker.nonce);
        let own = format!("authentication-{number}");
        maker.add_trusting(
            (
                &format!("good-generation-{number}"),
                "three authorities of one name are trusted, one of them issued it",
                ACCEPT,
            ),
            &token,
            &["authentication-1", "authentication-2", "authentication-3"],
        );
        maker.add_trusting(
            (
                &format!("issuer-not-generation-{number}"),
                "the two generations that are trusted have the issuer's name, but not its key",
                ISSUER,
            ),
            &token,
            &others,
        );
        maker.add_trusting(
            (
                &format!("good-generation-{number}-alone"),
                "its own generation alone is trusted",
                ACCEPT,
            ),
            &token,
            &[&own],
        );
    }
    let token = maker.token();
    for (name, what, trusted) in [
        (
            "issuer-other-generation",
            "an older generation of the same name is trusted",
            &["authentication-2"][..],
        ),
        (
            "issuer-signature-authority",
            "the authority for signatures is trusted",
            &["signature-3"],
        ),
        ("issuer-none", "no authority is trusted", &[]),
    ] {
        maker.add_trusting((name, what, ISSUER), &token, trusted);
    }

    let signature_certificate = maker
        .holder
        .card()
        .signature_certificate()
        .unwrap()
        .to_vec();
    let message = maker.message(SITE);
    let signature = maker
        .holder
        .sign_with(CertificateKind::DigitalSignature, &message);
    let token = Maker::token_of(&signature_certificate, &signature);
    maker.add_trusting(
        (
            "signature-certificate",
            "the signature certificate and its key, where the authentication authority is trusted",
            ISSUER,
        ),
        &token,
        &["authentication-3"],
    );
    maker.add_trusting(
        (
            "signature-certificate-both-trusted",
            "the signature certificate and its key, where both authorities are trusted",
            "certificate_usage",
        ),
        &token,
        &["authentication-3", "signature-3"],
    );
    let authority = maker.holder.card().authentication_ca().to_vec();
    maker.add_der(
        (
            "authority-certificate",
            "the authority's own certificate",
            "certificate_usage",
        ),
        &authority,
        &["authentication-3"],
    );
}

/// Certificates that nobody trusted has signed.
fn forgeries(maker: &mut Maker) {
    const ISSUER: &str = "certificate_issuer";
    let forger = Issuer::like(&maker.holder, CertificateKind::UserAuthentication);
    let same_name = forger.issue(|_| ());
    maker.add_der(
        (
            "issuer-same-name",
            "an authority of the same name and another key issued it",
            ISSUER,
        ),
        &same_name,
        &["authentication-1", "authentication-2", "authentication-3"],
    );
    let genuine = Certificate::from_der(maker.holder.card().authentication_certificate()).unwrap();
    let genuine = genuine.tbs_certificate.extensions.unwrap();
    let genuine = genuine
        .into_iter()
        .find(|extension| extension.extn_id == AuthorityKeyIdentifier::OID);
    let genuine = genuine.unwrap();
    let same_identifier = forger.issue(|certificate| {
        remove::<AuthorityKeyIdentifier>(certificate);
        extensions(certificate).push(genuine);
    });
    maker.add_der(
        (
            "issuer-same-name-and-key-identifier",
            "a forger wrote the right name and key identifier; the signature is not the authority's",
            ISSUER,
        ),
        &same_identifier,
        &["authentication-3"],
    );
    maker.add_issued(
        ("issuer-unnamed", "no authority key identifier", ISSUER),
        remove::<AuthorityKeyIdentifier>,
    );
    maker.add_issued(
        (
            "issuer-other-name",
            "the trusted key under another name",
            ISSUER,
        ),
        |certificate| certificate.issuer = certificate.subject.clone(),
    );
    maker.add_issued(
        (
            "issuer-other-key-identifier",
            "the trusted key under another key identifier",
            ISSUER,
        ),
        |certificate| {
            let identifier = AuthorityKeyIdentifier {
                key_identifier: Some(OctetString::new([0x22; 20]).unwrap()),
                authority_cert_issuer: None,
                authority_cert_serial_number: None,
            };
            replace(certificate, &identifier, false);
        },
    );
    maker.add_der(
        (
            "issuer-self",
            "signed by its own authority, which is in the token's place and nowhere trusted",
            ISSUER,
        ),
        &forger.issue(|certificate| certificate.issuer = certificate.subject.clone()),
        &["authentication-3"],
    );
    for (name, what, change) in [
        (
            "certificate-altered-signature",
            "a bit of the authority's signature is altered",
            altered_at_end as fn(&mut [u8]),
        ),
        (
            "certificate-altered-serial",
            "a bit of the serial number is altered",
            altered_serial,
        ),
        (
            "certificate-altered-subject",
            "a letter of the subject is altered",
            altered_subject,
        ),
    ] {
        let mut der = maker.holder.card().authentication_certificate().to_vec();
        change(&mut der);
        maker.add_der((name, what, ISSUER), &der, &["authentication-3"]);
    }
}

fn altered_at_end(der: &mut [u8]) {
    let last = der.len() - 1;
    der[last] ^= 1;
}

fn altered_serial(der: &mut [u8]) {
    let parsed = Certificate::from_der(der).unwrap();
    let serial = parsed.tbs_certificate.serial_number;
    alter(der, serial.as_bytes());
}

/// The subject ends with four letters that are the same for all cards.
fn altered_subject(der: &mut [u8]) {
    alter(der, b"TEST");
}

/// Changes the last bit of the first place where these bytes stand.
fn alter(der: &mut [u8], bytes: &[u8]) {
    let place = der.windows(bytes.len()).position(|window| window == bytes);
    der[place.unwrap() + bytes.len() - 1] ^= 1;
}

fn dates(maker: &mut Maker) {
    let der = maker.holder.card().authentication_certificate();
    let validity = Certificate::from_der(der).unwrap().tbs_certificate.validity;
    let (first, last) = (moment(validity.not_before), moment(validity.not_after));
    for (name, what, now, expected) in [
        (
            "good-first-second",
            "the certificate's first second",
            first,
            ACCEPT,
        ),
        (
            "certificate-not-yet",
            "a second before the certificate's dates begin",
            first - Duration::seconds(1),
            "certificate_not_yet",
        ),
        (
            "good-last-second-of-certificate",
            "the certificate's last second",
            last,
            ACCEPT,
        ),
        (
            "certificate-expired",
            "a second after the certificate's dates end",
            last + Duration::seconds(1),
            "certificate_expired",
        ),
        (
            "certificate-long-expired",
            "five years later",
            last + Duration::days(1826),
            "certificate_expired",
        ),
    ] {
        maker.add((name, what, expected), |vector| {
            vector.now = now;
            vector.nonce_issued = now - Duration::seconds(20);
        });
    }
    for (name, what, from, until) in [
        (
            "issuer-expired",
            "the authority's own dates have ended",
            (2015, 10, 20),
            (2026, 12, 31),
        ),
        (
            "issuer-not-yet",
            "the authority's own dates begin later",
            (2027, 2, 1),
            (2037, 2, 1),
        ),
    ] {
        let stand_in = format!("authentication-{name}");
        let at = |(year, month, day)| {
            let date = x509_cert::der::DateTime::new(year, month, day, 14, 59, 59).unwrap();
            Time::UtcTime(UtcTime::from_date_time(date).unwrap())
        };
        let mut issuer = Issuer::like(&maker.holder, CertificateKind::UserAuthentication);
        issuer.certificate.validity = Validity {
            not_before: at(from),
            not_after: at(until),
        };
        maker.trust(&stand_in, &issuer.der());
        maker.add_der(
            (name, what, "issuer_dates"),
            &issuer.issue(|_| ()),
            &[&stand_in],
        );
    }
}

fn moment(time: Time) -> OffsetDateTime {
    let seconds = i64::try_from(time.to_unix_duration().as_secs()).unwrap();
    OffsetDateTime::from_unix_timestamp(seconds).unwrap()
}

fn extensions_unknown(maker: &mut Maker) {
    let unknown = |critical| Extension {
        extn_id: ObjectIdentifier::new_unwrap("1.2.3.4"),
        critical,
        extn_value: OctetString::new([0x05, 0x00]).unwrap(),
    };
    maker.add_good(
        "good-extension",
        "an extension that nobody knows, not critical",
        |certificate| {
            extensions(certificate).push(unknown(false));
        },
    );
    maker.add_issued(
        (
            "extension-critical",
            "a critical extension that nobody knows",
            "certificate_extension",
        ),
        |certificate| extensions(certificate).push(unknown(true)),
    );
    maker.add_issued(
        (
            "extension-critical-crl",
            "where the revocation list lies is critical, and nobody here reads it",
            "certificate_extension",
        ),
        |certificate| critical_flag::<CrlDistributionPoints>(certificate, true),
    );
}

fn usages(maker: &mut Maker) {
    use KeyUsages::{DigitalSignature, KeyCertSign, KeyEncipherment, NonRepudiation};
    const USAGE: &str = "certificate_usage";

    for (name, what, usage) in [
        (
            "usage-non-repudiation",
            "key usage of a signature certificate",
            DigitalSignature | NonRepudiation,
        ),
        (
            "usage-non-repudiation-only",
            "key usage nonRepudiation alone",
            NonRepudiation.into(),
        ),
        (
            "usage-certificate-sign",
            "key usage of an authority as well",
            DigitalSignature | KeyCertSign,
        ),
        (
            "usage-encipherment",
            "key usage keyEncipherment alone",
            KeyEncipherment.into(),
        ),
    ] {
        maker.add_issued((name, what, USAGE), |certificate| {
            replace(certificate, &KeyUsage(usage), true);
        });
    }
    maker.add_issued(("usage-missing", "no key usage", USAGE), remove::<KeyUsage>);
    maker.add_issued(
        ("extended-usage-missing", "no extended key usage", USAGE),
        remove::<ExtendedKeyUsage>,
    );
    for (name, what, oid) in [
        (
            "extended-usage-server",
            "extended key usage serverAuth alone",
            "1.3.6.1.5.5.7.3.1",
        ),
        (
            "extended-usage-mail",
            "extended key usage emailProtection alone",
            "1.3.6.1.5.5.7.3.4",
        ),
        (
            "extended-usage-any",
            "extended key usage anyExtendedKeyUsage alone",
            "2.5.29.37.0",
        ),
    ] {
        let usage = ExtendedKeyUsage(vec![ObjectIdentifier::new_unwrap(oid)]);
        maker.add_issued((name, what, USAGE), |certificate| {
            replace(certificate, &usage, false);
        });
    }
    let several = ["1.3.6.1.5.5.7.3.4", "1.3.6.1.5.5.7.3.2"].map(ObjectIdentifier::new_unwrap);
    maker.add_good(
        "good-extended-usage",
        "clientAuth among others",
        |certificate| {
            replace(certificate, &ExtendedKeyUsage(several.to_vec()), false);
        },
    );
    let constraints = |ca| BasicConstraints {
        ca,
        path_len_constraint: None,
    };
    maker.add_issued(
        (
            "constraints-authority",
            "basic constraints say that it is an authority",
            USAGE,
        ),
        |certificate| replace(certificate, &constraints(true), true),
    );
    maker.add_good(
        "good-constraints",
        "basic constraints say that it is no authority",
        |certificate| {
            replace(certificate, &constraints(false), true);
        },
    );
}

fn policies(maker: &mut Maker) {
    const POLICY: &str = "certificate_policy";
    let of = |oids: &[&str]| {
        let information = |oid: &&str| PolicyInformation {
            policy_identifier: ObjectIdentifier::new_unwrap(oid),
            policy_qualifiers: None,
        };
        CertificatePolicies(oids.iter().map(information).collect())
    };
    maker.add_issued(
        ("policy-missing", "no certificate policies", POLICY),
        remove::<CertificatePolicies>,
    );
    for (name, what, oid) in [
        ("policy-any", "anyPolicy", "2.5.29.32.0"),
        (
            "policy-signature",
            "the policy of signature certificates",
            "1.2.392.200149.8.5.1.1.20",
        ),
        (
            "policy-test",
            "the policy of JPKI's test cards",
            "1.2.392.200149.8.5.1.0.30",
        ),
        (
            "policy-longer",
            "the policy with one number more",
            "1.2.392.200149.8.5.1.3.30.1",
        ),
        (
            "policy-shorter",
            "the policy with one number less",
            "1.2.392.200149.8.5.1.3",
        ),
        (
            "policy-digit",
            "the policy with one digit more",
            "1.2.392.200149.8.5.1.3.300",
        ),
    ] {
        maker.add_issued((name, what, POLICY), |certificate| {
            replace(certificate, &of(&[oid]), true);
        });
    }
    maker.add_good("good-policies", "the policy among others", |certificate| {
        replace(
            certificate,
            &of(&["1.2.3", "1.2.392.200149.8.5.1.3.30"]),
            true,
        );
    });
    maker.add_good(
        "good-policy-not-critical",
        "the policies are not critical",
        |certificate| {
            critical_flag::<CertificatePolicies>(certificate, false);
        },
    );
    // A test card, at a site that is configured for test cards.
    let der = maker.issuer.issue(|certificate| {
        replace(certificate, &of(&["1.2.392.200149.8.5.1.0.30"]), true);
    });
    let mut token = maker.token();
    token["unverifiedCertificate"] = encode(&der).into();
    maker.add(
        (
            "good-policy-test",
            "the policy of test cards, which the server takes",
            ACCEPT,
        ),
        |vector| {
            vector.token = token.to_string();
            vector.trusted = vec![STAND_IN.to_owned()];
            vector.policies = vec!["1.2.392.200149.8.5.1.0.30".to_owned()];
        },
    );
    maker.add(
        ("policies-none", "the server takes no policy", POLICY),
        |vector| {
            vector.policies.clear();
        },
    );
}

/// Keys that no card has.
fn keys(maker: &mut Maker) {
    const KEY: &str = "certificate_key";
    let short = private_key(1024);
    let message = maker.message(SITE);
    let signature = pkcs1v15::SigningKey::<Sha256>::new(short.clone())
        .sign(&message)
        .to_vec();
    let der = maker.issuer.issue(|certificate| {
        certificate.subject_public_key_info = public_key_info(&short);
    });
    let token = Maker::token_of(&der, &signature);
    maker.add_trusting(
        (
            "key-1024",
            "an RSA key of 1024 bits, rightly signed with",
            KEY,
        ),
        &token,
        &[STAND_IN],
    );
    maker.add_issued(
        ("key-ec", "a key on an elliptic curve", KEY),
        |certificate| {
            certificate.subject_public_key_info = base_point();
        },
    );
}

/// P-256's base point: the key whose private half is 1.
fn base_point() -> SubjectPublicKeyInfoOwned {
    const POINT: [u8; 65] = [
        0x04, 0x6B, 0x17, 0xD1, 0xF2, 0xE1, 0x2C, 0x42, 0x47, 0xF8, 0xBC, 0xE6, 0xE5, 0x63, 0xA4,
        0x40, 0xF2, 0x77, 0x03, 0x7D, 0x81, 0x2D, 0xEB, 0x33, 0xA0, 0xF4, 0xA1, 0x39, 0x45, 0xD8,
        0x98, 0xC2, 0x96, 0x4F, 0xE3, 0x42, 0xE2, 0xFE, 0x1A, 0x7F, 0x9B, 0x8E, 0xE7, 0xEB, 0x4A,
        0x7C, 0x0F, 0x9E, 0x16, 0x2B, 0xCE, 0x33, 0x57, 0x6B, 0x31, 0x5E, 0xCE, 0xCB, 0xB6, 0x40,
        0x68, 0x37, 0xBF, 0x51, 0xF5,
    ];
    let curve = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");
    SubjectPublicKeyInfoOwned {
        algorithm: AlgorithmIdentifierOwned {
            oid: ObjectIdentifier::new_unwrap("1.2.840.10045.2.1"),
            parameters: Some(Any::from_der(&curve.to_der().unwrap()).unwrap()),
        },
        subject_public_key: BitString::from_bytes(&POINT).unwrap(),
    }
}

/// Signatures that a card would not make, by a key that a trusted authority certified.
fn own_keys(maker: &mut Maker) {
    let own = private_key(2048);
    let der = maker.issuer.issue(|certificate| {
        certificate.subject_public_key_info = public_key_info(&own);
    });
    let message = maker.message(SITE);
    let sha256 = pkcs1v15::SigningKey::<Sha256>::new(own.clone())
        .sign(&message)
        .to_vec();
    let sha384 = pkcs1v15::SigningKey::<Sha384>::new(own.clone())
        .sign(&message)
        .to_vec();
    let bare = pkcs1v15::SigningKey::<Sha256>::new_unprefixed(own.clone())
        .sign(&message)
        .to_vec();
    let pss = pss::SigningKey::<Sha256>::new(own)
        .sign_with_rng(&mut rand::rngs::OsRng, &message)
        .to_vec();
    for (name, what, signature, expected) in [
        (
            "good-own-key",
            "a certified key that is no card's",
            sha256,
            ACCEPT,
        ),
        (
            "signature-sha384",
            "RS256 is written, RS384 is signed",
            sha384,
            "signature_mismatch",
        ),
        (
            "signature-pss",
            "RS256 is written, PS256 is signed",
            pss,
            "signature_mismatch",
        ),
        (
            "signature-bare",
            "the hash is signed without its DigestInfo",
            bare,
            "signature_mismatch",
        ),
    ] {
        let token = Maker::token_of(&der, &signature);
        maker.add_trusting((name, what, expected), &token, &[STAND_IN]);
    }
}
