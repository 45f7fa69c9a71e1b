//! From a profile to the files of a card.

use std::time::SystemTime;

use crate::file::DedicatedFile;
use crate::issuance::{Authority, Hierarchy, MintError};
use crate::jpki::{self, Credentials};
use crate::keys::{self, KeyRole};
use crate::profile::{ContactAtr, Profile, Seed, TokenKind};
use crate::{common, issuer_domain, juki};

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
            let internal_key = keys::key(&seed, KeyRole::CommonInternal)?;
            let expiry = profile.card_expiry(now)?;
            applications.push(common::application(profile, expiry, internal_key));
            applications.push(juki::application(profile));
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
        roles.push((seed, KeyRole::CommonInternal));
    }
    roles
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
