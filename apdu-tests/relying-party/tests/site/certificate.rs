//! Which certificates are taken: issuer, dates, encoding.

use relying_party::verification::CertificateKind::{DigitalSignature, UserAuthentication};
use relying_party::verification::{Authority, CertificateVerifier, VerificationError};
use time::Duration;
use x509_cert::der::asn1::ObjectIdentifier;
use x509_cert::ext::pkix::AuthorityKeyIdentifier;

use crate::checking::{BOTH, certificate_of, check, check_changed};
use crate::holder::{Holder, NOW};
use crate::issuing::{Issuer, extensions, remove};

#[test]
fn a_card_s_own_certificates_are_taken() {
    let holder = Holder::new();
    for kind in BOTH {
        let checked = check(&holder.verifier(kind), &certificate_of(&holder, kind), NOW).unwrap();
        assert_eq!(
            checked.not_after().date(),
            time::macros::date!(2031 - 04 - 01)
        );
        assert!(
            check_changed(kind, |_| ()).is_ok(),
            "the tests' own authority is no hindrance"
        );
    }
}

#[test]
fn an_authority_of_the_same_name_and_another_key_is_not_the_issuer() {
    let holder = Holder::new();
    let other = Holder::with("seed = 'another generation'");
    for kind in BOTH {
        let checked = check(&holder.verifier(kind), &certificate_of(&other, kind), NOW);
        assert_eq!(checked.unwrap_err(), VerificationError::IssuerUnknown);
    }
}

#[test]
fn of_several_generations_the_one_with_the_key_is_chosen() {
    let holder = Holder::new();
    let other = Holder::with("seed = 'another generation'");
    let authorities =
        [&other, &holder].map(|one| Authority::decode(one.card().authentication_ca()).unwrap());
    let verifier = CertificateVerifier::new(
        UserAuthentication,
        authorities.to_vec(),
        vec![UserAuthentication.standard_policy()],
    );
    assert!(check(&verifier, &certificate_of(&holder, UserAuthentication), NOW).is_ok());
}

#[test]
fn the_right_key_identifier_without_the_right_key_is_not_enough() {
    let holder = Holder::new();
    let issuer = Issuer::like(&holder, UserAuthentication);
    let mut certificate = issuer.issue(|_| ());
    // The last byte belongs to the issuer's signature.
    *certificate.last_mut().unwrap() ^= 1;
    let refused = check(&issuer.verifier(), &certificate, NOW).unwrap_err();
    assert_eq!(refused, VerificationError::IssuerSignature);
}

#[test]
fn the_right_key_under_another_name_is_not_the_issuer() {
    let refused = check_changed(UserAuthentication, |certificate| {
        certificate.issuer = certificate.subject.clone()
    });
    assert_eq!(refused.unwrap_err(), VerificationError::IssuerUnknown);
}

#[test]
fn a_certificate_that_does_not_name_its_issuer_s_key_is_refused() {
    let refused = check_changed(UserAuthentication, remove::<AuthorityKeyIdentifier>);
    assert_eq!(refused.unwrap_err(), VerificationError::IssuerUnnamed);
}

#[test]
fn a_certificate_is_taken_from_its_first_second_to_its_last() {
    let holder = Holder::new();
    let verifier = holder.verifier(UserAuthentication);
    let der = certificate_of(&holder, UserAuthentication);
    let last = time::macros::datetime!(2031-04-01 14:59:59 UTC);
    assert!(check(&verifier, &der, last).is_ok());
    let expired = check(&verifier, &der, last + Duration::seconds(1));
    assert_eq!(expired.unwrap_err(), VerificationError::Expired);
    let early = check(
        &verifier,
        &der,
        time::macros::datetime!(2026-03-30 00:00:00 UTC),
    );
    assert_eq!(early.unwrap_err(), VerificationError::NotYet);
}

#[test]
fn an_authority_outside_its_own_dates_vouches_for_nobody() {
    let holder = Holder::new();
    let verifier = holder.verifier(UserAuthentication);
    let der = certificate_of(&holder, UserAuthentication);
    for moment in [
        time::macros::datetime!(2000-01-01 00:00 UTC),
        time::macros::datetime!(2099-01-01 00:00 UTC),
    ] {
        assert_eq!(
            check(&verifier, &der, moment).unwrap_err(),
            VerificationError::IssuerDates
        );
    }
}

#[test]
fn the_issuer_signs_with_sha256_and_rsa_and_says_so_twice() {
    let sha1_with_rsa = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.5");
    let issuer = Issuer::like(&Holder::new(), UserAuthentication);
    let everywhere = issuer.issue(|certificate| certificate.signature.oid = sha1_with_rsa);
    let inside = issuer.issue_signed(
        |certificate| certificate.signature.oid = sha1_with_rsa,
        |signed| {
            signed.signature_algorithm.oid = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.11")
        },
    );
    let outside = issuer.issue_signed(
        |_| (),
        |signed| signed.signature_algorithm.oid = sha1_with_rsa,
    );
    for der in [everywhere, inside, outside] {
        let refused = check(&issuer.verifier(), &der, NOW).unwrap_err();
        assert_eq!(refused, VerificationError::CertificateAlgorithm);
    }
}

#[test]
fn no_byte_of_a_certificate_can_be_changed() {
    let holder = Holder::new();
    let verifier = holder.verifier(DigitalSignature);
    let der = certificate_of(&holder, DigitalSignature);
    for position in 0..der.len() {
        let mut altered = der.clone();
        altered[position] ^= 1 << (position % 8);
        assert!(check(&verifier, &altered, NOW).is_err(), "byte {position}");
    }
}

#[test]
fn a_certificate_is_one_der_structure_and_nothing_else() {
    let holder = Holder::new();
    let verifier = holder.verifier(UserAuthentication);
    let der = certificate_of(&holder, UserAuthentication);
    let padded = [&der[..], &[0x00]].concat();
    let pem = x509_cert::der::pem::encode_string(
        "CERTIFICATE",
        x509_cert::der::pem::LineEnding::LF,
        &der,
    )
    .unwrap();
    for bytes in [&padded[..], pem.as_bytes(), &der[..der.len() - 1], &[]] {
        let refused = check(&verifier, bytes, NOW).unwrap_err();
        assert!(
            matches!(refused, VerificationError::CertificateEncoding(_)),
            "{refused}"
        );
    }
}

#[test]
fn an_extension_stands_once() {
    let refused = check_changed(UserAuthentication, |certificate| {
        let usage = extensions(certificate)[0].clone();
        extensions(certificate).push(usage);
    });
    assert!(matches!(
        refused.unwrap_err(),
        VerificationError::CertificateEncoding(Some(_))
    ));
}

#[test]
fn the_debug_form_of_a_checked_certificate_names_no_person() {
    let holder = Holder::new();
    let der = certificate_of(&holder, DigitalSignature);
    let checked = check(&holder.verifier(DigitalSignature), &der, NOW).unwrap();
    assert_eq!(format!("{:?}", checked.fingerprint()), "Fingerprint(..)");
    assert_eq!(
        format!("{checked:?}"),
        "CheckedCertificate { not_after: 2031-04-01 14:59:59.0 +00:00:00, .. }"
    );
}
