//! What a daemon holds does not grow with its log-ins.

use std::time::Duration;

use apdu_tests::soak::{Holdings, assert_no_growth, log_in_often};
use apdu_tests::{Daemon, PluggedIn};

/// What the allocator may keep, in KiB. A leak of 4 KiB a log-in is more.
const SPARE_MEMORY: u64 = 1000;

async fn three_hundred_logins(daemon: &Daemon) {
    let mut client = daemon.client().await;
    log_in_often(daemon, &mut client, 50).await;
    // The last window's prompt program is gone.
    tokio::time::sleep(Duration::from_secs(1)).await;
    let before = Holdings::of(daemon.pid());
    log_in_often(daemon, &mut client, 250).await;
    assert_no_growth(daemon, before, SPARE_MEMORY).await;
}

#[tokio::test]
async fn three_hundred_logins_leave_no_descriptor_and_no_thread() {
    three_hundred_logins(&Daemon::start_with_virtual_card()).await;
}

#[tokio::test]
async fn three_hundred_logins_leave_no_connection_to_the_systems_smart_card_service() {
    let _plugged = PluggedIn::new("");
    three_hundred_logins(&Daemon::start()).await;
}
