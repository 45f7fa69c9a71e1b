//! A throw-away certification authority: the certificates of the JPKI, from names nobody takes for the real ones.
//!
//! Field by field the profile is that of the certificates on cards issued since 2019 (order and criticality of the
//! extensions included); organisation, hosts and municipality are made up.

mod authority_certificates;
mod extension;
mod name;

use std::time::SystemTime;

use rsa::pkcs1v15::{Signature, SigningKey};
use rsa::{RsaPrivateKey, RsaPublicKey};
use sha2::Sha256;
use x509_cert::Certificate;
use x509_cert::builder::{Builder, CertificateBuilder};
use x509_cert::der::asn1::{GeneralizedTime, UtcTime};
use x509_cert::der::referenced::OwnedToRef;
use x509_cert::der::{DateTime, Encode};
use x509_cert::ext::pkix::SubjectKeyIdentifier;
use x509_cert::name::Name;
use x509_cert::serial_number::SerialNumber;
use x509_cert::spki::SubjectPublicKeyInfoOwned;
use x509_cert::time::{Time, Validity};

use crate::keys::{self, KeyRole};
use crate::profile::{
    CalendarDate, DateError, Generation, HolderError, Profile, Seed, ValidityError,
};
pub use authority_certificates::AuthorityCertificates;
use extension::ExtensionList;

/// Why a card could not be minted.
#[derive(Debug, thiserror::Error)]
pub enum MintError {
    /// No RSA key came of the seed.
    #[error("no RSA key could be made")]
    Key(#[from] rsa::Error),
    /// The holder's data do not fit a certificate.
    #[error("the holder cannot be written into a certificate")]
    Holder(#[from] HolderError),
    /// The validity makes no sense.
    #[error("the certificates cannot be dated")]
    Validity(#[from] ValidityError),
    /// A certificate could not be put together.
    #[error("a certificate could not be built")]
    Certificate(#[from] x509_cert::builder::Error),
    /// A part of a certificate could not be encoded.
    #[error("a certificate could not be encoded")]
    Encoding(#[from] x509_cert::der::Error),
    /// A public key could not be encoded.
    #[error("a public key could not be encoded")]
    PublicKey(#[from] x509_cert::spki::Error),
    /// A record of the text or visual AP could not be signed.
    #[error("a record could not be signed")]
    Record(#[source] rsa::Error),
    /// A picture of the visual AP could not be drawn.
    #[error("a picture could not be drawn")]
    Picture(#[from] png::EncodingError),
    /// A certificate does not fit its file on the card.
    #[error("a certificate of {length} bytes does not fit an EF of {size}")]
    TooLong {
        /// Bytes of the certificate.
        length: usize,
        /// Bytes of the EF.
        size: usize,
    },
}

impl From<DateError> for MintError {
    fn from(error: DateError) -> Self {
        Self::Validity(error.into())
    }
}

/// One of the two hierarchies: each has its own authorities.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) enum Hierarchy {
    /// 利用者証明用.
    Authentication,
    /// 署名用.
    Signature,
}

/// The last day of every authority. Real ones end after ten years; these do not end while tests need them.
const AUTHORITY_UNTIL: (u16, u8, u8) = (2049, 12, 31);

/// The first day of an authority: the real one's, so that a seed makes the same certificate on any day.
fn founded(generation: Generation) -> (u16, u8, u8) {
    match generation {
        Generation::First => (2015, 10, 20),
        Generation::Second => (2019, 9, 14),
        Generation::Third => (2023, 7, 16),
    }
}

/// A self-signed certification authority.
pub(crate) struct Authority {
    hierarchy: Hierarchy,
    certificate: Certificate,
    signing_key: SigningKey<Sha256>,
}

impl Authority {
    /// The authority that derives from `seed`. All generations of a hierarchy have one name.
    pub(crate) fn found(
        hierarchy: Hierarchy,
        generation: Generation,
        seed: &Seed,
    ) -> Result<Self, MintError> {
        let role = KeyRole::Authority(hierarchy, generation);
        let private = keys::key(seed, role)?;
        let public = public_key_info(&private)?;
        let signing_key = SigningKey::<Sha256>::new(private);
        let own_name = name::authority(hierarchy)?;
        let (year, month, day) = founded(generation);
        let from = CalendarDate::new(year, month, day)?.at(0, 0, 0)?;
        let (year, month, day) = AUTHORITY_UNTIL;
        let until = CalendarDate::new(year, month, day)?.at(14, 59, 59)?;
        let mut builder = CertificateBuilder::new(
            x509_cert::builder::Profile::Manual { issuer: None },
            authority_serial_number(generation, seed, role)?,
            validity(from, until)?,
            own_name.clone(),
            public.clone(),
            &signing_key,
        )?;
        ExtensionList::new(&mut builder)
            .authority_key_usage()?
            .subject_directory_name(name::authority_in_japanese(hierarchy)?)?
            .authority_basic_constraints()?
            .crl_distribution_point(own_name)?
            .subject_key_id(key_id(&public)?)?;
        let certificate = builder.build::<Signature>()?;
        Ok(Self {
            hierarchy,
            certificate,
            signing_key,
        })
    }

    /// The DER of its certificate.
    pub(crate) fn to_der(&self) -> Result<Vec<u8>, MintError> {
        Ok(self.certificate.to_der()?)
    }

    /// Issues the holder's certificate of this hierarchy for the public half of `private`, as DER.
    pub(crate) fn issue(
        &self,
        profile: &Profile,
        seed: &Seed,
        private: &RsaPrivateKey,
    ) -> Result<Vec<u8>, MintError> {
        match self.hierarchy {
            Hierarchy::Authentication => self.issue_authentication(profile, seed, private),
            Hierarchy::Signature => self.issue_signature(profile, seed, private),
        }
    }

    fn issue_authentication(
        &self,
        profile: &Profile,
        seed: &Seed,
        key: &RsaPrivateKey,
    ) -> Result<Vec<u8>, MintError> {
        let public = public_key_info(key)?;
        let subject = name::authentication_subject(seed, &profile.holder.municipality)?;
        let mut builder = self.leaf(profile, seed, subject, &public)?;
        ExtensionList::new(&mut builder)
            .authentication_key_usage()?
            .client_authentication()?
            .policy(
                profile
                    .certificates
                    .authentication_policy
                    .object_identifier(),
            )?
            .issuer_directory_name(name::authority_in_japanese(self.hierarchy)?)?
            .crl_distribution_point(name::crl_distribution_point(
                self.hierarchy,
                &profile.holder.municipality,
            )?)?
            .ocsp_responder()?
            .authority_key_id(&self.certificate, self.key_id()?)?
            .subject_key_id(key_id(&public)?)?;
        Ok(builder.build::<Signature>()?.to_der()?)
    }

    fn issue_signature(
        &self,
        profile: &Profile,
        seed: &Seed,
        key: &RsaPrivateKey,
    ) -> Result<Vec<u8>, MintError> {
        let public = public_key_info(key)?;
        let subject = name::signature_subject(seed, &profile.holder.municipality)?;
        let mut builder = self.leaf(profile, seed, subject, &public)?;
        ExtensionList::new(&mut builder)
            .signature_key_usage()?
            .holder(&profile.holder)?
            .policy(profile.certificates.signature_policy.object_identifier())?
            .issuer_directory_name(name::authority_in_japanese(self.hierarchy)?)?
            .crl_distribution_point(name::crl_distribution_point(
                self.hierarchy,
                &profile.holder.municipality,
            )?)?
            .authority_key_id(&self.certificate, self.key_id()?)?
            .subject_key_id(key_id(&public)?)?;
        Ok(builder.build::<Signature>()?.to_der()?)
    }

    /// A certificate without extensions yet.
    fn leaf<'s>(
        &'s self,
        profile: &Profile,
        seed: &Seed,
        subject: Name,
        public: &SubjectPublicKeyInfoOwned,
    ) -> Result<CertificateBuilder<'s, SigningKey<Sha256>>, MintError> {
        // A card's authentication certificate is issued some seconds before the other.
        let (purpose, second) = match self.hierarchy {
            Hierarchy::Authentication => ("authentication serial", 0),
            Hierarchy::Signature => ("signature serial", 4),
        };
        let days = profile
            .validity
            .days(profile.holder.birth_date, SystemTime::now())?;
        Ok(CertificateBuilder::new(
            x509_cert::builder::Profile::Manual {
                issuer: Some(self.certificate.tbs_certificate.subject.clone()),
            },
            serial_number(seed, purpose)?,
            validity(days.not_before(second)?, days.not_after()?)?,
            subject,
            public.clone(),
            &self.signing_key,
        )?)
    }

    fn key_id(&self) -> Result<SubjectKeyIdentifier, MintError> {
        key_id(&self.certificate.tbs_certificate.subject_public_key_info)
    }
}

fn public_key_info(private: &RsaPrivateKey) -> Result<SubjectPublicKeyInfoOwned, MintError> {
    Ok(SubjectPublicKeyInfoOwned::from_key(RsaPublicKey::from(
        private,
    ))?)
}

/// SHA-1 of the public key (RFC 5280, 4.2.1.2, method 1).
fn key_id(public: &SubjectPublicKeyInfoOwned) -> Result<SubjectKeyIdentifier, MintError> {
    Ok(public.owned_to_ref().try_into()?)
}

/// 01 for a first generation, as real ones have it; the others derive from the seed.
fn authority_serial_number(
    generation: Generation,
    seed: &Seed,
    role: KeyRole,
) -> Result<SerialNumber, MintError> {
    match generation {
        Generation::First => Ok(SerialNumber::new(&[0x01])?),
        Generation::Second | Generation::Third => {
            serial_number(seed, &format!("serial number to the {}", role.label()))
        }
    }
}

/// Four bytes, positive, without a leading zero.
fn serial_number(seed: &Seed, purpose: &str) -> Result<SerialNumber, MintError> {
    let [first, rest @ ..] = keys::bytes::<4>(seed, purpose);
    let [b, c, d] = rest;
    Ok(SerialNumber::new(&[(first & 0x3F) | 0x40, b, c, d])?)
}

/// UTCTime until 2049, GeneralizedTime after it (RFC 5280, 4.1.2.5).
fn validity(from: DateTime, until: DateTime) -> Result<Validity, MintError> {
    Ok(Validity {
        not_before: time(from)?,
        not_after: time(until)?,
    })
}

fn time(at: DateTime) -> Result<Time, MintError> {
    if at.year() <= UtcTime::MAX_YEAR {
        Ok(Time::UtcTime(UtcTime::from_date_time(at)?))
    } else {
        Ok(Time::GeneralTime(GeneralizedTime::from_date_time(at)))
    }
}
