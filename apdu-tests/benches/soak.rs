//! 10,000 log-ins with one daemon: what it holds after 100 and at the end, and how long a log-in takes.
//!
//! Needs root, and the daemon: `cargo build --release -p jpkid --features virtual-card`, then
//! `cargo bench -p apdu-tests --bench soak`. A number after `--` is that many log-ins.
#![expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::print_stdout,
    reason = "a measurement ends with what went wrong"
)]

use std::time::Duration;

use apdu_tests::Daemon;
use apdu_tests::soak::{Holdings, log_in_often};

const LOGINS: usize = 10_000;
const FIRST: usize = 100;
/// A prompt program or a thread that is ending is no longer there after this.
const REST: Duration = Duration::from_secs(1);

#[tokio::main]
async fn main() {
    let logins = std::env::args()
        .find_map(|argument| argument.parse().ok())
        .unwrap_or(LOGINS);
    let daemon = Daemon::start_with_virtual_card();
    let mut client = daemon.client().await;
    let mut times = log_in_often(&daemon, &mut client, FIRST).await;
    show(FIRST, &daemon).await;
    while times.len() < logins {
        let step = (logins / 5).clamp(1, logins - times.len());
        times.append(&mut log_in_often(&daemon, &mut client, step).await);
        show(times.len(), &daemon).await;
    }
    times.sort_unstable();
    let percentile = |percent: usize| times[(times.len() - 1) * percent / 100].as_secs_f64() * 1e3;
    println!(
        "log-in with its window: p50 {:.1} ms, p99 {:.1} ms",
        percentile(50),
        percentile(99)
    );
}

async fn show(logins: usize, daemon: &Daemon) {
    tokio::time::sleep(REST).await;
    let Holdings {
        memory,
        descriptors,
        threads,
    } = Holdings::of(daemon.pid());
    println!(
        "after {logins} log-ins: {memory} KiB, {descriptors} file descriptors, {threads} threads"
    );
}
