//! Which certificates are taken.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use relying_party::verification::{
    Authority, CertificateKind, CertificateVerifier, CheckedCertificate, VerificationError,
};
use time::{Duration, OffsetDateTime};
use x509_cert::certificate::TbsCertificate;
use x509_cert::der::asn1::{ObjectIdentifier, OctetString};
use x509_cert::ext::Extension;
use x509_cert::ext::pkix::certpolicy::PolicyInformation;
use x509_cert::ext::pkix::{
    AuthorityKeyIdentifier, BasicConstraints, CertificatePolicies, CrlDistributionPoints,
    ExtendedKeyUsage, KeyUsage, KeyUsages,
};

use crate::holder::{Holder, NOW};
use crate::issuing::{Issuer, extensions, private_key, public_key_info, remove, replace};

use CertificateKind::{DigitalSignature, UserAuthentication};

const BOTH: [CertificateKind; 2] = [UserAuthentication, DigitalSignature];

type Checked = Result<CheckedCertificate, VerificationError>;

fn check(verifier: &CertificateVerifier, der: &[u8], now: OffsetDateTime) -> Checked {
    verifier.check(&STANDARD.encode(der), now)
}

/// Issues the card's certificate of the kind with a change, and checks it against the same authority.
fn check_changed(kind: CertificateKind, change: impl FnOnce(&mut TbsCertificate)) -> Checked {
    let issuer = Issuer::like(&Holder::new(), kind);
    check(&issuer.verifier(), &issuer.issue(change), NOW)
}

fn certificate_of(holder: &Holder, kind: CertificateKind) -> Vec<u8> {
    match kind {
        UserAuthentication => holder.card().authentication_certificate().to_vec(),
        DigitalSignature => holder.card().signature_certificate().unwrap().to_vec(),
    }
}

fn policies(oids: &[&str]) -> CertificatePolicies {
    let information = |oid: &&str| PolicyInformation {
        policy_identifier: ObjectIdentifier::new_unwrap(oid),
        policy_qualifiers: None,
    };
    CertificatePolicies(oids.iter().map(information).collect())
}

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
fn the_key_usage_is_exactly_that_of_the_kind() {
    use KeyUsages::{CRLSign, DigitalSignature as Signs, KeyCertSign, NonRepudiation};

    for (kind, usages) in [
        (
            UserAuthentication,
            vec![
                Signs | NonRepudiation,
                NonRepudiation.into(),
                Signs | KeyCertSign,
            ],
        ),
        (
            DigitalSignature,
            vec![
                Signs.into(),
                NonRepudiation.into(),
                Signs | NonRepudiation | CRLSign,
            ],
        ),
    ] {
        for usage in usages {
            let refused = check_changed(kind, |certificate| {
                replace(certificate, &KeyUsage(usage), true)
            });
            assert_eq!(
                refused.unwrap_err(),
                VerificationError::KeyUsage(kind),
                "{usage:?}"
            );
        }
        let refused = check_changed(kind, remove::<KeyUsage>);
        assert_eq!(refused.unwrap_err(), VerificationError::KeyUsage(kind));
    }
}

#[test]
fn authentication_needs_the_extended_key_usage_client_auth() {
    let server_auth = ExtendedKeyUsage(vec![ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.1")]);
    let any = ExtendedKeyUsage(vec![ObjectIdentifier::new_unwrap("2.5.29.37.0")]);
    for usage in [server_auth, any] {
        let refused = check_changed(UserAuthentication, |certificate| {
            replace(certificate, &usage, false)
        });
        assert_eq!(refused.unwrap_err(), VerificationError::ExtendedKeyUsage);
    }
    let refused = check_changed(UserAuthentication, remove::<ExtendedKeyUsage>);
    assert_eq!(refused.unwrap_err(), VerificationError::ExtendedKeyUsage);
}

#[test]
fn the_policy_is_pinned() {
    for kind in BOTH {
        let missing = check_changed(kind, remove::<CertificatePolicies>);
        assert_eq!(missing.unwrap_err(), VerificationError::Policy(kind));
        // anyPolicy, a test card's, one digit more.
        for oid in [
            "2.5.29.32.0",
            "1.2.392.200149.8.5.1.0.30",
            "1.2.392.200149.8.5.1.3.30.1",
        ] {
            let refused = check_changed(kind, |certificate| {
                replace(certificate, &policies(&[oid]), true)
            });
            assert_eq!(
                refused.unwrap_err(),
                VerificationError::Policy(kind),
                "{oid}"
            );
        }
        let standard = kind.standard_policy().to_id_string();
        let several = policies(&["1.2.3", &standard]);
        assert!(check_changed(kind, |certificate| replace(certificate, &several, true)).is_ok());
    }
}

#[test]
fn another_policy_can_be_configured() {
    let holder =
        Holder::with("seed = 'relying party'\n[certificates]\nauthentication_policy = '1.2.3.4'");
    let der = certificate_of(&holder, UserAuthentication);
    let authority = Authority::decode(holder.card().authentication_ca()).unwrap();
    let verifier = CertificateVerifier::new(
        UserAuthentication,
        vec![authority],
        vec!["1.2.3.4".parse().unwrap()],
    );
    let now = OffsetDateTime::now_utc();
    assert!(check(&verifier, &der, now).is_ok());
    let refused = check(&holder.verifier(UserAuthentication), &der, now).unwrap_err();
    assert_eq!(refused, VerificationError::Policy(UserAuthentication));
}

#[test]
fn a_certificate_of_the_other_kind_is_refused_even_where_both_authorities_are_trusted() {
    let holder = Holder::new();
    let authorities = [
        holder.card().authentication_ca(),
        holder.card().signature_ca(),
    ];
    let authorities = authorities.map(|der| Authority::decode(der).unwrap());
    for (kind, other) in [
        (UserAuthentication, DigitalSignature),
        (DigitalSignature, UserAuthentication),
    ] {
        let verifier =
            CertificateVerifier::new(kind, authorities.to_vec(), vec![kind.standard_policy()]);
        let refused = check(&verifier, &certificate_of(&holder, other), NOW);
        assert_eq!(refused.unwrap_err(), VerificationError::KeyUsage(kind));
    }
}

#[test]
fn a_critical_extension_must_be_understood() {
    let unknown = |critical| Extension {
        extn_id: ObjectIdentifier::new_unwrap("1.2.3.4"),
        critical,
        extn_value: OctetString::new([0x05, 0x00]).unwrap(),
    };
    let refused = check_changed(UserAuthentication, |certificate| {
        extensions(certificate).push(unknown(true))
    });
    assert_eq!(
        refused.unwrap_err(),
        VerificationError::CriticalExtension("1.2.3.4".into())
    );
    assert!(
        check_changed(UserAuthentication, |certificate| extensions(certificate)
            .push(unknown(false)))
        .is_ok()
    );

    // Where to find the revocation list is known, but nothing here looks it up.
    let points = CrlDistributionPoints(Vec::new());
    let refused = check_changed(UserAuthentication, |certificate| {
        replace(certificate, &points, true)
    });
    assert_eq!(
        refused.unwrap_err(),
        VerificationError::CriticalExtension("2.5.29.31".into())
    );
}

#[test]
fn the_key_is_rsa_of_at_least_2048_bits() {
    let short = public_key_info(&private_key(1024));
    let refused = check_changed(UserAuthentication, |certificate| {
        certificate.subject_public_key_info = short
    });
    assert_eq!(refused.unwrap_err(), VerificationError::PublicKey);
    let refused = check_changed(UserAuthentication, |certificate| {
        // RSASSA-PSS: the same numbers under another algorithm.
        certificate.subject_public_key_info.algorithm.oid =
            ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.10");
    });
    assert_eq!(refused.unwrap_err(), VerificationError::PublicKey);
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
fn an_authority_s_certificate_is_nobody_s() {
    let authority = BasicConstraints {
        ca: true,
        path_len_constraint: None,
    };
    let refused = check_changed(UserAuthentication, |certificate| {
        replace(certificate, &authority, true)
    });
    assert_eq!(
        refused.unwrap_err(),
        VerificationError::CertificateOfAuthority
    );
    let person = BasicConstraints {
        ca: false,
        path_len_constraint: None,
    };
    assert!(
        check_changed(UserAuthentication, |certificate| replace(
            certificate,
            &person,
            true
        ))
        .is_ok()
    );

    let holder = Holder::new();
    let own = check(
        &holder.verifier(UserAuthentication),
        holder.card().authentication_ca(),
        NOW,
    );
    assert_eq!(own.unwrap_err(), VerificationError::CertificateOfAuthority);
}

#[test]
fn no_bit_of_a_certificate_can_be_changed() {
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
