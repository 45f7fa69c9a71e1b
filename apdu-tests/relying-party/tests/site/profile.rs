//! What certificates of each kind must look like.

use relying_party::verification::CertificateKind::{DigitalSignature, UserAuthentication};
use relying_party::verification::{Authority, CertificateVerifier, VerificationError};
use time::OffsetDateTime;
use x509_cert::der::asn1::{ObjectIdentifier, OctetString};
use x509_cert::ext::Extension;
use x509_cert::ext::pkix::certpolicy::PolicyInformation;
use x509_cert::ext::pkix::{
    BasicConstraints, CertificatePolicies, CrlDistributionPoints, ExtendedKeyUsage, KeyUsage,
    KeyUsages,
};

use crate::checking::{BOTH, certificate_of, check, check_changed};
use crate::holder::{Holder, NOW};
use crate::issuing::{extensions, private_key, public_key_info, remove, replace};

fn policies(oids: &[&str]) -> CertificatePolicies {
    let information = |oid: &&str| PolicyInformation {
        policy_identifier: ObjectIdentifier::new_unwrap(oid),
        policy_qualifiers: None,
    };
    CertificatePolicies(oids.iter().map(information).collect())
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
