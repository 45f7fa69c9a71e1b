//! Which certificates can be configured as an authority's.

use relying_party::verification::{Authority, AuthorityError, CertificateKind};
use x509_cert::der::asn1::{ObjectIdentifier, OctetString};
use x509_cert::ext::Extension;
use x509_cert::ext::pkix::{BasicConstraints, KeyUsage, KeyUsages, SubjectKeyIdentifier};

use crate::holder::Holder;
use crate::issuing::{Issuer, extensions, private_key, public_key_info, remove, replace};

fn refusal(change: impl FnOnce(&mut x509_cert::certificate::TbsCertificate)) -> AuthorityError {
    let mut issuer = Issuer::like(&Holder::new(), CertificateKind::UserAuthentication);
    change(&mut issuer.certificate);
    Authority::decode(&issuer.der()).unwrap_err()
}

#[test]
fn the_authorities_of_a_card_are_taken() {
    let holder = Holder::new();
    assert!(Authority::decode(holder.card().authentication_ca()).is_ok());
    assert!(Authority::decode(holder.card().signature_ca()).is_ok());
}

#[test]
fn a_person_s_certificate_is_no_authority_s() {
    let holder = Holder::new();
    let refused = Authority::decode(holder.card().authentication_certificate());
    assert_eq!(refused.unwrap_err(), AuthorityError::BasicConstraints);
}

#[test]
fn an_authority_is_marked_as_one_and_may_sign_certificates() {
    assert_eq!(
        refusal(remove::<BasicConstraints>),
        AuthorityError::BasicConstraints
    );
    let person = BasicConstraints {
        ca: false,
        path_len_constraint: None,
    };
    assert_eq!(
        refusal(|certificate| replace(certificate, &person, true)),
        AuthorityError::BasicConstraints
    );
    assert_eq!(refusal(remove::<KeyUsage>), AuthorityError::KeyUsage);
    let lists_only = KeyUsage(KeyUsages::CRLSign.into());
    assert_eq!(
        refusal(|certificate| replace(certificate, &lists_only, true)),
        AuthorityError::KeyUsage
    );
}

#[test]
fn an_authority_can_be_told_from_others_of_its_name() {
    assert_eq!(
        refusal(remove::<SubjectKeyIdentifier>),
        AuthorityError::KeyIdentifier
    );
}

#[test]
fn an_authority_s_key_is_rsa_of_at_least_2048_bits() {
    let short = public_key_info(&private_key(1024));
    let refused = refusal(|certificate| certificate.subject_public_key_info = short);
    assert_eq!(refused, AuthorityError::PublicKey);
}

#[test]
fn an_authority_s_critical_extensions_are_understood() {
    let refused = refusal(|certificate| {
        extensions(certificate).push(Extension {
            extn_id: ObjectIdentifier::new_unwrap("1.2.3.4"),
            critical: true,
            extn_value: OctetString::new([0x05, 0x00]).unwrap(),
        });
    });
    assert_eq!(refused, AuthorityError::CriticalExtension("1.2.3.4".into()));
}

#[test]
fn a_file_with_more_than_the_certificate_is_refused() {
    let holder = Holder::new();
    let padded = [holder.card().authentication_ca(), &[0x00]].concat();
    assert_eq!(
        Authority::decode(&padded).unwrap_err(),
        AuthorityError::Encoding
    );
    assert_eq!(
        Authority::decode(b"").unwrap_err(),
        AuthorityError::Encoding
    );
}
