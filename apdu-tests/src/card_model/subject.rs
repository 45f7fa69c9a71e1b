//! The cards that scripts are played with.

use std::sync::LazyLock;

use jpki_virtual_card::{Profile, VirtualCard};
use rsa::RsaPublicKey;

use super::account::{Account, applications, known_pins};
use super::secrets::Secrets;
use crate::proof;

/// What the model asks of a card: bytes, power, the name of the current application, and a copy to question.
pub trait Card: Clone {
    /// Answers a command.
    fn send(&mut self, command: &[u8]) -> Vec<u8>;
    /// Gives it power, from nothing.
    fn power_on(&mut self);
    /// Cuts its power.
    fn power_off(&mut self);
    /// Resets it under power.
    fn warm_reset(&mut self);
    /// The name of the current application.
    fn selected(&self) -> Vec<u8>;
}

impl Card for VirtualCard {
    fn send(&mut self, command: &[u8]) -> Vec<u8> {
        self.transmit(command)
    }

    fn power_on(&mut self) {
        VirtualCard::power_on(self);
    }

    fn power_off(&mut self) {
        VirtualCard::power_off(self);
    }

    fn warm_reset(&mut self) {
        self.reset();
    }

    fn selected(&self) -> Vec<u8> {
        self.selected_application().to_vec()
    }
}

/// A card as it comes from the mint, and what the model knows of it.
#[derive(Clone, Debug)]
pub struct Subject<C> {
    pub(super) card: C,
    pub(super) account: Account,
    pub(super) secrets: Secrets,
    /// The JPKI applet's keys, and the short identifiers of the PINs that open them.
    pub(super) keys: Vec<(RsaPublicKey, u8)>,
    /// Whether selecting an applet again and a warm reset end what was verified.
    pub(super) forgets: bool,
}

/// Cards that behave differently, minted once in this process.
#[must_use]
pub fn cards() -> &'static [Subject<VirtualCard>] {
    static CARDS: LazyLock<Vec<Subject<VirtualCard>>> = LazyLock::new(|| {
        [
            ("", false),
            ("kind = 'android'", false),
            (
                "quirks = { status_lifetime = 'iso', query_after_success = 'done' }",
                true,
            ),
            ("quirks = { get_response = true }", false),
            (
                "quirks = { exact_length = true, refuse_short_file_id = true }",
                false,
            ),
            (
                "tries = { authentication = 1, signature = 0, text = 1, juki = 2 }
                 quirks = { first_command_fails = true, refuse_four_byte_verify = true }",
                false,
            ),
        ]
        .map(|(changes, forgets)| subject(changes, forgets))
        .into()
    });
    &CARDS
}

/// The holder and the PINs that the table of commands knows.
const HOLDER: &str = "seed = 'scenarios'
    holder = { birth_date = 1990-01-01, my_number = '123456789018' }
    card = { expires = 2036-04-01, security_code = '1234' }\n";

fn subject(changes: &str, forgets: bool) -> Subject<VirtualCard> {
    let mut profile = Profile::parse(&format!("{HOLDER}{changes}")).expect("a profile");
    let card = VirtualCard::mint(&profile).expect("a card");
    let key = |certificate: &[u8], opened_by| (proof::public_key(certificate), opened_by);
    let signature = card.signature_certificate();
    let keys = signature
        .map(|certificate| key(certificate, 0x1B))
        .into_iter()
        .chain([key(card.authentication_certificate(), 0x18)])
        .collect();
    let account = Account::open(&card, &known_pins());
    // The same files without the quirks of reading, and with tries to open them.
    (profile.quirks, profile.tries) = Default::default();
    let plain = VirtualCard::mint(&profile).expect("a card");
    let secrets = Secrets::read(
        &plain,
        &Account::open(&plain, &known_pins()),
        &applications(),
    );
    Subject {
        card,
        account,
        secrets,
        keys,
        forgets,
    }
}
