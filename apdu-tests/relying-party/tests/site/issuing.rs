//! Certificates like the card's, changed in one thing and signed anew.

use std::sync::LazyLock;

use relying_party::verification::{Authority, CertificateKind, CertificateVerifier};
use rsa::RsaPrivateKey;
use rsa::pkcs1v15::SigningKey;
use rsa::pkcs8::EncodePublicKey as _;
use rsa::signature::{SignatureEncoding as _, Signer as _};
use sha2::Sha256;
use x509_cert::certificate::TbsCertificate;
use x509_cert::der::asn1::{BitString, OctetString};
use x509_cert::der::oid::AssociatedOid;
use x509_cert::der::{Decode as _, Encode as _};
use x509_cert::ext::Extension;
use x509_cert::ext::pkix::{AuthorityKeyIdentifier, SubjectKeyIdentifier};
use x509_cert::spki::SubjectPublicKeyInfoOwned;
use x509_cert::{Certificate, der};

use crate::holder::Holder;

static KEY: LazyLock<RsaPrivateKey> = LazyLock::new(|| private_key(2048));

/// A new RSA key.
pub(crate) fn private_key(bits: usize) -> RsaPrivateKey {
    RsaPrivateKey::new(&mut rand::rngs::OsRng, bits).unwrap()
}

/// The SubjectPublicKeyInfo of a key.
pub(crate) fn public_key_info(key: &RsaPrivateKey) -> SubjectPublicKeyInfoOwned {
    let der = key.to_public_key().to_public_key_der().unwrap();
    SubjectPublicKeyInfoOwned::from_der(der.as_bytes()).unwrap()
}

/// An authority with a key of our own, under the name of the card's.
pub(crate) struct Issuer {
    kind: CertificateKind,
    leaf: Vec<u8>,
    /// The authority's certificate, before it is signed.
    pub(crate) certificate: TbsCertificate,
}

impl Issuer {
    /// Stands in for the authority that issued this kind of certificate to the holder's card.
    pub(crate) fn like(holder: &Holder, kind: CertificateKind) -> Self {
        let (authority, leaf) = match kind {
            CertificateKind::UserAuthentication => (
                holder.card().authentication_ca(),
                holder.card().authentication_certificate(),
            ),
            CertificateKind::DigitalSignature => (
                holder.card().signature_ca(),
                holder.card().signature_certificate().unwrap(),
            ),
        };
        let mut certificate = Certificate::from_der(authority).unwrap().tbs_certificate;
        certificate.subject_public_key_info = public_key_info(&KEY);
        replace(
            &mut certificate,
            &SubjectKeyIdentifier(OctetString::new([0x11; 20]).unwrap()),
            false,
        );
        Self {
            kind,
            leaf: leaf.to_vec(),
            certificate,
        }
    }

    /// The authority's certificate, signed by itself.
    pub(crate) fn der(&self) -> Vec<u8> {
        sign(self.certificate.clone()).to_der().unwrap()
    }

    /// A verifier that trusts this authority.
    pub(crate) fn verifier(&self) -> CertificateVerifier {
        let authority = Authority::decode(&self.der()).unwrap();
        CertificateVerifier::new(
            self.kind,
            vec![authority],
            vec![self.kind.standard_policy()],
        )
    }

    /// The card's certificate issued by this authority, after a change.
    pub(crate) fn issue(&self, change: impl FnOnce(&mut TbsCertificate)) -> Vec<u8> {
        self.issue_signed(change, |_| ())
    }

    /// As [`Issuer::issue`], with a change after the signature as well.
    pub(crate) fn issue_signed(
        &self,
        change: impl FnOnce(&mut TbsCertificate),
        change_signed: impl FnOnce(&mut Certificate),
    ) -> Vec<u8> {
        let mut leaf = Certificate::from_der(&self.leaf).unwrap().tbs_certificate;
        let identifier = AuthorityKeyIdentifier {
            key_identifier: Some(OctetString::new([0x11; 20]).unwrap()),
            authority_cert_issuer: None,
            authority_cert_serial_number: None,
        };
        replace(&mut leaf, &identifier, false);
        change(&mut leaf);
        let mut certificate = sign(leaf);
        change_signed(&mut certificate);
        certificate.to_der().unwrap()
    }
}

fn sign(certificate: TbsCertificate) -> Certificate {
    let message = certificate.to_der().unwrap();
    let signature = SigningKey::<Sha256>::new(KEY.clone()).sign(&message);
    Certificate {
        signature_algorithm: certificate.signature.clone(),
        tbs_certificate: certificate,
        signature: BitString::from_bytes(&signature.to_vec()).unwrap(),
    }
}

/// The extensions of a certificate.
pub(crate) fn extensions(certificate: &mut TbsCertificate) -> &mut Vec<Extension> {
    certificate.extensions.as_mut().unwrap()
}

/// Takes an extension away.
pub(crate) fn remove<E: AssociatedOid>(certificate: &mut TbsCertificate) {
    extensions(certificate).retain(|extension| extension.extn_id != E::OID);
}

/// Says whether the extension of this kind is critical.
pub(crate) fn critical_flag<E: AssociatedOid>(certificate: &mut TbsCertificate, critical: bool) {
    for extension in extensions(certificate) {
        if extension.extn_id == E::OID {
            extension.critical = critical;
        }
    }
}

/// Puts an extension in the place of the one of its kind.
pub(crate) fn replace<E: AssociatedOid + der::Encode>(
    certificate: &mut TbsCertificate,
    value: &E,
    critical: bool,
) {
    remove::<E>(certificate);
    extensions(certificate).push(Extension {
        extn_id: E::OID,
        critical,
        extn_value: OctetString::new(value.to_der().unwrap()).unwrap(),
    });
}
