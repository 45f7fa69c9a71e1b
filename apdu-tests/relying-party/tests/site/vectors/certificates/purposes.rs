//! What a certificate says it is for.

use x509_cert::der::asn1::{ObjectIdentifier, OctetString};
use x509_cert::ext::Extension;
use x509_cert::ext::pkix::certpolicy::PolicyInformation;
use x509_cert::ext::pkix::{
    BasicConstraints, CertificatePolicies, CrlDistributionPoints, ExtendedKeyUsage, KeyUsage,
    KeyUsages,
};

use super::super::ACCEPT;
use super::super::making::{Maker, STAND_IN, encode};
use crate::issuing::{critical_flag, extensions, remove, replace};

pub(super) fn extensions_unknown(maker: &mut Maker) {
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

pub(super) fn usages(maker: &mut Maker) {
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

pub(super) fn policies(maker: &mut Maker) {
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
