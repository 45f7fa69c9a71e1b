//! How to meet vpcd: the arguments of every subcommand that plugs something in.

use jpki_virtual_card::vpcd::{self, Route, RouteError};

/// vpcd's first port.
const DEFAULT_PORT: u16 = 35963;

/// How to meet vpcd.
#[derive(clap::Args)]
pub(super) struct VpcdArguments {
    /// Where vpcd listens; its second slot is at the next port.
    #[arg(long, value_name = "HOST:PORT", default_value = vpcd::DEFAULT_ADDRESS)]
    vpcd: String,
    /// Listen here for a vpcd that connects to the card: DEVICENAME HOST:PORT in its configuration. Its second slot
    /// connects to the next port.
    #[arg(long, value_name = "HOST:PORT", conflicts_with = "vpcd")]
    listen: Option<String>,
}

impl VpcdArguments {
    /// The way to one of vpcd's slots.
    pub(super) fn route(&self, slot: u16) -> Result<Route, RouteError> {
        match &self.listen {
            Some(address) => Route::listen(address, slot),
            None => Route::connect(&self.vpcd, slot),
        }
    }
}

/// Says that others can reach vpcd too, if they can.
pub(super) fn warn_of_the_network(route: &Route) {
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
