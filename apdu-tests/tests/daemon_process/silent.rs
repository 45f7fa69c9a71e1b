//! A smart card service that accepts connections and then says nothing, as one that hangs in its reader's driver.

use std::os::unix::net::UnixListener;
use std::thread;
use std::time::{Duration, Instant};

use apdu_tests::Daemon;
use apdu_tests::bench::log_in;
use futures_util::future::join_all;
use jpkid::ipc::client::CallError;
use serde_json::json;
use tempfile::TempDir;

/// Three seconds for the service, and room.
const TOLD_WITHIN: Duration = Duration::from_secs(5);

/// Within which a daemon that was told to end has ended.
const ENDED_WITHIN: Duration = Duration::from_secs(4);

#[tokio::test]
async fn a_service_that_says_nothing_is_told_and_holds_up_neither_clients_nor_the_end() {
    let place = TempDir::new().unwrap();
    let socket = place.path().join("pcscd.comm");
    let listener = UnixListener::bind(&socket).unwrap();
    thread::spawn(move || {
        // Kept, and never read.
        let mut connections = Vec::new();
        while let Ok(connection) = listener.accept() {
            connections.push(connection);
        }
    });
    let mut daemon = Daemon::start_over(socket);
    let begin = Instant::now();
    let mut waiting = log_in();
    waiting["waitForCard"] = json!(true);
    // More than the machine has cores.
    let requests = (0..4).flat_map(|_| {
        [
            ("status", json!({})),
            ("authenticate", log_in()),
            ("authenticate", waiting.clone()),
            ("certificate", json!({"kind": "signature-ca"})),
        ]
    });
    let answers = requests.map(|(method, params)| {
        let client = daemon.client();
        async move {
            let mut client = client.await;
            (method, client.call(method, params).await)
        }
    });
    for (method, answer) in join_all(answers).await {
        let Err(CallError::Refused(refusal)) = answer else {
            panic!("{method}: {answer:?}");
        };
        assert_eq!(refusal.code(), "no_service", "{method}");
        assert_eq!(refusal.text("missing"), Some("service"), "{method}");
    }
    assert!(begin.elapsed() < TOLD_WITHIN, "{:?}", begin.elapsed());
    // What needs no card is answered all the same.
    let mut client = daemon.client().await;
    let cancelled = client.call("cancel", json!({"id": 2})).await;
    assert_eq!(cancelled.unwrap(), json!({}));

    let begin = Instant::now();
    daemon.terminate();
    assert!(begin.elapsed() < ENDED_WITHIN, "{:?}", begin.elapsed());
}
