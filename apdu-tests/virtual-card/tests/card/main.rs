//! The card, spoken to in raw bytes.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test ends with what went wrong"
)]

mod challenges;
mod common;
mod juki;
mod objects;
mod openssl;
mod pins;
mod quirks;
mod reading;
mod selecting;
mod signing;
mod strange_bytes;
mod text;
mod tlv;
mod visual;

use std::fmt::Write as _;

use jpki_virtual_card::{Profile, VirtualCard};

const SELECT_JPKI: &str = "00A4040C0A D392F000260100000001";
const SELECT_COMMON: &str = "00A4040C0A D3921000310001010100";
const SELECT_TEXT: &str = "00A4040C0A D3921000310001010408";
const SELECT_VISUAL: &str = "00A4040C0A D3921000310001010402";
const SELECT_JUKI: &str = "00A4040C0A D3921000310001010401";
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

/// The whole EF with this short id, in reads of `le` bytes (0 is 256) by 15-bit offset.
fn read(card: &mut VirtualCard, id: u8, le: u8) -> Vec<u8> {
    assert_eq!(
        card.transmit(&[0x00, 0xA4, 0x02, 0x0C, 0x02, 0x00, id]),
        [0x90, 0x00]
    );
    let mut file = Vec::new();
    loop {
        let [high, low] = u16::try_from(file.len()).unwrap().to_be_bytes();
        let answer = card.transmit(&[0x00, 0xB0, high, low, le]);
        match answer.split_last_chunk().unwrap() {
            (data, [0x90, 0x00]) => file.extend_from_slice(data),
            ([], [0x6B, 0x00]) => return file,
            other => panic!("{other:?}"),
        }
    }
}

/// Sends commands one after the other and compares each whole answer.
fn play(card: &mut VirtualCard, story: &[(&str, &str)]) {
    for (step, (command, answer)) in story.iter().enumerate() {
        assert_eq!(send(card, command), *answer, "step {step}: {command}");
    }
}

/// The ids of all EFs that the selected application has.
fn files(card: &mut VirtualCard) -> Vec<u16> {
    let select = |id: u16| [&[0x00, 0xA4, 0x02, 0x0C, 0x02][..], &id.to_be_bytes()].concat();
    (0..=u16::MAX)
        .filter(|id| card.transmit(&select(*id)) == [0x90, 0x00])
        .collect()
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
