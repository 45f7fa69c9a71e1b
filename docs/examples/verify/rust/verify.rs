//! The server's half of a log-in with a My Number card. Needs `base64`, `rsa`, `serde`, `serde_json`, `sha2`, `time` and
//! `x509-parser`.
//!
//! Not checked is whether the certificate was revoked: only operators certified under the law may ask.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rsa::RsaPublicKey;
use rsa::pkcs1::DecodeRsaPublicKey as _;
use rsa::pkcs1v15::{Signature, VerifyingKey};
use rsa::signature::Verifier as _;
use rsa::traits::PublicKeyParts as _;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use time::{Duration, OffsetDateTime};
use x509_parser::asn1_rs::{BitString, Oid, Sequence, ToDer as _, oid};
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::ParsedExtension;
use x509_parser::prelude::FromDer as _;
use x509_parser::x509::X509Version;

/// The policy of the authentication certificates on plastic cards. Without it a certificate of another kind would do.
pub(crate) const CARD_POLICY: Oid<'static> = oid!(1.2.392.200149.8.5.1.3.30);

const NONCE_LIFETIME: Duration = Duration::minutes(5);
const SHA256_WITH_RSA: Oid<'static> = oid!(1.2.840.113549.1.1.11);
/// SEQUENCE { sha256WithRSAEncryption, NULL }
const SIGNATURE_ALGORITHM: [u8; 15] = [
    0x30, 0x0D, 0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x0B, 0x05, 0x00,
];
const RSA: Oid<'static> = oid!(1.2.840.113549.1.1.1);

/// Why a token is not believed: a word for programs.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Refusal(pub(crate) &'static str);

/// What the server is configured with. Nothing of it comes from the browser.
#[derive(Debug)]
pub(crate) struct Settings<'a> {
    /// As browsers write it: `https://www.example.jp`
    pub(crate) origin: &'a str,
    /// JPKI's authorities for user authentication, every generation.
    pub(crate) authorities: Vec<X509Certificate<'a>>,
    /// The certificate policies that are taken.
    pub(crate) policies: Vec<Oid<'a>>,
}

impl<'a> Settings<'a> {
    /// A site that takes plastic cards.
    pub(crate) fn new(origin: &'a str, authorities: Vec<X509Certificate<'a>>) -> Self {
        Self {
            origin,
            authorities,
            policies: vec![CARD_POLICY],
        }
    }
}

/// What the session was given. Taken by value: it comes out of the session, and is used once.
#[derive(Debug)]
pub(crate) struct Challenge {
    /// 32 random bytes in base64.
    pub(crate) nonce: String,
    /// When the server drew it.
    pub(crate) issued: OffsetDateTime,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Token {
    unverified_certificate: String,
    algorithm: String,
    signature: String,
    format: String,
    #[serde(rename = "appVersion")]
    _app_version: Option<String>,
}

/// Checks what the page posted; returns the person's certificate in DER.
///
/// # Errors
/// [`Refusal`] names the first check that failed.
pub(crate) fn verify(
    body: &str,
    challenge: Challenge,
    settings: &Settings<'_>,
    now: OffsetDateTime,
) -> Result<Vec<u8>, Refusal> {
    let Challenge { nonce, issued } = challenge;
    require(
        now <= issued.saturating_add(NONCE_LIFETIME),
        "challenge_expired",
    )?;
    let token: Token = serde_json::from_str(body).map_err(|_| Refusal("token_malformed"))?;
    let is_version_1 = matches!(token.format.as_str(), "web-eid:1" | "web-eid:1.0");
    require(is_version_1, "token_format")?;
    require(token.algorithm == "RS256", "token_algorithm")?;
    let der = decode(&token.unverified_certificate, 5464)?;
    let signature = decode(&token.signature, 684)?;
    let key = check_certificate(&der, settings, now)?;
    let signed = [Sha256::digest(settings.origin), Sha256::digest(nonce)].concat();
    require(has_signed(key, &signed, &signature), "signature_mismatch")?;
    Ok(der)
}

fn decode(text: &str, longest: usize) -> Result<Vec<u8>, Refusal> {
    require(text.len() <= longest, "token_encoding")?;
    STANDARD.decode(text).map_err(|_| Refusal("token_encoding"))
}

/// Returns the certificate's key.
fn check_certificate(
    der: &[u8],
    settings: &Settings<'_>,
    now: OffsetDateTime,
) -> Result<RsaPublicKey, Refusal> {
    let malformed = Refusal("certificate_malformed");
    let (rest, certificate) = X509Certificate::from_der(der).map_err(|_| malformed)?;
    let is_one = rest.is_empty()
        && certificate.version() == X509Version::V3
        && certificate.extensions_map().is_ok()
        && certificate.signature_algorithm == certificate.tbs_certificate.signature
        && certificate.signature_algorithm.algorithm == SHA256_WITH_RSA
        && encoding(&certificate).as_deref() == Some(der);
    require(is_one, malformed.0)?;
    require(!certificate.is_ca(), "certificate_usage")?;
    let issuer = issuer_of(&certificate, &settings.authorities)?;
    let (first, last) = dates(issuer);
    require(first <= now && now <= last, "issuer_dates")?;
    let (first, last) = dates(&certificate);
    require(first <= now, "certificate_not_yet")?;
    require(now <= last, "certificate_expired")?;
    require(!has_unknown_critical(&certificate), "certificate_extension")?;
    require(is_for_authentication(&certificate), "certificate_usage")?;
    require(
        has_policy(&certificate, &settings.policies),
        "certificate_policy",
    )?;
    let key = public_key(&certificate).filter(|key| key.n().bits() >= 2048);
    key.ok_or(Refusal("certificate_key"))
}

/// The DER of a certificate. The parser takes other lengths, and more behind the issuer's signature, which does not cover it:
/// then one certificate could have many hashes.
fn encoding(certificate: &X509Certificate<'_>) -> Option<Vec<u8>> {
    let signature = BitString::new(0, &certificate.signature_value.data);
    let parts = [
        certificate.tbs_certificate.as_ref(),
        &SIGNATURE_ALGORITHM,
        &signature.to_der_vec().ok()?,
    ];
    Sequence::new(parts.concat().into()).to_der_vec().ok()
}

/// All generations of JPKI's authority have one name: the key identifier chooses, the signature proves.
fn issuer_of<'a>(
    certificate: &X509Certificate<'_>,
    authorities: &'a [X509Certificate<'_>],
) -> Result<&'a X509Certificate<'a>, Refusal> {
    let named =
        certificate
            .iter_extensions()
            .find_map(|extension| match extension.parsed_extension() {
                ParsedExtension::AuthorityKeyIdentifier(named) => named.key_identifier.as_ref(),
                _ => None,
            });
    let is_issuer = |authority: &&X509Certificate<'_>| {
        let has_identifier = authority.iter_extensions().any(|extension| {
            matches!(extension.parsed_extension(), ParsedExtension::SubjectKeyIdentifier(own) if Some(own) == named)
        });
        has_identifier
            && authority.subject().as_raw() == certificate.issuer().as_raw()
            && public_key(authority).is_some_and(|key| {
                let signature = &certificate.signature_value.data;
                has_signed(key, certificate.tbs_certificate.as_ref(), signature)
            })
    };
    authorities
        .iter()
        .find(is_issuer)
        .ok_or(Refusal("certificate_issuer"))
}

fn dates(certificate: &X509Certificate<'_>) -> (OffsetDateTime, OffsetDateTime) {
    let validity = certificate.validity();
    (
        validity.not_before.to_datetime(),
        validity.not_after.to_datetime(),
    )
}

fn has_unknown_critical(certificate: &X509Certificate<'_>) -> bool {
    certificate.iter_extensions().any(|extension| {
        let understood = matches!(
            extension.parsed_extension(),
            ParsedExtension::KeyUsage(_)
                | ParsedExtension::ExtendedKeyUsage(_)
                | ParsedExtension::BasicConstraints(_)
                | ParsedExtension::CertificatePolicies(_)
                | ParsedExtension::SubjectAlternativeName(_)
        );
        extension.critical && !understood
    })
}

/// A signature certificate has nonRepudiation as well, and no extended key usage.
fn is_for_authentication(certificate: &X509Certificate<'_>) -> bool {
    let usage = certificate.key_usage().ok().flatten();
    let extended = certificate.extended_key_usage().ok().flatten();
    usage.is_some_and(|usage| {
        let usage = usage.value;
        usage.digital_signature()
            && !usage.non_repudiation()
            && !usage.key_cert_sign()
            && !usage.crl_sign()
    }) && extended.is_some_and(|extended| extended.value.client_auth)
}

fn has_policy(certificate: &X509Certificate<'_>, policies: &[Oid<'_>]) -> bool {
    certificate.iter_extensions().any(|extension| {
        let ParsedExtension::CertificatePolicies(found) = extension.parsed_extension() else {
            return false;
        };
        found
            .iter()
            .any(|policy| policies.contains(&policy.policy_id))
    })
}

/// The key, if it is RSA; `rsa` takes none of more than 4096 bits.
fn public_key(certificate: &X509Certificate<'_>) -> Option<RsaPublicKey> {
    let information = certificate.public_key();
    let is_rsa = information.algorithm.algorithm == RSA;
    let key = RsaPublicKey::from_pkcs1_der(&information.subject_public_key.data).ok();
    key.filter(|_| is_rsa)
}

/// Whether the key made the signature (PKCS #1 v1.5 with SHA-256).
fn has_signed(key: RsaPublicKey, message: &[u8], signature: &[u8]) -> bool {
    Signature::try_from(signature).is_ok_and(|signature| {
        VerifyingKey::<Sha256>::new(key)
            .verify(message, &signature)
            .is_ok()
    })
}

fn require(condition: bool, reason: &'static str) -> Result<(), Refusal> {
    if condition {
        Ok(())
    } else {
        Err(Refusal(reason))
    }
}
