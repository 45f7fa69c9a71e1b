//! The command line, and the files that it names.

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use clap::Parser;
use relying_party::verification::{
    Authority, AuthorityError, CertificateKind, CertificateVerifier,
};
use relying_party::{Clock, Site, SiteOrigin};
use x509_parser::asn1_rs::Oid;
use x509_parser::pem::Pem;

/// A small web system to register at and log in to with a My Number card. Everything it learns is gone when it ends.
#[derive(Debug, Parser)]
#[command(version)]
pub(crate) struct Options {
    /// Where to listen. Port 0 takes a free one.
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8080")]
    pub(crate) listen: SocketAddr,

    /// The site's origin as browsers write it; the default is http://localhost:PORT. A proxy in front must leave the
    /// Host header as it is.
    #[arg(long, value_name = "URL")]
    pub(crate) origin: Option<String>,

    /// Certificates of the authorities whose authentication certificates are taken; PEM or DER.
    #[arg(long, value_name = "FILE", required = true, num_args = 1..)]
    authentication_ca: Vec<PathBuf>,

    /// Certificates of the authorities whose signature certificates are taken; PEM or DER.
    #[arg(long, value_name = "FILE", required = true, num_args = 1..)]
    signature_ca: Vec<PathBuf>,

    /// Policies of authentication certificates that are taken, instead of the real authority's 1.2.392.200149.8.5.1.3.30.
    #[arg(long, value_name = "OID", num_args = 1.., value_parser = parse_oid)]
    authentication_policy: Vec<Oid<'static>>,

    /// Policies of signature certificates that are taken, instead of the real authority's 1.2.392.200149.8.5.1.1.20.
    #[arg(long, value_name = "OID", num_args = 1.., value_parser = parse_oid)]
    signature_policy: Vec<Oid<'static>>,

    /// The built page module of the extension (extension/page).
    #[arg(long, value_name = "FILE")]
    page_module: PathBuf,

    /// Write the site's URL to this file once it can be opened.
    #[arg(long, value_name = "FILE")]
    pub(crate) ready_file: Option<PathBuf>,
}

/// A file that the command line names is of no use.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SettingsError {
    /// Reading failed.
    #[error("{} cannot be read", path.display())]
    Read { path: PathBuf, source: io::Error },
    /// Not a certificate of an authority.
    #[error("{} is no authority's certificate", path.display())]
    Authority {
        path: PathBuf,
        source: AuthorityError,
    },
    /// Neither DER nor PEM.
    #[error("{} holds no certificate in PEM or DER", path.display())]
    NoCertificate { path: PathBuf },
}

impl Options {
    /// The site that the files describe.
    ///
    /// # Errors
    /// [`SettingsError`] with the file.
    pub(crate) fn site(&self, origin: SiteOrigin) -> Result<Site, SettingsError> {
        let authentication = verifier(
            CertificateKind::UserAuthentication,
            &self.authentication_ca,
            &self.authentication_policy,
        )?;
        let signature = verifier(
            CertificateKind::DigitalSignature,
            &self.signature_ca,
            &self.signature_policy,
        )?;
        Ok(Site::new(
            origin,
            authentication,
            signature,
            read(&self.page_module)?,
            Clock::system(),
        ))
    }
}

fn parse_oid(text: &str) -> Result<Oid<'static>, String> {
    text.parse()
        .map_err(|_| "an object identifier has digits and dots, such as 1.2.392".to_owned())
}

fn read(path: &Path) -> Result<Vec<u8>, SettingsError> {
    std::fs::read(path).map_err(|source| SettingsError::Read {
        path: path.to_owned(),
        source,
    })
}

fn verifier(
    kind: CertificateKind,
    files: &[PathBuf],
    policies: &[Oid<'static>],
) -> Result<CertificateVerifier, SettingsError> {
    let mut authorities = Vec::new();
    for path in files {
        for der in certificates(path)? {
            let authority = Authority::decode(&der).map_err(|source| SettingsError::Authority {
                path: path.clone(),
                source,
            })?;
            authorities.push(authority);
        }
    }
    let policies = if policies.is_empty() {
        vec![kind.standard_policy()]
    } else {
        policies.to_vec()
    };
    Ok(CertificateVerifier::new(kind, authorities, policies))
}

/// The certificates of a file: one in DER, or any number in PEM.
fn certificates(path: &Path) -> Result<Vec<Vec<u8>>, SettingsError> {
    /// SEQUENCE, the first byte of every certificate's DER and of no PEM.
    const SEQUENCE: u8 = 0x30;

    let content = read(path)?;
    if content.first() == Some(&SEQUENCE) {
        return Ok(vec![content]);
    }
    let found: Vec<_> = Pem::iter_from_buffer(&content)
        .filter_map(Result::ok)
        .filter(|block| block.label == "CERTIFICATE")
        .map(|block| block.contents)
        .collect();
    if found.is_empty() {
        return Err(SettingsError::NoCertificate {
            path: path.to_owned(),
        });
    }
    Ok(found)
}
