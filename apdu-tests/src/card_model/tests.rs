//! The card keeps the promises, and cards that break one are caught.

use jpki_virtual_card::VirtualCard;
use rand::{RngCore as _, SeedableRng as _};
use rand_chacha::ChaCha20Rng;

use super::*;
use crate::scenario::{self, Story};

#[test]
fn a_script_survives_its_bytes() {
    for file in scenario::files(scenario::DIRECTORY).unwrap() {
        let mut script = Script::of(&Story::load(file).unwrap());
        script.acts.truncate(MAX_STEPS);
        let short = |act: &Act| !matches!(act, Act::Send(command) if command.len() > 255);
        if script.acts.iter().all(short) {
            assert_eq!(Script::decode(&script.encode()), script);
        }
    }
    assert!(TABLE.len() <= 251, "{}", TABLE.len());
}

#[test]
fn every_story_keeps_the_promises_on_every_card() {
    for file in scenario::files(scenario::DIRECTORY).unwrap() {
        let mut script = Script::of(&Story::load(&file).unwrap());
        for card in 0..u8::try_from(cards().len()).unwrap() {
            for card in [card, SIGNS_FROM + card] {
                script.card = card;
                let kept = check(&script.encode());
                assert_eq!(kept, Ok(()), "{} on card {card}", file.display());
            }
        }
    }
}

#[test]
fn two_thousand_random_scripts_keep_the_promises() {
    let mut random = ChaCha20Rng::seed_from_u64(2026);
    for nth in 0..2000 {
        let mut input = vec![0; 64];
        random.fill_bytes(&mut input);
        assert_eq!(check(&input), Ok(()), "input {nth}: {input:02X?}");
    }
}

/// A card that passes everything on to a good one, but for what `cheat` does instead.
#[derive(Clone)]
struct Cheat {
    good: VirtualCard,
    cheat: fn(&mut VirtualCard, &[u8]) -> Vec<u8>,
}

impl Card for Cheat {
    fn send(&mut self, command: &[u8]) -> Vec<u8> {
        (self.cheat)(&mut self.good, command)
    }

    fn power_on(&mut self) {
        self.good.power_on();
    }

    fn power_off(&mut self) {
        self.good.power_off();
    }

    fn warm_reset(&mut self) {
        self.good.reset();
    }

    fn selected(&self) -> Vec<u8> {
        self.good.selected_application().to_vec()
    }
}

const SELECT: &[u8] = b"\x00\xA4\x04\x0C\x0A\xD3\x92\xF0\x00\x26\x01\x00\x00\x00\x01";
const RIGHT: &[u8] = b"\x00\x20\x00\x98\x041234";
const WRONG: &[u8] = b"\x00\x20\x00\x98\x049999";
const PASSWORD: &[u8] = b"\x00\x20\x00\x9B\x06ABC123";
const CHANGE: &[u8] = b"\x00\x24\x01\x98\x045678";
const SIGN: &[u8] = b"\x80\x2A\x00\x97\x01\x31\x00";
const READ_SIGNATURE_CERTIFICATE: &[u8] = b"\x00\xB0\x81\x00\x00";

/// What becomes of these commands on a card that cheats so.
fn broken(
    cheat: fn(&mut VirtualCard, &[u8]) -> Vec<u8>,
    commands: &[&[u8]],
) -> Option<&'static str> {
    let good = cards()[0].clone();
    let subject = Subject {
        card: Cheat {
            good: good.card,
            cheat,
        },
        account: good.account,
        secrets: good.secrets,
        keys: good.keys,
        forgets: good.forgets,
    };
    let script = Script {
        card: SIGNS_FROM,
        acts: commands
            .iter()
            .map(|command| Act::Send(command.to_vec()))
            .collect(),
    };
    let played = play::play(&subject, &script);
    played.err().map(|broken| broken.promise)
}

#[test]
fn a_card_that_cheats_in_nothing_is_not_suspected() {
    let all = [
        SELECT,
        WRONG,
        RIGHT,
        SIGN,
        PASSWORD,
        READ_SIGNATURE_CERTIFICATE,
        CHANGE,
    ];
    assert_eq!(broken(VirtualCard::transmit, &all), None);
}

#[test]
fn a_signature_without_a_pin_is_noticed() {
    let signs = |card: &mut VirtualCard, command: &[u8]| {
        if command[1] != 0x2A {
            return card.transmit(command);
        }
        let mut open = card.clone();
        open.transmit(RIGHT);
        open.transmit(command)
    };
    assert_eq!(
        broken(signs, &[SELECT, SIGN]),
        Some("no key signs before its PIN")
    );
    let other_pin = broken(signs, &[SELECT, PASSWORD, SIGN]);
    assert_eq!(other_pin, Some("no key signs before its PIN"));
    let ended = broken(signs, &[SELECT, RIGHT, WRONG, SIGN]);
    assert_eq!(ended, Some("no key signs before its PIN"));
    assert_eq!(broken(signs, &[SELECT, RIGHT, SIGN]), None);
}

#[test]
fn a_counter_that_rises_is_noticed() {
    let gives_back = |card: &mut VirtualCard, command: &[u8]| {
        if command.starts_with(b"\x00\xB0") {
            card.transmit(RIGHT);
        }
        card.transmit(command)
    };
    let read = b"\x00\xB0\x8A\x00\x00";
    let noticed = Some("no counter changes but by a VERIFY with data");
    assert_eq!(broken(gives_back, &[SELECT, WRONG, read]), noticed);
    assert_eq!(broken(gives_back, &[SELECT, WRONG, read, WRONG]), noticed);
    let forgives = |card: &mut VirtualCard, command: &[u8]| {
        let answer = card.transmit(command);
        if command == WRONG {
            card.transmit(RIGHT);
        }
        answer
    };
    let noticed = broken(forgives, &[SELECT, WRONG]);
    assert_eq!(noticed, Some("a wrong PIN costs a try"));
    let noticed = broken(
        |card, command| match command == WRONG && card.transmit(WRONG) == [0x63, 0xC1] {
            true => {
                card.transmit(RIGHT);
                vec![0x63, 0xC1]
            }
            false if command == WRONG => vec![0x63, 0xC2],
            false => card.transmit(command),
        },
        &[SELECT, WRONG, WRONG],
    );
    assert_eq!(
        noticed,
        Some("no counter rises but by a VERIFY with the right PIN")
    );
}

#[test]
fn a_counter_that_falls_for_something_else_is_noticed() {
    let spends = |card: &mut VirtualCard, command: &[u8]| {
        if command == PASSWORD {
            card.transmit(WRONG);
        }
        card.transmit(command)
    };
    let noticed = broken(spends, &[SELECT, PASSWORD]);
    assert_eq!(
        noticed,
        Some("a wrong PIN costs one try of its own, which the card tells")
    );
}

#[test]
fn a_wrong_pin_that_passes_is_noticed() {
    let believes = |card: &mut VirtualCard, command: &[u8]| match command == WRONG {
        true => vec![0x90, 0x00],
        false => card.transmit(command),
    };
    let noticed = broken(believes, &[SELECT, WRONG]);
    assert_eq!(
        noticed,
        Some("only the right PIN passes, and none that is blocked")
    );
}

#[test]
fn a_change_without_the_old_pin_is_noticed() {
    let changes = |card: &mut VirtualCard, command: &[u8]| {
        if command[1] == 0x24 {
            card.transmit(RIGHT);
        }
        card.transmit(command)
    };
    let noticed = broken(changes, &[SELECT, CHANGE]);
    assert_eq!(noticed, Some("no PIN changes but while it is verified"));
    let lies = |card: &mut VirtualCard, command: &[u8]| {
        let answer = card.transmit(command);
        match command[1] == 0x24 {
            true => vec![0x69, 0x82],
            false => answer,
        }
    };
    let noticed = broken(lies, &[SELECT, RIGHT, CHANGE]);
    assert_eq!(noticed, Some("no PIN changes but by a change of that PIN"));
}

#[test]
fn what_comes_out_of_a_protected_file_is_noticed() {
    let leaks = |card: &mut VirtualCard, command: &[u8]| {
        let mut open = card.clone();
        open.transmit(PASSWORD);
        match command.starts_with(b"\x00\xB0") {
            true => open.transmit(command),
            false => card.transmit(command),
        }
    };
    let noticed = broken(leaks, &[SELECT, READ_SIGNATURE_CERTIFICATE]);
    let promise = "nothing of a protected file is read before a PIN that opens it";
    assert_eq!(noticed, Some(promise));
    let read = [SELECT, PASSWORD, READ_SIGNATURE_CERTIFICATE];
    assert_eq!(broken(leaks, &read), None);
}

#[test]
fn an_answer_of_the_wrong_length_is_noticed() {
    let talks = |card: &mut VirtualCard, command: &[u8]| {
        let answer = card.transmit(command);
        match command[1] {
            0xB0 => [&[0], &answer[..]].concat(),
            0x2A => Vec::new(),
            _ => answer,
        }
    };
    let long = broken(talks, &[SELECT, b"\x00\xB0\x8A\x00\x04"]);
    assert_eq!(long, Some("an answer has at most Ne bytes"));
    let short = broken(talks, &[SELECT, SIGN]);
    assert_eq!(short, Some("an answer has a status word"));
}
