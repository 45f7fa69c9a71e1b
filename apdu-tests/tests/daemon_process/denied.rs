//! A session that the system's policy keeps from the card is told just that.

use std::io::{Read as _, Write as _};
use std::net::Shutdown;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::PathBuf;
use std::thread;

use apdu_tests::bench::log_in;
use apdu_tests::pcscd::SOCKET;
use apdu_tests::{Daemon, PluggedIn};
use jpkid::ipc::client::CallError;
use serde_json::{Value, json};
use tempfile::TempDir;

/// pcscd's own number for a client's wish to connect to a card.
const CONNECT_TO_THE_CARD: u32 = 4;

/// What polkit lets pcscd deny.
#[derive(Clone, Copy)]
enum Denied {
    /// `org.debian.pcsc-lite.access_pcsc`.
    Service,
    /// `org.debian.pcsc-lite.access_card`.
    Card,
}

/// A socket before pcscd's that closes the connection where pcscd does when polkit denies something.
fn policy(denied: Denied) -> (TempDir, PathBuf) {
    let place = TempDir::new().unwrap();
    let socket = place.path().join("pcscd.comm");
    let listener = UnixListener::bind(&socket).unwrap();
    thread::spawn(move || {
        for mut client in listener.incoming().map_while(Result::ok) {
            match denied {
                // Polkit takes its time: by then the client has sent its header of eight bytes and more.
                Denied::Service => drop(client.read_exact(&mut [0; 9])),
                Denied::Card => drop(thread::spawn(move || pass_on(client))),
            }
        }
    });
    (place, socket)
}

/// Speaks for a client until it wants to connect to a card.
fn pass_on(mut client: UnixStream) {
    let mut pcscd = UnixStream::connect(SOCKET).unwrap();
    let (mut answers, mut back) = (pcscd.try_clone().unwrap(), client.try_clone().unwrap());
    thread::spawn(move || std::io::copy(&mut answers, &mut back).ok());
    let mut header = [0; 8];
    while client.read_exact(&mut header).is_ok() {
        let [length, command] =
            [0, 4].map(|at| u32::from_ne_bytes(*header[at..].first_chunk().unwrap()));
        if command == CONNECT_TO_THE_CARD {
            break;
        }
        let mut message = header.to_vec();
        message.resize(8 + usize::try_from(length).unwrap(), 0);
        client.read_exact(&mut message[8..]).unwrap();
        pcscd.write_all(&message).unwrap();
    }
    client.shutdown(Shutdown::Both).ok();
    pcscd.shutdown(Shutdown::Both).ok();
}

#[tokio::test]
async fn a_session_that_the_policy_denies_the_service_or_the_card_is_told_so() {
    let plugged = PluggedIn::new("");
    for denied in [Denied::Service, Denied::Card] {
        let (_place, socket) = policy(denied);
        let daemon = Daemon::start_over(socket);
        daemon.person.will_type(&["1234"]);
        let mut client = daemon.client().await;
        let refused = client.call("authenticate", log_in()).await;
        assert_eq!(code(refused), "access_denied");
        let status = client.call("status", json!({})).await;
        match denied {
            Denied::Service => assert_eq!(code(status), "access_denied"),
            Denied::Card => assert_eq!(
                status.unwrap()["readers"][0]["error"]["code"],
                "access_denied"
            ),
        }
    }
    assert!(plugged.reader().trace().is_empty());
}

fn code(answer: Result<Value, CallError>) -> String {
    match answer {
        Err(CallError::Refused(refusal)) => refusal.code().to_owned(),
        other => format!("{other:?}"),
    }
}
