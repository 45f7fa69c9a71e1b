//! `mint`: the certificates of the card's authorities as files.

use std::fs;
use std::path::{Path, PathBuf};

use jpki_virtual_card::profile::Generation;
use jpki_virtual_card::{AuthorityCertificates, Profile};
use x509_cert::der;
use x509_cert::der::pem::{self, LineEnding};

use super::card_arguments::CardArguments;
use super::failure::Failure;

/// What lies beside the certificates, for whoever finds them.
const NOTICE: &str = include_str!("mint/README.txt");

#[derive(clap::Args)]
pub(super) struct Mint {
    #[command(flatten)]
    card: CardArguments,
    /// The directory for authentication-ca.{pem,der}, signature-ca.{pem,der} and README.txt; made if it is missing.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Also write those of every generation: authentication-ca-1.{pem,der} to -3, the same for signature-ca, and all
    /// three together in authentication-ca-bundle.pem and signature-ca-bundle.pem.
    #[arg(long)]
    all_generations: bool,
}

pub(super) fn run(arguments: &Mint) -> Result<(), Failure> {
    let directory = &arguments.out;
    let profile = arguments.card.profile()?;
    if profile.seed.is_none() && profile.authority.is_none() {
        return Err(Failure::NoSeed);
    }
    fs::create_dir_all(directory).map_err(Failure::write(directory))?;
    write(&directory.join("README.txt"), NOTICE.as_bytes())?;
    let own = AuthorityCertificates::of(&profile, profile.certificates.generation)?;
    write_certificate(directory, "authentication-ca", &own.authentication)?;
    write_certificate(directory, "signature-ca", &own.signature)?;
    if arguments.all_generations {
        write_all_generations(directory, &profile)?;
    }
    Ok(())
}

fn write_all_generations(directory: &Path, profile: &Profile) -> Result<(), Failure> {
    let (mut authentication, mut signature) = (String::new(), String::new());
    for generation in Generation::ALL {
        let number = generation.number();
        let certificates = AuthorityCertificates::of(profile, generation)?;
        for (name, certificate, bundle) in [
            (
                "authentication-ca",
                certificates.authentication,
                &mut authentication,
            ),
            ("signature-ca", certificates.signature, &mut signature),
        ] {
            bundle.push_str(&write_certificate(
                directory,
                &format!("{name}-{number}"),
                &certificate,
            )?);
        }
    }
    for (name, bundle) in [
        ("authentication-ca", authentication),
        ("signature-ca", signature),
    ] {
        let path = directory.join(format!("{name}-bundle.pem"));
        write(&path, bundle.as_bytes())?;
    }
    Ok(())
}

/// Writes a certificate as DER and as PEM, and returns the PEM.
fn write_certificate(directory: &Path, name: &str, certificate: &[u8]) -> Result<String, Failure> {
    let text =
        pem::encode_string("CERTIFICATE", LineEnding::LF, certificate).map_err(der::Error::from)?;
    write(&directory.join(format!("{name}.der")), certificate)?;
    write(&directory.join(format!("{name}.pem")), text.as_bytes())?;
    Ok(text)
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    fs::write(path, bytes).map_err(Failure::write(path))
}
