//! What a daemon holds does not grow with its log-ins.

use std::time::{Duration, Instant};

use apdu_tests::Daemon;
use apdu_tests::soak::{Holdings, log_in_often};

/// Threads for what blocks come and go by need.
const SPARE_THREADS: u64 = 2;
/// What the allocator may keep, in KiB. A leak of 4 KiB a log-in is more.
const SPARE_MEMORY: u64 = 1000;

#[tokio::test]
async fn three_hundred_logins_leave_no_descriptor_and_no_thread() {
    let daemon = Daemon::start_with_virtual_card();
    let mut client = daemon.client().await;
    log_in_often(&daemon, &mut client, 50).await;
    // The last window's prompt program is gone.
    tokio::time::sleep(Duration::from_secs(1)).await;
    let before = Holdings::of(daemon.pid());
    log_in_often(&daemon, &mut client, 250).await;
    let begin = Instant::now();
    while Holdings::of(daemon.pid()).descriptors > before.descriptors
        && begin.elapsed() < Duration::from_secs(5)
    {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let after = Holdings::of(daemon.pid());
    assert!(
        after.descriptors <= before.descriptors
            && after.threads <= before.threads + SPARE_THREADS
            && after.memory <= before.memory + SPARE_MEMORY,
        "{before:?} became {after:?}"
    );
}
