//! The card, spoken to in raw bytes.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test ends with what went wrong"
)]

mod pins;
mod quirks;
mod reading;
mod selecting;
mod signing;

use std::fmt::Write as _;

use jpki_virtual_card::{Profile, VirtualCard};

const SELECT_JPKI: &str = "00A4040C0A D392F000260100000001";
const SELECT_ISSUER_DOMAIN: &str = "00A4040C07 A0000001510000";
/// VERIFY with the default PINs.
const VERIFY_AUTHENTICATION: &str = "0020009804 31323334";
const VERIFY_SIGNATURE: &str = "0020009B06 414243313233";

/// A powered card of this profile; its keys are those of all tests.
fn card(profile: &str) -> VirtualCard {
    let mut card =
        VirtualCard::mint(&Profile::parse(&format!("seed = 'card'\n{profile}")).unwrap()).unwrap();
    card.power_on();
    card
}

/// The same, with the JPKI application selected.
fn jpki(profile: &str) -> VirtualCard {
    let mut card = card(profile);
    assert_eq!(send(&mut card, SELECT_JPKI), "9000");
    card
}

/// Sends bytes written in hexadecimal, and writes the answer so.
fn send(card: &mut VirtualCard, command: &str) -> String {
    hex(&card.transmit(&bytes(command)))
}

/// Sends commands one after the other and returns the last two bytes of each answer.
fn statuses(card: &mut VirtualCard, commands: &[&str]) -> Vec<String> {
    commands
        .iter()
        .map(|command| hex(card.transmit(&bytes(command)).last_chunk::<2>().unwrap()))
        .collect()
}

fn bytes(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.bytes().filter(u8::is_ascii_hexdigit).collect();
    digits
        .chunks(2)
        .map(|pair| u8::from_str_radix(str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02X}").unwrap();
        text
    })
}
