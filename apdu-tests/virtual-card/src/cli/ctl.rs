//! `ctl`: the client of a running virtual card's control socket.

use std::fmt::Write as _;
use std::num::NonZeroU32;
use std::path::{self, PathBuf};
use std::time::Duration;

use clap::Subcommand;
use jpki_virtual_card::control::{self, Place, Request};
use jpki_virtual_card::{Fault, LengthChange};

use super::failure::{self, Failure};

#[derive(clap::Args)]
pub(super) struct Ctl {
    /// The control socket, instead of $XDG_RUNTIME_DIR/jpki-virtual-card/control.sock.
    #[arg(long, value_name = "PATH", global = true)]
    control: Option<PathBuf>,
    /// Which slot. Without it status shows all, and anything else means slot 0.
    #[arg(long, value_name = "N", global = true)]
    slot: Option<usize>,
    /// Print the slots as JSON.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Show the slots: card, selected application, tries left, verified PINs, armed faults.
    Status,
    /// Put in the card that was there before, with its counters, or the card of a profile.
    Insert {
        /// A profile's name or file.
        profile: Option<String>,
    },
    /// Take the card out.
    Remove,
    /// Put another card in its place.
    Swap {
        /// A profile's name or file.
        profile: String,
    },
    /// Tear the card out before the Nth APDU from now.
    Tear {
        #[arg(value_name = "N")]
        nth: NonZeroU32,
    },
    /// Delay every APDU.
    Slow {
        /// Milliseconds.
        #[arg(value_name = "MS")]
        delay: u64,
    },
    /// Let the card carry out the Nth APDU from now and lose its answer.
    Mute {
        #[arg(value_name = "N")]
        nth: NonZeroU32,
    },
    /// Let the Nth answer from now be a byte too short.
    WrongLength {
        #[arg(value_name = "N")]
        nth: NonZeroU32,
        /// A byte too long instead.
        #[arg(long)]
        longer: bool,
    },
    /// From the Nth APDU on, let every success announce more data (6100), for ever.
    Storm {
        #[arg(value_name = "N")]
        nth: NonZeroU32,
    },
    /// End all faults.
    Heal,
}

pub(super) fn run(arguments: &Ctl) -> Result<(), Failure> {
    let place = match &arguments.control {
        Some(path) => Place::named(path),
        None => Place::of_the_user().ok_or(Failure::NoControlPlace)?,
    };
    let request = Request {
        slot: arguments.slot,
        action: arguments.action.request(),
    };
    let slots = control::ask(place.path(), &request)?;
    let mut text = String::new();
    if arguments.json {
        text = serde_json::to_string_pretty(&slots)?;
        text.push('\n');
    } else {
        for slot in &slots {
            // Writing to a string does not fail.
            let _ = write!(text, "{slot}");
        }
    }
    failure::print(text.as_bytes())
}

impl Action {
    fn request(&self) -> control::Action {
        let arm = control::Action::Arm;
        match *self {
            Self::Status => control::Action::Status,
            Self::Insert { ref profile } => control::Action::Insert {
                profile: profile.as_deref().map(from_here),
            },
            Self::Remove => control::Action::Remove,
            Self::Swap { ref profile } => control::Action::Swap {
                profile: from_here(profile),
            },
            Self::Tear { nth } => arm(Fault::Tear { nth }),
            Self::Slow { delay } => arm(Fault::Slow {
                delay: Duration::from_millis(delay),
            }),
            Self::Mute { nth } => arm(Fault::Mute { nth }),
            Self::WrongLength { nth, longer } => arm(Fault::WrongLength {
                nth,
                change: if longer {
                    LengthChange::Longer
                } else {
                    LengthChange::Shorter
                },
            }),
            Self::Storm { nth } => arm(Fault::Storm { nth }),
            Self::Heal => control::Action::Heal,
        }
    }
}

/// A profile's file as a path from the root: the virtual card runs in another directory.
fn from_here(profile: &str) -> String {
    let is_file = profile.contains(path::MAIN_SEPARATOR) || profile.ends_with(".toml");
    let absolute = is_file.then(|| path::absolute(profile).ok()).flatten();
    absolute
        .and_then(|path| path.into_os_string().into_string().ok())
        .unwrap_or_else(|| profile.to_owned())
}
