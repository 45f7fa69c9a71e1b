//! The program without a subcommand: cards lie in vpcd's reader until a signal ends it.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{self, Sender};
use std::thread;

use jpki_virtual_card::VirtualReader;
use jpki_virtual_card::control::{self, CardSlot, Place, PlaceError, Server};
use jpki_virtual_card::profile::Seed;
use jpki_virtual_card::vpcd::{self, Route, RouteError};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use super::failure::{Failure, with_causes};

/// The slots of vpcd.
const SLOTS: usize = 2;

/// vpcd's first port.
const DEFAULT_PORT: u16 = 35963;

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
    /// Where vpcd listens; its second slot is at the next port.
    #[arg(long, value_name = "HOST:PORT", default_value = vpcd::DEFAULT_ADDRESS)]
    vpcd: String,
    /// Listen here for a vpcd that connects to the card: DEVICENAME HOST:PORT in its configuration.
    #[arg(long, value_name = "HOST:PORT", conflicts_with = "vpcd")]
    listen: Option<String>,
    /// The control socket, instead of $XDG_RUNTIME_DIR/jpki-virtual-card/control.sock.
    #[arg(long, value_name = "PATH")]
    control: Option<PathBuf>,
    /// Write each APDU to standard error: header, Lc, length of the answer, status word. Never its data.
    #[arg(long)]
    trace: bool,
}

pub(super) fn run(arguments: &PlugIn) -> Result<(), Failure> {
    let (end, ended) = mpsc::channel();
    end_on_signal(end.clone())?;
    let slots = arguments.slots()?;
    let routes = (0..)
        .zip(&slots)
        .map(|(number, _)| arguments.route(number))
        .collect::<Result<Vec<_>, _>>()?;
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
            let error = route.keep_plugged(&reader, || warn_of_the_network(&route), observe);
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
        let make = |(number, profile)| {
            let reader = VirtualReader::new(format!("slot {number}"));
            let seed = self.seed.as_ref().map(Seed::from);
            Ok(Arc::new(CardSlot::new(reader, profile, seed)?))
        };
        profiles.into_iter().enumerate().map(make).collect()
    }

    fn route(&self, slot: u16) -> Result<Route, RouteError> {
        match &self.listen {
            Some(address) => Route::listen(address, slot),
            None => Route::connect(&self.vpcd, slot),
        }
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

/// Says that others can reach vpcd too, if they can.
fn warn_of_the_network(route: &Route) {
    if let Route::Connect { port, .. } = route
        && vpcd::open_to_the_network(*port)
    {
        eprintln!(
            "jpki-virtual-card: warning: port {port} can be reached from other machines, and with it what programs \
             send to the card; set DEVICENAME 127.0.0.1:{DEFAULT_PORT} in /etc/reader.conf.d/vpcd and start me with \
             --listen 127.0.0.1:{DEFAULT_PORT}"
        );
    }
}

/// Ends the program with status 0 on SIGTERM and SIGINT.
fn end_on_signal(end: Sender<Result<(), Failure>>) -> Result<(), Failure> {
    let mut signals = Signals::new([SIGTERM, SIGINT]).map_err(Failure::Signals)?;
    thread::spawn(move || {
        if signals.forever().next().is_some() {
            // Nobody listens any more where the program ends already.
            let _ = end.send(Ok(()));
        }
    });
    Ok(())
}
