//! Certificates that nobody trusted has signed.

use relying_party::verification::CertificateKind;
use x509_cert::Certificate;
use x509_cert::der::Decode as _;
use x509_cert::der::asn1::OctetString;
use x509_cert::der::oid::AssociatedOid as _;
use x509_cert::ext::pkix::AuthorityKeyIdentifier;

use super::super::making::Maker;
use crate::issuing::{Issuer, extensions, remove, replace};

/// Certificates that nobody trusted has signed.
pub(super) fn forgeries(maker: &mut Maker) {
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
