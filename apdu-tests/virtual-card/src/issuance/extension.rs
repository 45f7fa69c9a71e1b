//! Extensions with the criticality that the JPKI gives them; the order is the order of the calls.

use rsa::pkcs1v15::SigningKey;
use sha2::Sha256;
use x509_cert::Certificate;
use x509_cert::builder::CertificateBuilder;
use x509_cert::der::asn1::{Ia5String, ObjectIdentifier, Utf8StringRef};
use x509_cert::der::oid::AssociatedOid;
use x509_cert::der::{self, Any, Encode, Length, Writer};
use x509_cert::ext::pkix::certpolicy::{PolicyInformation, PolicyQualifierInfo};
use x509_cert::ext::pkix::crl::dp::DistributionPoint;
use x509_cert::ext::pkix::name::{DistributionPointName, GeneralName, GeneralNames, OtherName};
use x509_cert::ext::pkix::{
    AccessDescription, AuthorityInfoAccessSyntax, AuthorityKeyIdentifier, BasicConstraints,
    CertificatePolicies, CrlDistributionPoints, ExtendedKeyUsage, IssuerAltName, KeyUsage,
    KeyUsages, SubjectAltName, SubjectKeyIdentifier,
};
use x509_cert::ext::{AsExtension, Extension};
use x509_cert::name::Name;

use super::MintError;
use crate::profile::Holder;

const CLIENT_AUTHENTICATION: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.2");
const CPS_QUALIFIER: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.2.1");
const OCSP: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.48.1");

const HOLDER_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.392.200149.8.5.5.1");
const HOLDER_NAME_MAP: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.392.200149.8.5.5.2");
const HOLDER_SEX: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.392.200149.8.5.5.3");
const HOLDER_BIRTH_DATE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.392.200149.8.5.5.4");
const HOLDER_ADDRESS: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.392.200149.8.5.5.5");
const HOLDER_ADDRESS_MAP: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.392.200149.8.5.5.6");

/// Where the practice statement would be: a host that cannot exist (RFC 6761).
const CPS: &str = "http://jpkid-virtual-test.invalid/cps.html";
/// Where the OCSP responder would be.
const OCSP_RESPONDER: &str = "http://ocsp.jpkid-virtual-test.invalid";

/// Adds extensions to a certificate, each by what it says.
pub(crate) struct ExtensionList<'b, 's> {
    builder: &'b mut CertificateBuilder<'s, SigningKey<Sha256>>,
}

impl<'b, 's> ExtensionList<'b, 's> {
    /// Extensions of the certificate in `builder`.
    pub(crate) fn new(builder: &'b mut CertificateBuilder<'s, SigningKey<Sha256>>) -> Self {
        Self { builder }
    }

    /// keyCertSign, cRLSign; critical.
    pub(crate) fn authority_key_usage(self) -> Result<Self, MintError> {
        self.critical(KeyUsage(KeyUsages::KeyCertSign | KeyUsages::CRLSign))
    }

    /// digitalSignature; critical.
    pub(crate) fn authentication_key_usage(self) -> Result<Self, MintError> {
        self.critical(KeyUsage(KeyUsages::DigitalSignature.into()))
    }

    /// digitalSignature, nonRepudiation; critical.
    pub(crate) fn signature_key_usage(self) -> Result<Self, MintError> {
        self.critical(KeyUsage(
            KeyUsages::DigitalSignature | KeyUsages::NonRepudiation,
        ))
    }

    /// CA without a limit to the path; critical.
    pub(crate) fn authority_basic_constraints(self) -> Result<Self, MintError> {
        self.critical(BasicConstraints {
            ca: true,
            path_len_constraint: None,
        })
    }

    /// Extended key usage clientAuth.
    pub(crate) fn client_authentication(self) -> Result<Self, MintError> {
        self.plain(ExtendedKeyUsage(vec![CLIENT_AUTHENTICATION]))
    }

    /// SubjectAltName with a directory name.
    pub(crate) fn subject_directory_name(self, name: Name) -> Result<Self, MintError> {
        self.plain(SubjectAltName(directory(name)))
    }

    /// IssuerAltName with a directory name.
    pub(crate) fn issuer_directory_name(self, name: Name) -> Result<Self, MintError> {
        self.plain(IssuerAltName(directory(name)))
    }

    /// SubjectAltName with the holder's six otherNames, in the card's order: 1, 4, 3, 5, 2, 6.
    pub(crate) fn holder(self, holder: &Holder) -> Result<Self, MintError> {
        let names = [
            (HOLDER_NAME, holder.name.as_str()),
            (HOLDER_BIRTH_DATE, &holder.birth_date.with_era()),
            (HOLDER_SEX, holder.sex.digit()),
            (HOLDER_ADDRESS, &holder.address),
            (HOLDER_NAME_MAP, &holder.filled_name_map()),
            (HOLDER_ADDRESS_MAP, &holder.filled_address_map()),
        ];
        let names = names.map(|(type_id, text)| {
            let value = Any::from(Utf8StringRef::new(text)?);
            Ok::<_, MintError>(GeneralName::OtherName(OtherName { type_id, value }))
        });
        self.plain(SubjectAltName(names.into_iter().collect::<Result<_, _>>()?))
    }

    /// One policy with a CPS qualifier; critical.
    pub(crate) fn policy(self, policy_identifier: ObjectIdentifier) -> Result<Self, MintError> {
        let cps = PolicyQualifierInfo {
            policy_qualifier_id: CPS_QUALIFIER,
            qualifier: Some(Any::encode_from(&Ia5String::new(CPS)?)?),
        };
        self.critical(CertificatePolicies(vec![PolicyInformation {
            policy_identifier,
            policy_qualifiers: Some(vec![cps]),
        }]))
    }

    /// A revocation list at a directory name.
    pub(crate) fn crl_distribution_point(self, name: Name) -> Result<Self, MintError> {
        self.plain(CrlDistributionPoints(vec![DistributionPoint {
            distribution_point: Some(DistributionPointName::FullName(directory(name))),
            reasons: None,
            crl_issuer: None,
        }]))
    }

    /// AuthorityInfoAccess with an OCSP responder.
    pub(crate) fn ocsp_responder(self) -> Result<Self, MintError> {
        self.plain(AuthorityInfoAccessSyntax(vec![AccessDescription {
            access_method: OCSP,
            access_location: GeneralName::UniformResourceIdentifier(Ia5String::new(
                OCSP_RESPONDER,
            )?),
        }]))
    }

    /// The authority's key id, name and serial number.
    pub(crate) fn authority_key_id(
        self,
        authority: &Certificate,
        key_id: SubjectKeyIdentifier,
    ) -> Result<Self, MintError> {
        let certificate = &authority.tbs_certificate;
        self.plain(AuthorityKeyIdentifier {
            key_identifier: Some(key_id.0),
            authority_cert_issuer: Some(directory(certificate.issuer.clone())),
            authority_cert_serial_number: Some(certificate.serial_number.clone()),
        })
    }

    /// The key id of the certificate's own key.
    pub(crate) fn subject_key_id(self, key_id: SubjectKeyIdentifier) -> Result<Self, MintError> {
        self.plain(key_id)
    }

    fn critical<E: AssociatedOid + Encode>(self, value: E) -> Result<Self, MintError> {
        self.add(Marked {
            critical: true,
            value,
        })
    }

    fn plain<E: AssociatedOid + Encode>(self, value: E) -> Result<Self, MintError> {
        self.add(Marked {
            critical: false,
            value,
        })
    }

    fn add<E: AssociatedOid + Encode>(self, extension: Marked<E>) -> Result<Self, MintError> {
        self.builder.add_extension(&extension)?;
        Ok(self)
    }
}

fn directory(name: Name) -> GeneralNames {
    vec![GeneralName::DirectoryName(name)]
}

/// An extension whose criticality we choose: `x509-cert` would not mark policies as critical.
struct Marked<E> {
    critical: bool,
    value: E,
}

impl<E: AssociatedOid> AssociatedOid for Marked<E> {
    const OID: ObjectIdentifier = E::OID;
}

impl<E: Encode> Encode for Marked<E> {
    fn encoded_len(&self) -> der::Result<Length> {
        self.value.encoded_len()
    }

    fn encode(&self, encoder: &mut impl Writer) -> der::Result<()> {
        self.value.encode(encoder)
    }
}

impl<E: AssociatedOid + Encode> AsExtension for Marked<E> {
    fn critical(&self, _subject: &Name, _extensions: &[Extension]) -> bool {
        self.critical
    }
}
