//! Vectors about the certificate: who issued it, when, for what, to which key.

mod forgeries;
mod keys;
mod purposes;

use relying_party::verification::CertificateKind;
use time::{Duration, OffsetDateTime};
use x509_cert::Certificate;
use x509_cert::certificate::Version;
use x509_cert::der::Decode as _;
use x509_cert::der::asn1::{ObjectIdentifier, UtcTime};
use x509_cert::serial_number::SerialNumber;
use x509_cert::time::{Time, Validity};

use super::ACCEPT;
use super::making::{Change, Maker, SITE, STAND_IN};
use crate::issuing::{Issuer, extensions};

pub(super) fn make(maker: &mut Maker) {
    encodings(maker);
    issuers(maker);
    forgeries::forgeries(maker);
    dates(maker);
    purposes::extensions_unknown(maker);
    purposes::usages(maker);
    purposes::policies(maker);
    keys::keys(maker);
    keys::own_keys(maker);
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
