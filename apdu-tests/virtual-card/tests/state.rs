//! A card's state in a file: what it holds, when it is written, and what kills cannot do to it.
#![expect(clippy::unwrap_used, reason = "a test ends with what went wrong")]

use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use jpki_virtual_card::state::{StateError, StateFile};
use jpki_virtual_card::{PinReference, Profile, VirtualCard, VirtualReader};
use rand::Rng;
use tempfile::TempDir;

const SELECT_JPKI: [u8; 15] = [
    0x00, 0xA4, 0x04, 0x0C, 0x0A, 0xD3, 0x92, 0xF0, 0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01,
];
const AUTHENTICATION: u8 = 0x98;
const SIGNATURE: u8 = 0x9B;

fn card(profile: &str) -> VirtualCard {
    VirtualCard::mint(&Profile::parse(profile).unwrap()).unwrap()
}

/// A reader with the card of `profile`, its state in `path`, and the JPKI application selected.
fn kept(profile: &str, path: &Path) -> Result<VirtualReader, StateError> {
    let reader = VirtualReader::new("reader");
    let state = StateFile::open(path)?;
    reader.insert_kept(card(profile), Arc::new(state))?;
    assert_eq!(reader.transmit(&SELECT_JPKI), Some(vec![0x90, 0x00]));
    Ok(reader)
}

fn verify(reader: &VirtualReader, reference: u8, pin: &[u8]) -> u16 {
    let length = u8::try_from(pin.len()).unwrap();
    let command = [&[0x00, 0x20, 0x00, reference, length], pin].concat();
    let answer = reader.transmit(&command).unwrap();
    assert_eq!(answer.len(), 2);
    u16::from_be_bytes(*answer.last_chunk().unwrap())
}

fn tries(reader: &VirtualReader) -> u8 {
    let tries = reader.inspect(|card| card.tries_left(PinReference::Authentication));
    tries.unwrap()
}

#[test]
fn counters_and_changed_pins_outlive_the_reader() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("card.state");
    let reader = kept("seed = 'card'", &path).unwrap();
    assert_eq!(verify(&reader, SIGNATURE, b"WRONG1"), 0x63C4);
    assert_eq!(verify(&reader, AUTHENTICATION, b"1234"), 0x9000);
    let change = reader.transmit(b"\x00\x24\x01\x98\x044321");
    assert_eq!(change, Some(vec![0x90, 0x00]));
    drop(reader);
    let reader = kept("seed = 'card'", &path).unwrap();
    assert_eq!(verify(&reader, AUTHENTICATION, b"1234"), 0x63C2);
    assert_eq!(verify(&reader, AUTHENTICATION, b"4321"), 0x9000);
    assert_eq!(verify(&reader, SIGNATURE, b"WRONG1"), 0x63C3);
}

#[test]
fn the_file_is_its_users_alone_and_written_only_for_a_pin() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("card.state");
    let reader = kept("seed = 'card'", &path).unwrap();
    let mode = fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    fs::remove_file(&path).unwrap();
    let _ = reader.transmit(&[0x00, 0xB0, 0x88, 0x00, 0x00]);
    let _ = reader.transmit(&[0x00, 0x20, 0x00, AUTHENTICATION]);
    reader.reset();
    let _ = reader.transmit(&SELECT_JPKI);
    assert!(!path.exists());
    assert_eq!(verify(&reader, AUTHENTICATION, b"0000"), 0x63C2);
    assert!(path.exists());
}

#[test]
fn a_card_that_cannot_remember_tells_nothing_and_spends_nothing() {
    let directory = TempDir::new().unwrap();
    let home = directory.path().join("home");
    fs::create_dir(&home).unwrap();
    let path = home.join("card.state");
    let reader = kept("seed = 'card'", &path).unwrap();
    assert_eq!(verify(&reader, AUTHENTICATION, b"0000"), 0x63C2);
    // Moved away: the directory takes no file, not even root's.
    let away = directory.path().join("away");
    fs::rename(&home, &away).unwrap();
    for pin in [b"1234", b"0000", b"1234"] {
        assert_eq!(verify(&reader, AUTHENTICATION, pin), 0x6581);
        assert_eq!(
            reader.inspect(|card| card.is_verified(PinReference::Authentication)),
            Some(false)
        );
        assert_eq!(
            reader.transmit(&[0x00, 0x20, 0x00, AUTHENTICATION]),
            Some(vec![0x63, 0xC2]),
            "a right PIN and a wrong one look the same"
        );
    }
    fs::rename(&away, &home).unwrap();
    assert_eq!(verify(&reader, AUTHENTICATION, b"0000"), 0x63C1);
    drop(reader);
    assert_eq!(tries(&kept("seed = 'card'", &path).unwrap()), 1);
}

#[test]
fn a_right_pin_on_a_full_counter_is_compared_only_if_the_card_can_remember() {
    let directory = TempDir::new().unwrap();
    let home = directory.path().join("home");
    fs::create_dir(&home).unwrap();
    let reader = kept("seed = 'card'", &home.join("card.state")).unwrap();
    fs::rename(&home, directory.path().join("away")).unwrap();
    assert_eq!(verify(&reader, AUTHENTICATION, b"1234"), 0x6581);
    assert_eq!(verify(&reader, AUTHENTICATION, b"0000"), 0x6581);
}

#[test]
fn another_cards_state_is_refused_and_left_alone() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("card.state");
    drop(kept("seed = 'card'", &path).unwrap());
    let before = fs::read(&path).unwrap();
    let error = kept("seed = 'another card'", &path).unwrap_err();
    assert!(matches!(error, StateError::OtherCard(_)), "{error}");
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[test]
fn a_file_that_others_may_read_is_refused_and_left_alone() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("card.state");
    drop(kept("seed = 'card'", &path).unwrap());
    for mode in [0o644, 0o640, 0o602] {
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        let error = kept("seed = 'card'", &path).unwrap_err();
        assert!(matches!(error, StateError::Open(_)), "{mode:o}: {error}");
        let now = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(now & 0o777, mode);
    }
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    kept("seed = 'card'", &path).unwrap();
}

#[test]
fn what_lies_in_the_place_of_the_new_file_is_not_written_to() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("card.state");
    let new = directory.path().join("card.state.new");
    let victim = directory.path().join("victim");
    fs::write(&new, "left by a process that was killed").unwrap();
    fs::set_permissions(&new, fs::Permissions::from_mode(0o644)).unwrap();
    fs::write(&victim, "mine").unwrap();
    let reader = kept("seed = 'card'", &path).unwrap();
    for expected in [0x63C2, 0x63C1] {
        assert_eq!(verify(&reader, AUTHENTICATION, b"0000"), expected);
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        std::os::unix::fs::symlink(&victim, &new).unwrap();
    }
    assert_eq!(fs::read(&victim).unwrap(), b"mine");
}

#[test]
fn every_damage_is_refused_with_its_reason_and_left_alone() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("card.state");
    drop(kept("seed = 'card'", &path).unwrap());
    let good = fs::read(&path).unwrap();
    let refused = |bytes: &[u8]| {
        fs::write(&path, bytes).unwrap();
        let error = kept("seed = 'card'", &path).unwrap_err();
        assert!(matches!(error, StateError::Damaged { .. }), "{error}");
        assert_eq!(fs::read(&path).unwrap(), bytes);
    };
    for length in (0..good.len()).step_by(97) {
        refused(good.get(..length).unwrap());
    }
    for place in (0..good.len()).step_by(31) {
        let mut bytes = good.clone();
        *bytes.get_mut(place).unwrap() ^= 0x01;
        refused(&bytes);
    }
    refused(&[good.clone(), vec![b'\n']].concat());
    refused(&vec![0xFF; 200_000]);
    fs::write(&path, &good).unwrap();
    kept("seed = 'card'", &path).unwrap();
}

#[test]
fn two_cards_cannot_keep_their_state_in_one_file() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("card.state");
    let _first = kept("seed = 'card'", &path).unwrap();
    assert!(matches!(
        kept("seed = 'card'", &path),
        Err(StateError::InUse(_))
    ));
}

/// The program with a card, its state in a file, and this test as its vpcd.
struct Running {
    child: Child,
    stream: TcpStream,
}

impl Running {
    fn new(vpcd: &TcpListener, state: &Path, shell: &str) -> Self {
        let address = vpcd.local_addr().unwrap().to_string();
        let child = Command::new("sh")
            .args(["-c", &format!("{shell} exec \"$@\""), "sh"])
            .arg(env!("CARGO_BIN_EXE_jpki-virtual-card"))
            .args(["--seed", "card", "--vpcd", &address, "--state"])
            .arg(state)
            .env("XDG_RUNTIME_DIR", state.parent().unwrap())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let (stream, _) = vpcd.accept().unwrap();
        let patience = Some(Duration::from_secs(20));
        stream.set_read_timeout(patience).unwrap();
        let mut running = Self { child, stream };
        assert_eq!(running.ask(&SELECT_JPKI), [0x90, 0x00]);
        running
    }

    fn send(&mut self, content: &[u8]) {
        let length = u16::try_from(content.len()).unwrap().to_be_bytes();
        let frame = [&length, content].concat();
        self.stream.write_all(&frame).unwrap();
    }

    /// An answer of two bytes; `None` if it was killed first.
    fn receive(&mut self) -> Option<[u8; 2]> {
        let mut frame = [0; 4];
        self.stream.read_exact(&mut frame).ok()?;
        let [0, 2, sw1, sw2] = frame else {
            unreachable!("{frame:02X?}");
        };
        Some([sw1, sw2])
    }

    fn ask(&mut self, content: &[u8]) -> [u8; 2] {
        self.send(content);
        self.receive().unwrap()
    }

    fn tries(&mut self, reference: u8) -> u8 {
        let [_, tries] = self.ask(&[0x00, 0x20, 0x00, reference]);
        tries & 0x0F
    }

    /// Kills it; what it wrote before can still be read.
    fn kill(mut self) -> TcpStream {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        self.stream.try_clone().unwrap()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = (self.child.kill(), self.child.wait());
    }
}

fn wrong_pin(reference: u8) -> Vec<u8> {
    let pin: &[u8] = if reference == SIGNATURE {
        b"WRONG1"
    } else {
        b"0000"
    };
    let length = u8::try_from(pin.len()).unwrap();
    [&[0x00, 0x20, 0x00, reference, length], pin].concat()
}

/// Whether an answer came before the kill or not: what the card said is spent, and nothing else comes back.
#[test]
fn killing_the_program_at_any_moment_gives_no_try_back() {
    let directory = TempDir::new().unwrap();
    let path: PathBuf = directory.path().join("card.state");
    let vpcd = TcpListener::bind("127.0.0.1:0").unwrap();
    Running::new(&vpcd, &path, "").kill();
    let fresh = fs::read(&path).unwrap();
    let mut random = rand::thread_rng();
    let (mut verifies, mut unanswered) = (0, 0);
    // The tries that each PIN has at most, as far as the card has said.
    let mut most = [(AUTHENTICATION, 3), (SIGNATURE, 5)];
    while verifies < 200 {
        let mut running = Running::new(&vpcd, &path, "");
        for (reference, most) in &mut most {
            let now = running.tries(*reference);
            assert!(now <= *most, "{reference:02X} rose from {most} to {now}");
            *most = now;
        }
        if most.iter().all(|(_, left)| *left == 0) {
            running.kill();
            fs::write(&path, &fresh).unwrap();
            most = [(AUTHENTICATION, 3), (SIGNATURE, 5)];
            continue;
        }
        // Some with their answers, and the last one cut off somewhere.
        for (reference, most) in &mut most {
            for _ in 0..random.gen_range(0..=*most) {
                verifies += 1;
                let [sw1, sw2] = running.ask(&wrong_pin(*reference));
                assert_eq!(sw1, 0x63);
                *most = sw2 & 0x0F;
            }
        }
        let Some((reference, left)) = most.iter_mut().find(|(_, left)| *left > 0) else {
            running.kill();
            continue;
        };
        verifies += 1;
        running.send(&wrong_pin(*reference));
        thread::sleep(Duration::from_micros(random.gen_range(0..3000)));
        let mut answer = [0; 4];
        let mut stream = running.kill();
        match stream.read_exact(&mut answer) {
            Ok(()) => *left = answer.last().unwrap() & 0x0F,
            Err(_) => unanswered += 1,
        }
    }
    assert!(unanswered > 0, "no kill came in time");
}

#[test]
fn a_full_disk_makes_the_program_say_6581_until_there_is_room() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("card.state");
    let vpcd = TcpListener::bind("127.0.0.1:0").unwrap();
    Running::new(&vpcd, &path, "").kill();
    // No file may grow: writing fails as on a full disk, with another number.
    let mut full = Running::new(&vpcd, &path, "trap '' XFSZ; ulimit -f 0;");
    for pin in [b"1234", b"0000"] {
        let command = [&[0x00, 0x20, 0x00, AUTHENTICATION, 4], &pin[..]].concat();
        assert_eq!(full.ask(&command), [0x65, 0x81]);
    }
    assert_eq!(full.tries(AUTHENTICATION), 3);
    full.kill();
    let mut roomy = Running::new(&vpcd, &path, "");
    assert_eq!(roomy.ask(&wrong_pin(AUTHENTICATION)), [0x63, 0xC2]);
    roomy.kill();
}

#[test]
fn a_state_without_a_seed_or_a_card_is_refused() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("card.state");
    let state = path.to_str().unwrap();
    let said = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_jpki-virtual-card"))
            .args(arguments)
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(1));
        String::from_utf8(output.stderr).unwrap()
    };
    assert!(said(&["--state", state]).contains("--seed TEXT"));
    assert!(!path.exists());
    let two = ["--seed", "card", "--state", state, "--state", "other"];
    assert!(said(&two).contains("more --state than profiles"));
    fs::write(&path, "tries = 3").unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    let damaged = said(&["--seed", "card", "--state", state]);
    assert!(damaged.contains("checksum"), "{damaged}");
    assert_eq!(fs::read(&path).unwrap(), b"tries = 3");
}
