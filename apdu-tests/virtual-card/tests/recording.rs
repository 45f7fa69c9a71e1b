//! Recordings: what they show, what they hide, and how they are played.
#![expect(clippy::unwrap_used, reason = "a test ends with what went wrong")]

use std::num::NonZeroU32;
use std::sync::{Arc, Mutex};

use jpki_virtual_card::recording::{Mismatch, ParseError, Recorder, Recording, Replay, Stop};
use jpki_virtual_card::{Fault, LengthChange, Profile, VirtualCard, VirtualReader};

const SELECT_JPKI: [u8; 15] = [
    0x00, 0xA4, 0x04, 0x0C, 0x0A, 0xD3, 0x92, 0xF0, 0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01,
];
const VERIFY: [u8; 9] = [0x00, 0x20, 0x00, 0x98, 0x04, b'1', b'2', b'3', b'4'];
const ASK_TRIES: [u8; 4] = [0x00, 0x20, 0x00, 0x98];
const AVAILABILITY: [u8; 5] = [0x00, 0xB0, 0x88, 0x00, 0x01];

/// A recorder's output that a test can look at.
#[derive(Clone, Default)]
struct Paper(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Paper {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn card() -> VirtualCard {
    VirtualCard::mint(&Profile::parse("seed = 'card'").unwrap()).unwrap()
}

/// What is written while `happens`.
fn recorded(happens: impl FnOnce(&VirtualReader)) -> String {
    let reader = VirtualReader::new("reader");
    reader.insert(card());
    let paper = Paper::default();
    let mut recorder = Recorder::new(paper.clone(), "adult");
    reader.watch(move |event| recorder.record(event).unwrap());
    happens(&reader);
    let bytes = paper.0.lock().unwrap().clone();
    String::from_utf8(bytes).unwrap()
}

fn log_in(reader: &VirtualReader) {
    for command in [&SELECT_JPKI[..], &ASK_TRIES, &VERIFY, &AVAILABILITY] {
        let _ = reader.transmit(command);
    }
}

#[test]
fn a_recording_names_each_command_and_hides_the_pin() {
    let text = recorded(|reader| {
        log_in(reader);
        reader.reset();
        let _ = reader.transmit(&SELECT_JPKI);
        reader.power_off();
        let _ = reader.transmit(&SELECT_JPKI);
    });
    assert_eq!(
        text,
        "\
jpki-virtual-card recording 1
profile adult
atr 3B E0 00 FF 81 31 FE 45 14

power on
> 00 A4 04 0C 0A D3 92 F0 00 26 01 00 00 00 01  # SELECT application D392F000260100000001
< 90 00
> 00 20 00 98  # how many tries has EF 18?
< 63 C3
> 00 20 00 98 04 [4 secret bytes]  # VERIFY EF 18
< 90 00
> 00 B0 88 00 01  # READ BINARY EF 08 from 0
< 8F 90 00

reset
> 00 A4 04 0C 0A D3 92 F0 00 26 01 00 00 00 01  # SELECT application D392F000260100000001
< 90 00

power on
> 00 A4 04 0C 0A D3 92 F0 00 26 01 00 00 00 01  # SELECT application D392F000260100000001
< 90 00
"
    );
}

#[test]
fn what_left_the_reader_is_recorded_and_a_mute_card_says_nothing() {
    let text = recorded(|reader| {
        let nth = NonZeroU32::MIN;
        let _ = reader.transmit(&SELECT_JPKI);
        reader.arm(Fault::Mute { nth });
        let _ = reader.transmit(&ASK_TRIES);
        reader.arm(Fault::WrongLength {
            nth,
            change: LengthChange::Shorter,
        });
        let _ = reader.transmit(&ASK_TRIES);
        reader.remove();
    });
    let expected = "\
> 00 20 00 98  # how many tries has EF 18?
< nothing
> 00 20 00 98  # how many tries has EF 18?
< 63
# the card is removed
";
    assert!(text.ends_with(expected), "{text}");
    let mut replay = Replay::new(Recording::parse(&text).unwrap());
    replay.transmit(&SELECT_JPKI).unwrap();
    assert_eq!(replay.transmit(&ASK_TRIES), Err(Stop::Silence));
    assert_eq!(replay.transmit(&ASK_TRIES), Ok(vec![0x63]));
    assert_eq!(replay.finish(), Ok(()));
}

fn login() -> Recording {
    Recording::parse(&recorded(log_in)).unwrap()
}

#[test]
fn a_replay_answers_as_recorded_whatever_the_pin_was() {
    let recording = login();
    assert_eq!((recording.profile(), recording.commands()), ("adult", 4));
    let mut replay = Replay::new(recording);
    assert_eq!(replay.atr()[..2], [0x3B, 0xE0]);
    replay.transmit(&SELECT_JPKI).unwrap();
    replay.transmit(&ASK_TRIES).unwrap();
    let another_pin = [&VERIFY[..5], b"9876"].concat();
    assert_eq!(replay.transmit(&another_pin), Ok(vec![0x90, 0x00]));
    assert!(!replay.is_complete());
    assert_eq!(replay.transmit(&AVAILABILITY), Ok(vec![0x8F, 0x90, 0x00]));
    assert_eq!(replay.finish(), Ok(()));
}

#[test]
fn a_wrong_step_is_shown_beside_the_expected_one_without_pins_and_nothing_follows_it() {
    let mut replay = Replay::new(login());
    replay.transmit(&SELECT_JPKI).unwrap();
    let Err(Stop::Mismatch(mismatch)) = replay.transmit(&VERIFY) else {
        unreachable!("another command was answered");
    };
    let text = mismatch.to_string();
    assert_eq!(
        text,
        "line 8 of the recording: expected 00 20 00 98  # how many tries has EF 18?\n  \
         received 00 20 00 98 04 [4 secret bytes]  # VERIFY EF 18"
    );
    assert_eq!(
        replay.transmit(&ASK_TRIES),
        Err(mismatch.clone().into()),
        "the right step comes too late"
    );
    assert_eq!(replay.finish(), Err(mismatch));
}

#[test]
fn a_pin_of_another_length_is_a_wrong_step() {
    let mut replay = Replay::new(login());
    replay.transmit(&SELECT_JPKI).unwrap();
    replay.transmit(&ASK_TRIES).unwrap();
    let longer = [&VERIFY[..4], &[5], b"12345"].concat();
    assert!(replay.transmit(&longer).is_err());
}

#[test]
fn a_missing_step_and_one_too_many_are_told() {
    let mut replay = Replay::new(login());
    replay.transmit(&SELECT_JPKI).unwrap();
    let left = replay.finish().unwrap_err();
    assert!(matches!(
        left,
        Mismatch::LeftOver {
            left: 3,
            commands: 4,
            line: 8,
            ..
        }
    ));
    assert!(left.to_string().contains("3 of 4 commands"), "{left}");
    let mut replay = Replay::new(login());
    for command in [&SELECT_JPKI[..], &ASK_TRIES, &VERIFY, &AVAILABILITY] {
        replay.transmit(command).unwrap();
    }
    let error = replay.transmit(&AVAILABILITY).unwrap_err();
    assert!(
        error.to_string().contains("ends after 4 commands"),
        "{error}"
    );
    assert!(replay.finish().is_err());
}

#[test]
fn a_reset_belongs_to_the_exchange_and_behind_pcscd_power_does_not() {
    let text = recorded(|reader| {
        let _ = reader.transmit(&SELECT_JPKI);
        reader.reset();
        let _ = reader.transmit(&SELECT_JPKI);
    });
    let recording = || Recording::parse(&text).unwrap();
    let play = |mut replay: Replay, between: fn(&mut Replay)| {
        replay.transmit(&SELECT_JPKI).unwrap();
        between(&mut replay);
        replay.transmit(&SELECT_JPKI)
    };
    assert!(play(Replay::new(recording()), Replay::reset).is_ok());
    let error = play(Replay::new(recording()), |_| {}).unwrap_err();
    assert!(
        error.to_string().contains("expected reset, then 00 A4"),
        "{error}"
    );
    assert!(play(Replay::new(recording()), Replay::power_on).is_err());
    assert!(play(Replay::behind_pcscd(recording()), |_| {}).is_err());
    assert!(play(Replay::behind_pcscd(recording()), Replay::power_on).is_ok());
    let powered = || {
        let mut replay = Replay::behind_pcscd(login());
        replay.transmit(&SELECT_JPKI).unwrap();
        replay
    };
    let mut replay = powered();
    replay.power_on();
    assert!(replay.transmit(&ASK_TRIES).is_ok());
    let mut replay = powered();
    replay.reset();
    assert!(replay.transmit(&ASK_TRIES).is_err());
}

#[test]
fn a_text_that_is_no_recording_is_refused_at_its_line() {
    const HEAD: &str = "jpki-virtual-card recording 1\nprofile a\natr 3B 00\n";
    let after = |text: &str| format!("{HEAD}{text}");
    let fault = |text: &str| Recording::parse(text).map(|_| ()).unwrap_err();
    for (text, line, reason) in [
        (String::new(), 1, "empty"),
        ("something else".to_owned(), 1, "begins with"),
        (HEAD.replace("recording 1", "recording 2"), 1, "begins with"),
        (HEAD.replace("profile a", "profil a"), 2, "second"),
        (HEAD.replace("atr 3B 00", "atr 3B0"), 3, "pairs"),
        (
            HEAD.replace("atr 3B 00", &format!("atr {}", "3B ".repeat(34))),
            3,
            "too many",
        ),
        (after(""), 3, "no command"),
        (after("> 00 A4\n< 90 00"), 4, "power on"),
        (after("reset\n> 00 A4\n< 90 00"), 5, "power on"),
        (after("power on\npower on"), 5, "no command came"),
        (after("power on\n"), 4, "no command follows"),
        (after("power on\n> 00 A4\n"), 5, "no answer"),
        (after("power on\n> 00 A4\n> 00 A4\n< 90 00"), 6, "no answer"),
        (after("power on\n> 00 A4\nreset\n"), 6, "no answer"),
        (after("power on\n< 90 00"), 5, "no command asked"),
        (after("power on\n> 0 A4\n< 90 00"), 5, "pairs"),
        (after("power on\n> 00 +1\n< 90 00"), 5, "pairs"),
        (after("power on\n> \n< 90 00"), 5, "missing"),
        (after("power on\n> 00 A4\n< none"), 6, "pairs"),
        (after("power on\n> 00 A4\n< 90 00\nnoise"), 7, "a line is"),
        (
            after("power on\n> 00 20 00 98 04 31 32 33 34\n< 90 00"),
            5,
            "secret",
        ),
        (
            after("power on\n> 00 20 00 98 [0 secret bytes]\n< 90 00"),
            5,
            "secret",
        ),
        (
            after("power on\n> 00 20 00 98 [4 bytes]\n< 90 00"),
            5,
            "secret",
        ),
        (
            after("power on\n> 00 B0 00 00 [1 secret bytes]\n< 90 00"),
            5,
            "secret",
        ),
        (
            after("power on\n> 00 20 00 98 05 [4 secret bytes]\n< 90 00"),
            5,
            "secret",
        ),
        (
            after(&format!("power on\n> 00 A4\n< {}", "00 ".repeat(65_545))),
            6,
            "too many",
        ),
        ("x".repeat(17 * 1024 * 1024), 1, "16 MiB"),
    ] {
        let ParseError {
            line: found,
            reason: said,
        } = fault(&text);
        let head = &text[..text.len().min(200)];
        assert!(
            found == line && said.contains(reason),
            "{head}: {found}: {said}"
        );
    }
}

#[test]
fn every_length_of_a_secret_can_be_read_back() {
    let bodies = (1..=300).flat_map(|length| [vec![0xA5; length], vec![b'0'; length]]);
    let commands: Vec<_> = bodies
        .map(|body| [&[0x00, 0x20, 0x00, 0x98], &body[..]].concat())
        .collect();
    let text = recorded(|reader| {
        for command in &commands {
            let _ = reader.transmit(command);
        }
    });
    let mut replay = Replay::new(Recording::parse(&text).unwrap());
    for command in &commands {
        assert!(replay.transmit(command).is_ok(), "{} bytes", command.len());
    }
}
