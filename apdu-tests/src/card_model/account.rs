//! The model's account of PINs, and how a card is asked about its own.

use super::subject::Card;

/// DF names, as the documents write them.
pub(super) const JPKI: &[u8] = &[0xD3, 0x92, 0xF0, 0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01];
pub(super) const TEXT: &[u8] = &[0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x04, 0x08];
pub(super) const VISUAL: &[u8] = &[0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x04, 0x02];
const COMMON: &[u8] = &[0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x01, 0x00];
const JUKI: &[u8] = &[0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x04, 0x01];

/// Of every card here: My Number; birth date in the era's years; that, expiry and security code.
const CODE_A: &[u8] = b"123456789018";
const BIRTH_DATE: &[u8] = b"020101";
const CODE_B: &[u8] = b"02010120361234";

/// One PIN: where it is, and what the model believes of it.
#[derive(Clone)]
pub(super) struct Pin {
    pub(super) application: &'static [u8],
    pub(super) short_file_id: u8,
    /// Empty for one that nobody knows.
    pub(super) value: Vec<u8>,
    pub(super) most_tries: u8,
    pub(super) tries: u8,
    pub(super) verified: bool,
}

/// All PINs of a card.
#[derive(Clone)]
pub(super) struct Account(pub(super) Vec<Pin>);

pub(super) fn applications() -> [&'static [u8]; 5] {
    [JPKI, TEXT, VISUAL, COMMON, JUKI]
}

/// The PINs of a whole card, untouched.
pub(super) fn known_pins() -> Vec<Pin> {
    let pin = |application, short_file_id, value: &[u8], most_tries| Pin {
        application,
        short_file_id,
        value: value.to_vec(),
        most_tries,
        tries: most_tries,
        verified: false,
    };
    vec![
        pin(JPKI, 0x18, b"1234", 3),
        pin(JPKI, 0x1B, b"ABC123", 5),
        pin(TEXT, 0x11, b"1234", 3),
        pin(TEXT, 0x12, b"", 0),
        pin(TEXT, 0x14, CODE_A, 10),
        pin(TEXT, 0x15, CODE_B, 10),
        pin(VISUAL, 0x11, BIRTH_DATE, 10),
        pin(VISUAL, 0x12, CODE_B, 10),
        pin(VISUAL, 0x13, CODE_A, 10),
        pin(COMMON, 0x1C, b"1234", 3),
        pin(JUKI, 0x1C, b"1234", 3),
    ]
}

impl Account {
    /// The account of a card as it is now: of the known PINs those that it has.
    pub(super) fn open(card: &impl Card, known: &[Pin]) -> Self {
        let mut copy = powered(card);
        let there = |pin: &Pin| {
            let tries = ask(&mut copy, pin)?;
            Some(Pin {
                tries,
                ..pin.clone()
            })
        };
        let account = Self(known.iter().filter_map(there).collect());
        for pin in account.0.iter().filter(|pin| pin.tries > 0) {
            assert!(
                accepts(card, pin, &pin.value),
                "the model does not know PIN {:02X}",
                pin.short_file_id
            );
        }
        account
    }

    /// The tries that a card says it has left, of each PIN; as many as there are PINs.
    pub(super) fn counters(&self, card: &impl Card) -> Vec<Option<u8>> {
        let mut copy = powered(card);
        self.0.iter().map(|pin| ask(&mut copy, pin)).collect()
    }

    /// Whether a card's counters are as the account has them.
    pub(super) fn agrees_with(&self, card: &impl Card) -> bool {
        let counters = self.counters(card);
        let mut pins = self.0.iter().zip(counters);
        pins.all(|(pin, counter)| counter == Some(pin.tries))
    }

    /// Whether the PIN of this short identifier in the JPKI applet is verified.
    pub(super) fn jpki_verified(&self, short_file_id: u8) -> bool {
        let of_key = |pin: &&Pin| pin.application == JPKI && pin.short_file_id == short_file_id;
        self.0.iter().find(of_key).is_some_and(|pin| pin.verified)
    }

    /// Forgets what was verified, where it is not in `application`.
    pub(super) fn forget_all_but(&mut self, application: &[u8]) {
        for pin in &mut self.0 {
            pin.verified &= pin.application == application;
        }
    }
}

/// Whether a copy of the card accepts a value for this PIN.
pub(super) fn accepts(card: &impl Card, pin: &Pin, value: &[u8]) -> bool {
    let mut copy = powered(card);
    select(&mut copy, pin) && verify(&mut copy, value)
}

/// Verifies the PIN whose file is current.
pub(super) fn verify(card: &mut impl Card, value: &[u8]) -> bool {
    let Ok(length) = u8::try_from(value.len()) else {
        return false;
    };
    let command = [&[0x00, 0x20, 0x00, 0x80, length], value].concat();
    card.send(&command) == [0x90, 0x00]
}

/// Makes a PIN's file current.
pub(super) fn select(card: &mut impl Card, pin: &Pin) -> bool {
    let file = [0x00, 0xA4, 0x02, 0x0C, 0x02, 0x00, pin.short_file_id];
    select_application(card, pin.application) && card.send(&file) == [0x90, 0x00]
}

pub(super) fn select_application(card: &mut impl Card, name: &[u8]) -> bool {
    let Ok(length) = u8::try_from(name.len()) else {
        return false;
    };
    let command = [&[0x00, 0xA4, 0x04, 0x0C, length], name].concat();
    card.selected() == name || card.send(&command) == [0x90, 0x00]
}

/// A copy that has just got power, and whose first command is over.
pub(super) fn powered<C: Card>(card: &C) -> C {
    let mut copy = card.clone();
    copy.power_on();
    copy.send(&[0x00, 0xA4, 0x00, 0x00]);
    copy
}

/// The tries left of a PIN; `None` where there is none.
fn ask(copy: &mut impl Card, pin: &Pin) -> Option<u8> {
    if !select(copy, pin) {
        return None;
    }
    match copy.send(&[0x00, 0x20, 0x00, 0x80, 0x00])[..] {
        [0x63, counter @ 0xC0..=0xCF] => Some(counter & 0x0F),
        _ => None,
    }
}

/// No value: it is a PIN.
impl std::fmt::Debug for Account {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let counters = self.0.iter().map(|pin| (pin.short_file_id, pin.tries));
        f.debug_list().entries(counters).finish()
    }
}
