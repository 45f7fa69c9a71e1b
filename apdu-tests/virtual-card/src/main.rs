//! `jpki-virtual-card`: plugs a software My Number card into pcscd.

use std::error::Error;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::{self, ExitCode};
use std::thread;
use std::time::Duration;

use clap::{Parser, Subcommand};
use jpki_virtual_card::profile::{self, Seed};
use jpki_virtual_card::vpcd::{self, VpcdError};
use jpki_virtual_card::{MintError, Profile, ProfileError, VirtualCard, VirtualReader};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use x509_cert::der;
use x509_cert::der::pem::{self, LineEnding};

/// How long to wait for a pcscd that is not there, before asking again.
const RETRY: Duration = Duration::from_millis(250);

/// A software My Number card for tests: puts it into pcscd's virtual reader until it is ended by SIGTERM or Ctrl-C.
///
/// Needs pcscd with vsmartcard's virtual reader (Debian: pcscd, vsmartcard-vpcd). Beware: that reader listens on all
/// network interfaces unless it is configured otherwise.
#[derive(Parser)]
#[command(version, args_conflicts_with_subcommands = true)]
struct Arguments {
    #[command(flatten)]
    card: CardArguments,
    /// Where vpcd listens.
    #[arg(long, value_name = "HOST:PORT", default_value = vpcd::DEFAULT_ADDRESS)]
    vpcd: String,
    /// Write each APDU to standard error: header, Lc, length of the answer, status word. Never its data.
    #[arg(long)]
    trace: bool,
    #[command(subcommand)]
    command: Option<Action>,
}

/// Which card.
#[derive(clap::Args)]
struct CardArguments {
    /// What card to make; `jpki-virtual-card profile` prints an example. Without one, an adult's card of a made-up holder.
    #[arg(long, value_name = "FILE")]
    profile: Option<PathBuf>,
    /// What keys and certificates derive from, instead of the profile's seed. Without any, they are new each time.
    #[arg(long, value_name = "TEXT")]
    seed: Option<String>,
}

#[derive(Subcommand)]
enum Action {
    /// Write the certificates of the card's authorities, as PEM and DER, for a relying party to trust.
    Mint {
        #[command(flatten)]
        card: CardArguments,
        /// The directory for authentication-ca.{pem,der} and signature-ca.{pem,der}; made if it is missing.
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
    },
    /// Print an example profile: every field with its default, and what it does.
    Profile,
}

/// Why the program ends with status 1.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    Profile(#[from] ProfileError),
    #[error("the card could not be made")]
    Mint(#[from] MintError),
    #[error("a certificate could not be written as PEM")]
    Pem(#[from] der::Error),
    #[error("{} could not be written", path.display())]
    Write { path: PathBuf, source: io::Error },
    #[error(
        "the profile names no seed, so no other card would have these authorities: give one, or --seed TEXT"
    )]
    NoSeed,
    #[error("signals cannot be waited for")]
    Signals(#[source] io::Error),
    #[error(transparent)]
    Vpcd(#[from] VpcdError),
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let done = match arguments.command {
        None => run(&arguments),
        Some(Action::Mint { card, out }) => mint(&card, &out),
        Some(Action::Profile) => print(profile::EXAMPLE),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("jpki-virtual-card: {}", with_causes(&failure));
            ExitCode::FAILURE
        }
    }
}

impl CardArguments {
    fn profile(&self) -> Result<Profile, ProfileError> {
        let mut profile = self
            .profile
            .as_deref()
            .map_or_else(|| Ok(Profile::default()), Profile::load)?;
        if let Some(seed) = &self.seed {
            profile.seed = Some(Seed::from(seed));
        }
        Ok(profile)
    }
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let profile = arguments.card.profile()?;
    end_on_signal()?;
    let card = VirtualCard::mint(&profile)?;
    if !profile.inserted {
        eprintln!("jpki-virtual-card: the profile keeps the card out of the reader");
        loop {
            thread::park();
        }
    }
    let reader = VirtualReader::new("vpcd");
    reader.insert(card);
    let observe = |step| {
        if arguments.trace {
            eprintln!("{step}");
        }
    };
    loop {
        match vpcd::plug(&arguments.vpcd, &reader, observe) {
            Ok(()) => return Ok(()),
            // pcscd starts with its first client and ends with its last: both are a matter of waiting.
            Err(VpcdError::Connect(_) | VpcdError::Connection(_)) => {
                reader.power_off();
                thread::sleep(RETRY);
            }
            Err(error) => return Err(error.into()),
        }
    }
}

/// Ends the process with status 0 on SIGTERM and SIGINT. The kernel closes the connection, and pcscd sees the card leave.
fn end_on_signal() -> Result<(), Failure> {
    let mut signals = Signals::new([SIGTERM, SIGINT]).map_err(Failure::Signals)?;
    thread::spawn(move || {
        if signals.forever().next().is_some() {
            process::exit(0);
        }
    });
    Ok(())
}

fn mint(card: &CardArguments, directory: &Path) -> Result<(), Failure> {
    let profile = card.profile()?;
    if profile.seed.is_none() {
        return Err(Failure::NoSeed);
    }
    let card = VirtualCard::mint(&profile)?;
    fs::create_dir_all(directory).map_err(|source| Failure::Write {
        path: directory.to_owned(),
        source,
    })?;
    for (name, certificate) in [
        ("authentication-ca", card.authentication_ca()),
        ("signature-ca", card.signature_ca()),
    ] {
        let text = pem::encode_string("CERTIFICATE", LineEnding::LF, certificate)
            .map_err(der::Error::from)?;
        write(directory.join(format!("{name}.der")), certificate)?;
        write(directory.join(format!("{name}.pem")), text.as_bytes())?;
    }
    Ok(())
}

fn write(path: PathBuf, bytes: &[u8]) -> Result<(), Failure> {
    fs::write(&path, bytes).map_err(|source| Failure::Write { path, source })
}

fn print(text: &str) -> Result<(), Failure> {
    io::stdout()
        .write_all(text.as_bytes())
        .map_err(|source| Failure::Write {
            path: "standard output".into(),
            source,
        })
}

/// An error with all its causes, on one line where they are.
fn with_causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(source) = cause {
        text.push_str(": ");
        text.push_str(&source.to_string());
        cause = source.source();
    }
    text
}
