//! What is measured: a command of each kind, and what goes before it.

use std::fmt;

use jpki_virtual_card::{Profile, VirtualCard};

const JPKI: &str = "00A4040C0AD392F000260100000001";
const COMMON: &str = "00A4040C0AD3921000310001010100";
const PIN: &str = "002000980431323334";
const PASSWORD: &str = "0020009B06414243313233";
/// A DigestInfo over SHA-256 of nothing, as input of the signature command's first form.
const DIGEST_INFO: &str = "333031300D060960864801650304020105000420E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B85500";

/// A command and what goes before it, in hexadecimal.
pub(crate) struct Exchange {
    name: &'static str,
    before: &'static [&'static str],
    command: &'static [&'static str],
    status: u16,
}

/// Everything that uses no RSA key.
pub(crate) const WITHOUT_RSA: &[Exchange] = &[
    exchange("SELECT application", &[], &[JPKI], 0x9000),
    exchange("SELECT EF", &[JPKI], &["00A4020C020018"], 0x9000),
    exchange("READ BINARY, 256 bytes", &[JPKI], &["00B08B0000"], 0x9000),
    exchange(
        "READ BINARY, whole EF",
        &[JPKI, "00A4020C02000B"],
        &["00B0000000076C"],
        0x9000,
    ),
    exchange(
        "READ BINARY past the end",
        &[JPKI, "00A4020C02000B"],
        &["00B07FFF00"],
        0x6B00,
    ),
    exchange("READ RECORD", &[COMMON], &["00B2010C00"], 0x9000),
    exchange("GET DATA", &[], &["00CA5F5100"], 0x9000),
    exchange("GET CHALLENGE", &[], &["0084000008"], 0x9000),
    exchange("VERIFY, tries left", &[JPKI], &["00200098"], 0x63C3),
    exchange("VERIFY, right PIN", &[JPKI], &[PIN], 0x9000),
    exchange(
        "CHANGE REFERENCE DATA",
        &[JPKI, PIN, "00A4020C020018"],
        &["002401800431323334"],
        0x9000,
    ),
    exchange(
        "signature without PIN",
        &[JPKI],
        &["802A0097", DIGEST_INFO],
        0x6982,
    ),
    exchange("unknown instruction", &[JPKI], &["00F00000"], 0x6D00),
    exchange("no command at all", &[], &["0000"], 0x6700),
];

/// Whatever uses one.
pub(crate) const RSA: &[Exchange] = &[
    exchange(
        "authentication signature",
        &[JPKI, PIN],
        &["802A0097", DIGEST_INFO],
        0x9000,
    ),
    exchange(
        "signature by password",
        &[JPKI, PASSWORD],
        &["802A009A", DIGEST_INFO],
        0x9000,
    ),
    exchange(
        "INTERNAL AUTHENTICATE",
        &[COMMON],
        &["00880099080102030405060708", "00"],
        0x9000,
    ),
];

const fn exchange(
    name: &'static str,
    before: &'static [&'static str],
    command: &'static [&'static str],
    status: u16,
) -> Exchange {
    Exchange {
        name,
        before,
        command,
        status,
    }
}

impl Exchange {
    /// What goes before the command, and last the command itself.
    pub(crate) fn commands(&self) -> Vec<Vec<u8>> {
        self.before
            .iter()
            .map(|command| bytes(command))
            .chain([bytes(&self.command.concat())])
            .collect()
    }

    /// A card to which everything has been said, and the command to say again.
    ///
    /// # Panics
    /// Where the card's status word is not the right one: then something else would be measured.
    pub(crate) fn begin(&self) -> (VirtualCard, Vec<u8>) {
        let profile = Profile::built_in("adult").expect("a profile");
        let mut card = VirtualCard::mint(&profile).expect("a card");
        card.power_on();
        let mut commands = self.commands();
        let command = commands.pop().expect("a command");
        for before in commands {
            assert_eq!(card.transmit(&before), [0x90, 0x00], "before {self}");
        }
        let answer = card.transmit(&command);
        let status = answer.last_chunk().copied().map(u16::from_be_bytes);
        assert_eq!(status, Some(self.status), "{self}");
        (card, command)
    }
}

impl fmt::Display for Exchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name)
    }
}

fn bytes(text: &str) -> Vec<u8> {
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).expect("hexadecimal digits"))
        .collect()
}
