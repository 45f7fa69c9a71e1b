//! 10,000 log-ins with one daemon: what it holds after 100 and at the end, which must be no more, and how long a log-in
//! takes.
//!
//! Needs root, and the daemon: `cargo build --release -p jpkid --features virtual-card`, then
//! `cargo bench -p apdu-tests --bench soak`. A number after `--` is that many log-ins; `pcscd` makes them through the
//! system's smart card service.
#![expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::print_stdout,
    reason = "a measurement ends with what went wrong"
)]

use std::time::Duration;

use apdu_tests::soak::{Holdings, assert_no_growth, log_in_often};
use apdu_tests::{Daemon, PluggedIn};

const LOGINS: usize = 10_000;
const FIRST: usize = 100;
/// What the allocator may keep, in KiB. A leak of 256 bytes a log-in is more.
const SPARE_MEMORY: u64 = 2000;
/// A prompt program or a thread that is ending is no longer there after this.
const REST: Duration = Duration::from_secs(1);

#[tokio::main]
async fn main() {
    let logins = std::env::args()
        .find_map(|argument| argument.parse().ok())
        .unwrap_or(LOGINS);
    let plugged = std::env::args()
        .any(|argument| argument == "pcscd")
        .then(|| PluggedIn::new(""));
    let daemon = match plugged {
        Some(_) => Daemon::start(),
        None => Daemon::start_with_virtual_card(),
    };
    let mut client = daemon.client().await;
    let mut times = log_in_often(&daemon, &mut client, FIRST).await;
    let before = show(FIRST, &daemon).await;
    while times.len() < logins {
        let step = (logins / 5).clamp(1, logins - times.len());
        times.append(&mut log_in_often(&daemon, &mut client, step).await);
        show(times.len(), &daemon).await;
    }
    assert_no_growth(&daemon, before, SPARE_MEMORY).await;
    times.sort_unstable();
    let percentile = |percent: usize| times[(times.len() - 1) * percent / 100].as_secs_f64() * 1e3;
    println!(
        "log-in with its window: p50 {:.1} ms, p99 {:.1} ms",
        percentile(50),
        percentile(99)
    );
}

async fn show(logins: usize, daemon: &Daemon) -> Holdings {
    tokio::time::sleep(REST).await;
    let holdings = Holdings::of(daemon.pid());
    let Holdings {
        memory,
        descriptors,
        threads,
    } = holdings;
    println!(
        "after {logins} log-ins: {memory} KiB, {descriptors} file descriptors, {threads} threads"
    );
    holdings
}
