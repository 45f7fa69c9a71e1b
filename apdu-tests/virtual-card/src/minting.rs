//! From a profile to the files of a card.

use std::time::SystemTime;

use crate::card_verifiable::{Issuer, KeyId, NamedKey};
use crate::file::DedicatedFile;
use crate::issuance::{Authority, Hierarchy, MintError};
use crate::jpki::{self, Credentials};
use crate::keys::{self, KeyRole};
use crate::profile::{ContactAtr, Profile, Seed, TokenKind};
use crate::{common, issuer_domain, juki, text, visual};

/// All that is on a card.
pub(crate) struct Minted {
    pub(crate) issuer_domain: DedicatedFile,
    pub(crate) applications: Vec<DedicatedFile>,
    pub(crate) credentials: Credentials,
}

/// Makes the card of a profile as it is on the day of `now`.
pub(crate) fn mint(profile: &Profile, now: SystemTime) -> Result<Minted, MintError> {
    profile.holder.check()?;
    let seed = profile.seed.clone().unwrap_or_else(keys::random_seed);
    let authority = profile.authority.as_ref().unwrap_or(&seed);
    keys::prepare(&roles(profile, &seed, authority));
    let credentials = credentials(profile, &seed, authority)?;
    let mut issuer_domain = issuer_domain::domain();
    let mut applications = vec![jpki::application(profile, &credentials)?];
    match profile.kind {
        TokenKind::MyNumberCard => {
            let issuer = issuer(profile, authority)?;
            let expiry = profile.card_expiry(now)?;
            let code_b = profile.code_b(now)?;
            let key = |role| keys::key(&seed, role);
            issuer_domain.data_objects =
                issuer_domain::card_objects(profile, expiry, &issuer, key(KeyRole::Visual)?)?;
            let text_keys = text::Keys {
                signing: key(KeyRole::Text)?,
                session_transport: key(KeyRole::SessionTransport)?,
            };
            let visual_key = key(KeyRole::Visual)?;
            let internal_key = key(KeyRole::CommonInternal)?;
            applications.extend([
                text::application(profile, &seed, &code_b, &issuer, text_keys)?,
                visual::application(profile, &seed, (expiry, &code_b), &issuer, visual_key)?,
                common::application(profile, expiry, internal_key),
                juki::application(profile),
            ]);
        }
        TokenKind::JukiCard => applications.push(juki::application(profile)),
        // Phones hold the certificates and nothing else.
        TokenKind::Android | TokenKind::Iphone => {}
    }
    let contact_atr = issuer_domain::contact_atr(profile);
    match profile.quirks.contact_atr {
        ContactAtr::IssuerDomain => issuer_domain.data_objects.push(contact_atr),
        ContactAtr::Applications => {
            for application in &mut applications {
                application.data_objects.push(contact_atr.clone());
            }
        }
    }
    Ok(Minted {
        issuer_domain,
        applications,
        credentials,
    })
}

/// The keys that the card needs, each with the seed it derives from.
fn roles<'s>(profile: &Profile, seed: &'s Seed, authority: &'s Seed) -> Vec<(&'s Seed, KeyRole)> {
    let generation = profile.certificates.generation;
    let mut roles = vec![
        (
            authority,
            KeyRole::Authority(Hierarchy::Authentication, generation),
        ),
        (
            authority,
            KeyRole::Authority(Hierarchy::Signature, generation),
        ),
        (seed, KeyRole::Authentication),
    ];
    if profile.certificates.signature {
        roles.push((seed, KeyRole::Signature));
    }
    if profile.kind == TokenKind::MyNumberCard {
        roles.extend([
            (authority, KeyRole::CardVerifiableAuthority),
            (authority, KeyRole::RecordSigner),
            (seed, KeyRole::CommonInternal),
            (seed, KeyRole::Text),
            (seed, KeyRole::SessionTransport),
            (seed, KeyRole::Visual),
        ]);
    }
    roles
}

fn issuer(profile: &Profile, authority: &Seed) -> Result<Issuer, MintError> {
    Ok(Issuer {
        authority: keys::key(authority, KeyRole::CardVerifiableAuthority)?,
        signer: NamedKey {
            id: KeyId::municipality(&profile.holder.municipality.code),
            private: keys::key(authority, KeyRole::RecordSigner)?,
        },
    })
}

fn credentials(profile: &Profile, seed: &Seed, authority: &Seed) -> Result<Credentials, MintError> {
    let generation = profile.certificates.generation;
    let authentication_ca = Authority::found(Hierarchy::Authentication, generation, authority)?;
    let signature_ca = Authority::found(Hierarchy::Signature, generation, authority)?;
    let authentication_key = keys::key(seed, KeyRole::Authentication)?;
    let signature_key = profile
        .certificates
        .signature
        .then(|| keys::key(seed, KeyRole::Signature))
        .transpose()?;
    Ok(Credentials {
        authentication: authentication_ca.issue(profile, seed, &authentication_key)?,
        authentication_key,
        authentication_ca: authentication_ca.to_der()?,
        signature: signature_key
            .as_ref()
            .map(|key| signature_ca.issue(profile, seed, key))
            .transpose()?,
        signature_key,
        signature_ca: signature_ca.to_der()?,
    })
}
