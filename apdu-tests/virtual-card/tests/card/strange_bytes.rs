//! Whatever bytes come, the card answers two or more, and no try comes back without the right PIN.

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

use super::*;

/// Every application.
const APPLICATIONS: [&str; 6] = [
    SELECT_JPKI,
    SELECT_TEXT,
    SELECT_VISUAL,
    SELECT_COMMON,
    SELECT_JUKI,
    SELECT_ISSUER_DOMAIN,
];

/// Headers that make something of what follows.
const HEADERS: [&str; 10] = [
    "00A4020C02 00",
    "00A4040202 D392",
    "00B0",
    "00B2",
    "00CA",
    "0020",
    "0024",
    "8032",
    "0088",
    "80",
];

#[test]
fn random_bytes_after_a_sensible_beginning_never_stop_the_card() {
    let mut random = ChaCha20Rng::seed_from_u64(3);
    let mut below = |end: u32| usize::try_from(random.next_u32() % end).unwrap();
    let beginnings = [&APPLICATIONS[..], &HEADERS].concat();
    let mut card = card("");
    for _ in 0..20_000 {
        let mut command = bytes(beginnings[below(16)]);
        command.truncate(below(32));
        for _ in 0..below(9) {
            command.push(u8::try_from(below(256)).unwrap());
        }
        let answer = card.transmit(&command);
        assert!(answer.len() >= 2, "{}", hex(&command));
    }
}

#[test]
fn every_header_is_answered_in_every_application() {
    for application in APPLICATIONS {
        let mut card = card("");
        for cla in [0x00, 0x08, 0x80] {
            for ins in 0..=0xFF {
                for p1 in [0x00, 0x04, 0x81] {
                    for p2 in [0x00, 0x0C, 0x80] {
                        for body in ["", "00", "000001 31"] {
                            assert_eq!(card.transmit(&bytes(application)), [0x90, 0x00]);
                            let command = [&[cla, ins, p1, p2], &bytes(body)[..]].concat();
                            assert!(card.transmit(&command).len() >= 2, "{}", hex(&command));
                        }
                    }
                }
            }
        }
    }
}
