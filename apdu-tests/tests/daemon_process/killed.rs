//! A daemon killed in the middle of a request leaves the card to nobody, or closes it when it starts again.

use std::time::{Duration, Instant};

use apdu_tests::bench::log_in;
use apdu_tests::{Daemon, PluggedIn, pcscd::Slot};
use jpki_virtual_card::{Fault, PinReference};
use jpkid::card::CardSource as _;
use jpkid::card::pcsc::PcscReaders;

/// 80 2A with the authentication key over one byte, after nothing but SELECT of the applet.
const SELECT_JPKI: [u8; 15] = [
    0x00, 0xA4, 0x04, 0x0C, 0x0A, 0xD3, 0x92, 0xF0, 0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01,
];
const SIGN: [u8; 7] = [0x80, 0x2A, 0x00, 0x97, 0x01, 0x31, 0x00];

/// What another program gets that only selects the applet and sends the signature command.
fn signature_of_a_stranger() -> Vec<u8> {
    let mut card = PcscReaders::default().connect(Slot::First.name()).unwrap();
    let mut transaction = card.begin().unwrap();
    transaction.transmit(&SELECT_JPKI).unwrap();
    transaction.transmit(&SIGN).unwrap().to_vec()
}

#[tokio::test]
async fn a_daemon_killed_at_any_command_leaves_no_open_card_to_the_next_start() {
    let plugged = PluggedIn::new("");
    let mut daemon = Daemon::start();
    let mut left_open = 0;
    // The first log-in reads the certificate; the second half is the last five commands.
    for nth in 1..=14_usize {
        plugged.reader().clear_trace();
        plugged.reader().arm(Fault::Slow {
            delay: Duration::from_millis(30),
        });
        daemon.person.will_type(&["1234"]);
        let mut client = daemon.client().await;
        let request = tokio::spawn(async move { client.call("authenticate", log_in()).await.ok() });
        let begin = Instant::now();
        while plugged.reader().trace().len() < nth && begin.elapsed() < Duration::from_secs(5) {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        daemon.kill();
        request.abort();
        plugged.reader().heal();
        left_open += u32::from(verified(&plugged));
        daemon.start_again();
        let begin = Instant::now();
        while verified(&plugged) {
            assert!(
                begin.elapsed() < Duration::from_secs(2),
                "killed at {nth}:\n{}",
                daemon.log()
            );
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        assert_eq!(signature_of_a_stranger(), [0x69, 0x82], "killed at {nth}");
        let tries = plugged
            .reader()
            .inspect(|card| card.tries_left(PinReference::Authentication));
        assert_eq!(tries, Some(3), "killed at {nth}");
    }
    assert!(left_open > 0, "no kill came between VERIFY and the end");
}

fn verified(plugged: &PluggedIn) -> bool {
    plugged
        .reader()
        .inspect(|card| card.is_verified(PinReference::Authentication))
        .unwrap()
}
