//! `mint`: the certificates of the card's authorities as files.

use std::fs;
use std::path::{Path, PathBuf};

use jpki_virtual_card::VirtualCard;
use x509_cert::der;
use x509_cert::der::pem::{self, LineEnding};

use super::card_arguments::CardArguments;
use super::failure::Failure;

#[derive(clap::Args)]
pub(super) struct Mint {
    #[command(flatten)]
    card: CardArguments,
    /// The directory for authentication-ca.{pem,der} and signature-ca.{pem,der}; made if it is missing.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

pub(super) fn run(arguments: &Mint) -> Result<(), Failure> {
    let directory = &arguments.out;
    let profile = arguments.card.profile()?;
    if profile.seed.is_none() {
        return Err(Failure::NoSeed);
    }
    let card = VirtualCard::mint(&profile)?;
    fs::create_dir_all(directory).map_err(Failure::write(directory))?;
    for (name, certificate) in [
        ("authentication-ca", card.authentication_ca()),
        ("signature-ca", card.signature_ca()),
    ] {
        let text = pem::encode_string("CERTIFICATE", LineEnding::LF, certificate)
            .map_err(der::Error::from)?;
        write(&directory.join(format!("{name}.der")), certificate)?;
        write(&directory.join(format!("{name}.pem")), text.as_bytes())?;
    }
    Ok(())
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    fs::write(path, bytes).map_err(Failure::write(path))
}
