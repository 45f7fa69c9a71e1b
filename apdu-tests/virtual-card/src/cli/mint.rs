//! `mint`: the certificates of the card's authorities as files.

use std::fs;
use std::path::{Path, PathBuf};

use jpki_virtual_card::profile::Generation;
use jpki_virtual_card::{AuthorityCertificates, Profile};
use x509_cert::der;
use x509_cert::der::pem::{self, LineEnding};

use super::card_arguments::CardArguments;
use super::failure::{self, Failure};

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
    /// Print what was written to standard output, as a JSON object: `files`, an array of paths.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: &Mint) -> Result<(), Failure> {
    let directory = &arguments.out;
    let profile = arguments.card.profile()?;
    if profile.seed.is_none() && profile.authority.is_none() {
        return Err(Failure::NoSeed);
    }
    let mut out = Directory::make(directory)?;
    out.write("README.txt", NOTICE.as_bytes())?;
    let own = AuthorityCertificates::of(&profile, profile.certificates.generation)?;
    out.write_certificate("authentication-ca", &own.authentication)?;
    out.write_certificate("signature-ca", &own.signature)?;
    if arguments.all_generations {
        write_all_generations(&mut out, &profile)?;
    }
    if arguments.json {
        let files: Vec<_> = out
            .written
            .iter()
            .map(|path| path.display().to_string())
            .collect();
        let result = serde_json::json!({ "files": files });
        failure::print(format!("{result:#}\n").as_bytes())?;
    }
    Ok(())
}

fn write_all_generations(out: &mut Directory<'_>, profile: &Profile) -> Result<(), Failure> {
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
            bundle.push_str(&out.write_certificate(&format!("{name}-{number}"), &certificate)?);
        }
    }
    for (name, bundle) in [
        ("authentication-ca", authentication),
        ("signature-ca", signature),
    ] {
        out.write(&format!("{name}-bundle.pem"), bundle.as_bytes())?;
    }
    Ok(())
}

/// Where the files go, and those that were written.
struct Directory<'path> {
    path: &'path Path,
    written: Vec<PathBuf>,
}

impl<'path> Directory<'path> {
    fn make(path: &'path Path) -> Result<Self, Failure> {
        fs::create_dir_all(path).map_err(Failure::write(path))?;
        Ok(Self {
            path,
            written: Vec::new(),
        })
    }

    /// Writes a certificate as DER and as PEM, and returns the PEM.
    fn write_certificate(&mut self, name: &str, certificate: &[u8]) -> Result<String, Failure> {
        let text = pem::encode_string("CERTIFICATE", LineEnding::LF, certificate)
            .map_err(der::Error::from)?;
        self.write(&format!("{name}.der"), certificate)?;
        self.write(&format!("{name}.pem"), text.as_bytes())?;
        Ok(text)
    }

    fn write(&mut self, name: &str, bytes: &[u8]) -> Result<(), Failure> {
        let path = self.path.join(name);
        fs::write(&path, bytes).map_err(Failure::write(&path))?;
        self.written.push(path);
        Ok(())
    }
}
