//! The control socket, spoken to line by line.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jpki_virtual_card::VirtualReader;
use jpki_virtual_card::control::{self, CardSlot, Place, PlaceError, Server};
use jpki_virtual_card::profile::Seed;
use serde_json::{Value, json};
use tempfile::TempDir;

const SELECT_JPKI: [u8; 15] = [
    0x00, 0xA4, 0x04, 0x0C, 0x0A, 0xD3, 0x92, 0xF0, 0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01,
];
const WRONG_PIN: [u8; 9] = [0x00, 0x20, 0x00, 0x98, 0x04, b'0', b'0', b'0', b'0'];

/// Two slots under control: an adult's card and an empty one.
struct Controlled {
    readers: [VirtualReader; 2],
    directory: TempDir,
    _server: Server,
}

impl Controlled {
    fn new() -> Self {
        let directory = TempDir::new().unwrap();
        let out = directory.path().join("out.toml");
        fs::write(&out, "inserted = false").unwrap();
        let slot = |profile: &str| {
            let reader = VirtualReader::new("reader");
            Arc::new(CardSlot::new(reader, Some(profile), Some(Seed::from("card"))).unwrap())
        };
        let slots = vec![slot("adult"), slot(out.to_str().unwrap())];
        let place = Place::named(directory.path().join("control.sock"));
        Self {
            readers: [slots[0].reader().clone(), slots[1].reader().clone()],
            _server: control::serve(&place, slots).unwrap(),
            directory,
        }
    }

    fn path(&self) -> PathBuf {
        self.directory.path().join("control.sock")
    }

    fn ask(&self, request: &Value) -> Value {
        Client::new(&self.path()).ask(&request.to_string())
    }

    /// The refusal that an action meets.
    fn refusal(&self, request: &Value) -> String {
        let answer = self.ask(request);
        answer["error"].as_str().unwrap().to_owned()
    }
}

struct Client(BufReader<UnixStream>);

impl Client {
    fn new(path: &Path) -> Self {
        Self(BufReader::new(UnixStream::connect(path).unwrap()))
    }

    fn ask(&mut self, line: &str) -> Value {
        let stream = self.0.get_mut();
        // A server that has enough says why and closes.
        let _ = stream.write_all(line.as_bytes());
        let _ = stream.write_all(b"\n");
        let mut answer = String::new();
        self.0.read_line(&mut answer).unwrap();
        serde_json::from_str(&answer).unwrap()
    }
}

#[test]
fn status_shows_card_application_pins_faults_and_apdus_of_each_slot() {
    let controlled = Controlled::new();
    let _ = controlled.readers[0].transmit(&SELECT_JPKI);
    let _ = controlled.readers[0].transmit(&WRONG_PIN);
    let answer = controlled.ask(&json!({"action": "status"}));
    let [first, second] = answer["slots"].as_array().unwrap().as_slice() else {
        unreachable!("{answer}");
    };
    assert_eq!(
        (
            &first["slot"],
            &first["profile"],
            &first["inserted"],
            &first["powered"],
            &first["selectedApplication"],
            &first["faults"],
            &first["apdus"]
        ),
        (
            &json!(0),
            &json!("adult"),
            &json!(true),
            &json!(true),
            &json!("D392F000260100000001"),
            &json!([]),
            &json!(2)
        )
    );
    let pin = |file: &str| {
        let mut pins = first["pins"].as_array().unwrap().iter();
        pins.find(|pin| pin["application"] == "D392F000260100000001" && pin["file"] == file)
            .unwrap()
            .clone()
    };
    assert_eq!(
        (&pin("0018")["triesLeft"], &pin("001B")["triesLeft"]),
        (&json!(2), &json!(5))
    );
    assert_eq!(pin("0018")["verified"], json!(false));
    assert_eq!(
        (&pin("0018")["name"], &pin("001B")["name"]),
        (&json!("authentication PIN"), &json!("signature password"))
    );
    assert_eq!(
        (&second["inserted"], &second["pins"], &second["apdus"]),
        (&json!(false), &json!([]), &json!(0))
    );
}

#[test]
fn a_card_that_is_put_back_has_the_counters_it_left_with() {
    let controlled = Controlled::new();
    let reader = &controlled.readers[0];
    let _ = (reader.transmit(&SELECT_JPKI), reader.transmit(&WRONG_PIN));
    let before = reader.insertion();
    assert_eq!(
        controlled.ask(&json!({"action": "remove"}))["slots"][0]["inserted"],
        json!(false)
    );
    assert_eq!(reader.insertion(), None);
    let answer = controlled.ask(&json!({"action": {"insert": {}}}));
    assert_eq!(answer["slots"][0]["profile"], json!("adult"));
    assert!(reader.insertion() != before && reader.insertion().is_some());
    let _ = reader.transmit(&SELECT_JPKI);
    assert_eq!(
        reader.transmit(&[0x00, 0x20, 0x00, 0x98]),
        Some(vec![0x63, 0xC2])
    );
}

#[test]
fn a_card_that_was_torn_out_is_put_back_by_insert() {
    let controlled = Controlled::new();
    let reader = &controlled.readers[0];
    let answer = controlled.ask(&json!({"action": {"arm": {"tear": {"nth": 1}}}}));
    assert_eq!(answer["slots"][0]["faults"], json!([{"tear": {"nth": 1}}]));
    assert_eq!(reader.transmit(&SELECT_JPKI), None);
    controlled.ask(&json!({"action": {"insert": {}}}));
    assert_eq!(reader.transmit(&SELECT_JPKI), Some(vec![0x90, 0x00]));
}

#[test]
fn another_profile_can_be_inserted_and_swapped_in_either_slot() {
    let controlled = Controlled::new();
    let answer = controlled.ask(&json!({"slot": 1, "action": {"insert": {"profile": "child"}}}));
    assert_eq!(answer["slots"][0]["slot"], json!(1));
    assert_eq!(answer["slots"][0]["profile"], json!("child"));
    assert!(
        controlled.readers[1]
            .inspect(|card| card.signature_certificate().is_none())
            .unwrap()
    );
    let before = controlled.readers[1].insertion();
    let swap = json!({"slot": 1, "action": {"swap": {"profile": "adult"}}});
    assert_eq!(controlled.ask(&swap)["slots"][0]["profile"], json!("adult"));
    assert_ne!(controlled.readers[1].insertion(), before);
    assert!(controlled.readers[0].insertion().is_some());
}

#[test]
fn every_fault_can_be_armed_and_healed() {
    let controlled = Controlled::new();
    let faults = json!([
        {"tear": {"nth": 9}},
        {"slow": {"delayMs": 7}},
        {"mute": {"nth": 8}},
        {"wrong-length": {"nth": 6, "change": "longer"}},
        {"storm": {"nth": 5}},
    ]);
    for fault in faults.as_array().unwrap() {
        controlled.ask(&json!({"action": {"arm": fault}}));
    }
    assert_eq!(
        controlled.ask(&json!({"action": "status"}))["slots"][0]["faults"],
        faults
    );
    assert_eq!(
        controlled.ask(&json!({"action": "heal"}))["slots"][0]["faults"],
        json!([])
    );
}

#[test]
fn a_refusal_says_what_is_wrong_and_what_to_do() {
    let controlled = Controlled::new();
    for (request, texts) in [
        (json!({"action": {"insert": {}}}), ["holds a card", "swap"]),
        (
            json!({"slot": 1, "action": "remove"}),
            ["slot 1 is empty", "insert"],
        ),
        (
            json!({"slot": 2, "action": "status"}),
            ["no slot 2", "0 to 1"],
        ),
        (
            json!({"action": {"swap": {"profile": "nobody"}}}),
            ["nobody", "adult"],
        ),
        (
            json!({"action": {"swap": {"profile": "/nonexistent.toml"}}}),
            ["/nonexistent.toml", "No such file"],
        ),
        (
            json!({"action": "dance"}),
            ["dance", "{\"action\": \"status\"}"],
        ),
        (
            json!({"action": {"arm": {"tear": {"nth": 0}}}}),
            ["nonzero", "send an object"],
        ),
        (
            json!({"action": "heal", "slots": 1}),
            ["unknown field", "send an object"],
        ),
    ] {
        let refusal = controlled.refusal(&request);
        for text in texts {
            assert!(refusal.contains(text), "{request}: {refusal}");
        }
    }
    assert!(
        controlled.readers[0].insertion().is_some(),
        "nothing changed"
    );
}

#[test]
fn a_client_may_ask_again_and_others_ask_meanwhile() {
    let controlled = Controlled::new();
    let mut clients: Vec<_> = (0..5).map(|_| Client::new(&controlled.path())).collect();
    for _ in 0..3 {
        for client in &mut clients {
            assert!(client.ask("not JSON")["error"].is_string());
            assert!(client.ask(r#"{"action":"status"}"#)["slots"].is_array());
        }
    }
}

#[test]
fn an_endless_line_is_refused_and_costs_no_other_client() {
    let controlled = Controlled::new();
    let mut other = Client::new(&controlled.path());
    let answer = Client::new(&controlled.path()).ask(&"x".repeat(200_000));
    assert!(answer["error"].as_str().unwrap().contains("65536 bytes"));
    assert!(other.ask(r#"{"action":"status"}"#)["slots"].is_array());
}

#[test]
fn the_socket_is_its_users_alone_and_goes_with_its_server() {
    let controlled = Controlled::new();
    let path = controlled.path();
    let mode = fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let Controlled {
        directory, _server, ..
    } = controlled;
    drop(_server);
    assert!(!path.exists());
    drop(directory);
}

fn slots() -> Vec<Arc<CardSlot>> {
    let reader = VirtualReader::new("reader");
    vec![Arc::new(
        CardSlot::new(reader, Some("adult"), Some(Seed::from("card"))).unwrap(),
    )]
}

#[test]
fn a_socket_that_nobody_listens_to_is_replaced_and_a_live_one_never() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("control.sock");
    let place = Place::named(&path);
    drop(UnixListener::bind(&path).unwrap());
    let server = control::serve(&place, slots()).unwrap();
    assert!(matches!(
        control::serve(&place, slots()),
        Err(PlaceError::InUse(_))
    ));
    assert!(Client::new(&path).ask(r#"{"action":"status"}"#)["slots"].is_array());
    drop(server);
    // One that knows nothing of the lock file.
    let live = UnixListener::bind(&path).unwrap();
    assert!(matches!(
        control::serve(&place, slots()),
        Err(PlaceError::InUse(_))
    ));
    drop(live);
    control::serve(&place, slots()).unwrap();
}

#[test]
fn a_file_of_another_kind_and_an_open_directory_are_left_alone() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("control.sock");
    fs::write(&path, "mine").unwrap();
    assert!(matches!(
        control::serve(&Place::named(&path), slots()),
        Err(PlaceError::NoSocket(_))
    ));
    assert_eq!(fs::read(&path).unwrap(), b"mine");
    let open = directory.path().join("open");
    fs::create_dir(&open).unwrap();
    fs::set_permissions(&open, fs::Permissions::from_mode(0o777)).unwrap();
    assert!(matches!(
        control::serve(&Place::named(open.join("control.sock")), slots()),
        Err(PlaceError::OpenDirectory { mode: 0o777, .. })
    ));
}
