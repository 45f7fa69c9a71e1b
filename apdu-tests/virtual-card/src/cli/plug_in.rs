//! The program without a subcommand: cards lie in vpcd's reader until a signal ends it.

use std::fs::{File, OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{self, Sender};
use std::thread;

use jpki_virtual_card::control::{self, CardSlot, Place, PlaceError, Server};
use jpki_virtual_card::profile::Seed;
use jpki_virtual_card::state::StateFile;
use jpki_virtual_card::{VirtualReader, with_causes};

use super::failure::Failure;
use super::signals;
use super::vpcd_arguments::{self, VpcdArguments};

/// How the program ends.
type Outcome = Result<(), Failure>;

/// The slots of vpcd.
const SLOTS: usize = 2;

/// The mode of a recording: a card's personal data is in it.
const PRIVATE: u32 = 0o600;

#[derive(clap::Args)]
pub(super) struct PlugIn {
    /// What card to make: a built-in profile (`jpki-virtual-card profiles` lists them) or a file; a text with a slash or
    /// `.toml` is a file. Without one, an adult's card of a made-up holder with new keys. Given twice, the second card
    /// lies in vpcd's second slot.
    #[arg(long, value_name = "NAME|FILE")]
    profile: Vec<String>,
    /// What keys and certificates derive from, instead of the profiles' seeds. Without any, they are new each time.
    #[arg(long, value_name = "TEXT")]
    seed: Option<String>,
    #[command(flatten)]
    vpcd: VpcdArguments,
    /// The control socket, instead of $XDG_RUNTIME_DIR/jpki-virtual-card/control.sock.
    #[arg(long, value_name = "PATH")]
    control: Option<PathBuf>,
    /// Keep the card's counters and changed PINs in this file, and begin with those in it. Needs a seed. Once for each
    /// profile, in their order.
    #[arg(long, value_name = "FILE")]
    state: Vec<PathBuf>,
    /// Write the exchange into this file (0600), to read or to replay; PINs are never in it. `ctl` then puts no other card
    /// into the slot. Once for each profile, in their order.
    #[arg(long, value_name = "FILE")]
    record: Vec<PathBuf>,
    /// Write each APDU to standard error: header, Lc, length of the answer, status word. Never its data, nor a PIN.
    #[arg(long)]
    trace: bool,
}

pub(super) fn run(arguments: &PlugIn) -> Result<(), Failure> {
    let (end, ended) = mpsc::channel();
    let by_signal = end.clone();
    // Nobody listens any more where the program ends already.
    signals::on_end(move || by_signal.send(Ok(())).unwrap_or_default())?;
    let slots = arguments.slots()?;
    let routes = (0..)
        .zip(&slots)
        .map(|(number, _)| arguments.vpcd.route(number))
        .collect::<Result<Vec<_>, _>>()?;
    arguments.record(&slots, &end)?;
    let _control = arguments.control(&slots)?;
    for (slot, route) in slots.iter().zip(routes) {
        let reader = slot.reader().clone();
        let (end, trace) = (end.clone(), arguments.trace);
        thread::spawn(move || {
            let observe = |step| {
                if trace {
                    eprintln!("{}: {step}", reader.name());
                }
            };
            let error = route.keep_plugged(
                &reader,
                || vpcd_arguments::warn_of_the_network(&route),
                observe,
            );
            end.send(Err(error.into()))
        });
    }
    // `end` is alive, so that something comes. The process then ends: the kernel closes the connections, and pcscd sees
    // the cards leave.
    ended.recv().unwrap_or(Ok(()))
}

impl PlugIn {
    /// A slot for each profile, with its card.
    fn slots(&self) -> Result<Vec<Arc<CardSlot>>, Failure> {
        let profiles: Vec<_> = match self.profile.as_slice() {
            [] => vec![None],
            profiles => profiles.iter().map(|name| Some(name.as_str())).collect(),
        };
        if profiles.len() > SLOTS {
            return Err(Failure::TooManyCards(SLOTS));
        }
        if self.state.len() > profiles.len() {
            return Err(Failure::FileWithoutCard("--state"));
        }
        let make = |(number, profile)| {
            let reader = VirtualReader::new(format!("slot {number}"));
            let seed = self.seed.as_ref().map(Seed::from);
            let slot = match self.state.get(number) {
                None => CardSlot::new(reader, profile, seed)?,
                Some(path) => CardSlot::with_state(reader, profile, seed, StateFile::open(path)?)?,
            };
            Ok(Arc::new(slot))
        };
        profiles.into_iter().enumerate().map(make).collect()
    }

    /// Records what happens in each slot that has a file for it.
    fn record(&self, slots: &[Arc<CardSlot>], end: &Sender<Outcome>) -> Result<(), Failure> {
        if self.record.len() > slots.len() {
            return Err(Failure::FileWithoutCard("--record"));
        }
        for (slot, path) in slots.iter().zip(&self.record) {
            let file = create_private(path).map_err(Failure::write(path))?;
            let (end, path) = (end.clone(), path.clone());
            slot.record(file, move |error| {
                // Half a recording is none. Nobody listens any more where the program ends already.
                let _ = end.send(Err(Failure::write(&path)(error)));
            });
        }
        Ok(())
    }

    /// The control socket. One that nobody asked for is not worth failing for.
    fn control(&self, slots: &[Arc<CardSlot>]) -> Result<Option<Server>, PlaceError> {
        let serve = |place: &Place| control::serve(place, slots.to_vec());
        if let Some(path) = &self.control {
            return serve(&Place::named(path)).map(Some);
        }
        let Some(place) = Place::of_the_user() else {
            return Ok(None);
        };
        Ok(serve(&place)
            .inspect_err(|error| {
                eprintln!(
                    "jpki-virtual-card: runs without control: {}",
                    with_causes(error)
                );
            })
            .ok())
    }
}

/// An empty file for its owner alone, also where others could read the one that was there.
fn create_private(path: &Path) -> io::Result<File> {
    let file = OpenOptions::new()
        .create(true)
        .truncate(true)
        .write(true)
        .mode(PRIVATE)
        .open(path)?;
    // A pipe or a device is whose it is.
    if file.metadata()?.is_file() {
        file.set_permissions(Permissions::from_mode(PRIVATE))?;
    }
    Ok(file)
}
