//! The program without a subcommand: the card lies in vpcd's reader until a signal ends it.

use std::process;
use std::thread;
use std::time::Duration;

use jpki_virtual_card::vpcd::{self, VpcdError};
use jpki_virtual_card::{VirtualCard, VirtualReader};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use super::card_arguments::CardArguments;
use super::failure::Failure;

/// How long to wait for a pcscd that is not there, before asking again.
const RETRY: Duration = Duration::from_millis(250);

#[derive(clap::Args)]
pub(super) struct PlugIn {
    #[command(flatten)]
    card: CardArguments,
    /// Where vpcd listens.
    #[arg(long, value_name = "HOST:PORT", default_value = vpcd::DEFAULT_ADDRESS)]
    vpcd: String,
    /// Write each APDU to standard error: header, Lc, length of the answer, status word. Never its data.
    #[arg(long)]
    trace: bool,
}

pub(super) fn run(arguments: &PlugIn) -> Result<(), Failure> {
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
