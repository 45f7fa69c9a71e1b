//! How to meet vpcd: the arguments of every subcommand that plugs something in.

use std::sync::Once;

use jpki_virtual_card::vpcd::{self, Route, RouteError};

/// How to meet vpcd.
#[derive(clap::Args)]
pub(super) struct VpcdArguments {
    /// Where vpcd listens; its second slot is at the next port.
    #[arg(long, value_name = "HOST:PORT", default_value = vpcd::DEFAULT_ADDRESS)]
    vpcd: String,
}

impl VpcdArguments {
    /// The way to one of vpcd's slots.
    pub(super) fn route(&self, slot: u16) -> Result<Route, RouteError> {
        Route::new(&self.vpcd, slot)
    }
}

/// Says, once, that others can reach vpcd too, if they can.
pub(super) fn warn_of_the_network(route: &Route) {
    static SAID: Once = Once::new();
    let port = route.port();
    if vpcd::open_to_the_network(port) {
        SAID.call_once(|| {
            eprintln!(
                "jpki-virtual-card: warning: vpcd listens on all network interfaces (port {port}); whoever reaches it \
                 can plug in a card and read what programs send to it, PINs too. docs/virtual-card.md shows how to \
                 keep it to this machine"
            );
        });
    }
}
