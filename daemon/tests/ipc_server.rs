//! The server over a real socket, against clients that write bytes by themselves.

#[path = "support/stub.rs"]
mod stub;

use std::io::Write;

use jpkid::ipc::server::{MAX_CONNECTIONS, MAX_PENDING};
use jpkid::ipc::{Change, Event};
use serde_json::json;
use stub::{StubDaemon, Wire, frame};

#[test]
fn a_request_is_answered_under_its_id() {
    let daemon = StubDaemon::start();
    let mut client = daemon.connect();
    client.ask("a", "status", json!({}));
    let answer = client.receive();
    assert_eq!(answer["jsonrpc"], "2.0");
    assert_eq!(answer["id"], "a");
    assert_eq!(answer["result"]["version"], "0.1.0");
}

#[test]
fn requests_of_one_client_run_side_by_side() {
    let daemon = StubDaemon::start();
    let mut client = daemon.connect();
    client.authenticate(1, "slow");
    client.authenticate(2, "quick");
    assert_eq!(client.receive()["id"], 2);
}

#[test]
fn cancel_ends_the_pending_request_and_no_other() {
    let daemon = StubDaemon::start();
    let mut client = daemon.connect();
    client.authenticate(1, "slow");
    client.authenticate("1", "slow");
    daemon.wait_for_begun(2);
    client.ask(3, "cancel", json!({"id": 1}));
    let mut answers = [client.receive(), client.receive()];
    answers.sort_by_key(|answer| answer["id"].as_u64());
    assert_eq!(answers[0]["id"], 1);
    assert_eq!(answers[0]["error"]["data"]["code"], "user_cancelled");
    assert_eq!(answers[1]["result"], json!({}));
    daemon.wait_for_dropped(1);

    client.ask(4, "cancel", json!({"id": 1}));
    assert_eq!(
        client.receive()["result"],
        json!({}),
        "it has ended already"
    );
    client.authenticate(1, "quick");
    assert_eq!(client.receive()["id"], 1, "the id is free again");
}

#[test]
fn one_client_cannot_cancel_anothers_request() {
    let daemon = StubDaemon::start();
    let (mut mine, mut other) = (daemon.connect(), daemon.connect());
    mine.authenticate(1, "slow");
    daemon.wait_for_begun(1);
    other.ask(2, "cancel", json!({"id": 1}));
    assert_eq!(other.receive()["result"], json!({}));
    mine.ask(2, "status", json!({}));
    assert_eq!(mine.receive()["id"], 2, "request 1 is still pending");
}

#[test]
fn a_client_that_goes_takes_its_requests_with_it() {
    let daemon = StubDaemon::start();
    let mut going = daemon.connect();
    let mut staying = daemon.connect();
    going.authenticate(1, "slow");
    staying.authenticate(1, "slow");
    daemon.wait_for_begun(2);
    drop(going);
    daemon.wait_for_dropped(1);
    staying.ask(2, "status", json!({}));
    assert_eq!(staying.receive()["id"], 2);
}

#[test]
fn the_ninth_pending_request_is_answered_rate_limited() {
    let daemon = StubDaemon::start();
    let mut client = daemon.connect();
    for id in 0..MAX_PENDING {
        client.authenticate(id, "slow");
    }
    client.authenticate("one more", "slow");
    let answer = client.receive();
    assert_eq!(answer["id"], "one more");
    assert_eq!(answer["error"]["data"]["code"], "rate_limited");
    client.ask("cancel", "cancel", json!({"id": 0}));
    let ids = [
        client.receive()["id"].clone(),
        client.receive()["id"].clone(),
    ];
    assert!(ids.contains(&json!(0)) && ids.contains(&json!("cancel")));
    client.ask("after", "status", json!({}));
    assert_eq!(client.receive()["id"], "after");
}

#[test]
fn a_second_request_with_a_pending_id_is_refused() {
    let daemon = StubDaemon::start();
    let mut client = daemon.connect();
    client.authenticate(1, "slow");
    daemon.wait_for_begun(1);
    client.authenticate(1, "quick");
    let answer = client.receive();
    assert_eq!(answer["error"]["data"]["code"], "invalid_request");
    assert_eq!(answer["error"]["data"]["field"], "id");
    assert_eq!(daemon.begun(), 1);
}

#[test]
fn a_client_too_many_is_told_so_and_the_others_go_on() {
    let daemon = StubDaemon::start();
    let mut clients: Vec<Wire> = (0..MAX_CONNECTIONS).map(|_| daemon.connect()).collect();
    for client in &mut clients {
        client.ask(1, "status", json!({}));
        assert_eq!(client.receive()["id"], 1);
    }
    let mut refused = daemon.connect();
    let answer = refused.receive();
    assert_eq!(answer["id"], json!(null));
    assert_eq!(answer["error"]["data"]["code"], "rate_limited");
    assert!(refused.is_closed());

    clients.pop();
    stub::wait_until(|| {
        let mut client = daemon.connect();
        client.ask(1, "status", json!({}));
        client.receive()["error"].is_null()
    });
}

#[test]
fn a_fault_in_one_request_ends_no_other() {
    let daemon = StubDaemon::start();
    let mut client = daemon.connect();
    client.authenticate(1, "slow");
    client.authenticate(2, "fault");
    let answer = client.receive();
    assert_eq!(answer["id"], 2);
    assert_eq!(answer["error"]["data"]["code"], "internal");
    client.authenticate(3, "quick");
    assert_eq!(client.receive()["id"], 3);
}

#[test]
fn malformed_requests_are_answered_in_the_callers_language_and_the_client_goes_on() {
    let daemon = StubDaemon::start();
    let mut client = daemon.connect();
    client.send_text("{");
    let answer = client.receive();
    assert_eq!(answer["id"], json!(null));
    assert_eq!(answer["error"]["code"], -32700);

    client.ask(
        1,
        "authenticate",
        json!({"lang": "ja", "origin": "https://example.go.jp"}),
    );
    let answer = client.receive();
    assert_eq!(answer["id"], 1);
    assert_eq!(answer["error"]["data"]["field"], "challengeNonce");
    let message = answer["error"]["message"].as_str().expect("a message");
    assert!(message.ends_with('。'), "{message}");

    client.authenticate(2, "quick");
    assert_eq!(client.receive()["id"], 2);
}

#[test]
fn a_frame_that_is_too_long_is_skipped_and_the_client_goes_on() {
    let daemon = StubDaemon::start();
    let mut client = daemon.connect();
    client.send_bytes(&frame(&vec![b' '; 65_537]));
    let answer = client.receive();
    assert_eq!(answer["id"], json!(null));
    assert_eq!(answer["error"]["data"]["code"], "message_too_large");
    client.ask(1, "status", json!({}));
    assert_eq!(client.receive()["id"], 1);
}

#[test]
fn the_longest_frame_is_taken() {
    let daemon = StubDaemon::start();
    let mut client = daemon.connect();
    let mut text = json!({"jsonrpc": "2.0", "id": 1, "method": "status"}).to_string();
    text.push_str(&" ".repeat(65_536 - text.len()));
    client.send_text(&text);
    assert_eq!(client.receive()["id"], 1);
}

#[test]
fn a_lying_length_ends_only_that_connection() {
    let daemon = StubDaemon::start();
    let (mut liar, mut other) = (daemon.connect(), daemon.connect());
    other.authenticate(1, "slow");
    daemon.wait_for_begun(1);
    liar.send_bytes(&u32::MAX.to_ne_bytes());
    assert_eq!(liar.receive()["error"]["data"]["code"], "message_too_large");
    assert!(liar.is_closed());
    other.ask(2, "status", json!({}));
    assert_eq!(other.receive()["id"], 2);
}

#[test]
fn requests_may_come_byte_by_byte_or_all_at_once() {
    let daemon = StubDaemon::start();
    let mut client = daemon.connect();
    let request = frame(br#"{"jsonrpc":"2.0","id":1,"method":"status"}"#);
    for byte in &request {
        client.0.write_all(&[*byte]).expect("sent");
    }
    assert_eq!(client.receive()["id"], 1);
    client.send_bytes(&request.repeat(5));
    for _ in 0..5 {
        assert_eq!(client.receive()["id"], 1);
    }
}

#[test]
fn an_answer_that_does_not_fit_becomes_an_error() {
    let daemon = StubDaemon::start();
    let mut client = daemon.connect();
    client.authenticate(1, "long");
    assert_eq!(client.receive()["error"]["data"]["code"], "internal");
}

#[test]
fn a_subscriber_hears_of_readers_and_cards() {
    let daemon = StubDaemon::start();
    let mut client = daemon.connect();
    client.ask(1, "subscribe", json!({}));
    assert_eq!(client.receive()["result"], json!({}));
    daemon.send_event(Event::Reader {
        change: Change::Inserted,
        name: "Reader 0".into(),
    });
    daemon.send_event(Event::Card {
        change: Change::Removed,
        reader: "Reader 0".into(),
    });
    let notice = client.receive();
    assert_eq!(notice["method"], "reader");
    assert_eq!(
        notice["params"],
        json!({"event": "inserted", "name": "Reader 0"})
    );
    assert!(notice.get("id").is_none());
    let notice = client.receive();
    assert_eq!(notice["method"], "card");
    assert_eq!(
        notice["params"],
        json!({"event": "removed", "reader": "Reader 0"})
    );
}

#[test]
fn a_program_cannot_introduce_itself_as_a_browser() {
    let daemon = StubDaemon::start();
    let mut client = daemon.connect();
    let introduction = json!({"jsonrpc": "2.0", "method": "introduce", "params":
        {"startedBy": "chrome-extension://kmbhegncnoikamoigmjkjpoehgbenimi/"}});
    client.send(&introduction);
    client.authenticate(1, "quick");
    let caller = client.receive()["result"]["caller"].to_string();
    assert!(caller.contains("Program"), "{caller}");
    let own = std::env::current_exe().expect("the test's own program");
    assert!(caller.contains(own.to_str().expect("text")), "{caller}");

    client.send(&introduction);
    assert_eq!(
        client.receive()["error"]["data"]["field"],
        "method",
        "only the first frame may introduce"
    );
}

#[test]
fn stopping_answers_what_is_pending_and_removes_the_socket() {
    let mut daemon = StubDaemon::start();
    let mut client = daemon.connect();
    client.authenticate(1, "slow");
    daemon.wait_for_begun(1);
    daemon.stop();
    let answer = client.receive();
    assert_eq!(answer["id"], 1);
    assert_eq!(answer["error"]["data"]["code"], "no_service");
    assert_eq!(answer["error"]["data"]["missing"], "daemon");
    assert!(client.is_closed());
    assert!(!daemon.socket().exists());
    daemon.wait_for_dropped(1);
}

#[test]
fn the_stages_of_a_request_come_before_its_answer_to_a_client_that_wants_them() {
    let daemon = StubDaemon::start();
    let mut client = daemon.connect();
    let mut params = stub::authenticate_params("quick");
    params["progress"] = json!(true);
    client.ask("mine", "authenticate", params);
    for stage in ["waiting-for-card", "waiting-for-pin", "signing"] {
        let told = client.receive();
        assert_eq!(told["method"], "progress");
        assert_eq!(told["params"], json!({"id": "mine", "stage": stage}));
        assert!(told.get("id").is_none());
    }
    assert_eq!(client.receive()["id"], "mine");

    client.authenticate(2, "quick");
    assert_eq!(client.receive()["id"], 2, "who does not ask is not told");
}

#[test]
fn what_is_kept_for_a_connection_is_forgotten_for_all_but_requests_to_the_card() {
    let daemon = StubDaemon::start();
    let (mut client, mut other) = (daemon.connect(), daemon.connect());
    for (number, message) in [
        r#"{"jsonrpc":"2.0","id":9,"method":"cancel","params":{"id":5}}"#,
        r#"{"jsonrpc":"2.0","id":9,"method":"subscribe"}"#,
        r#"{"jsonrpc":"2.0","id":9,"method":"sing"}"#,
        "{",
    ]
    .into_iter()
    .enumerate()
    {
        client.authenticate(1, "quick");
        assert_eq!(client.receive()["result"]["forgotten"], number);
        client.send_text(message);
        client.receive();
    }
    client.authenticate(1, "quick");
    assert_eq!(client.receive()["result"]["forgotten"], 4);
    other.authenticate(1, "quick");
    assert_eq!(other.receive()["result"]["forgotten"], 0);
}

#[test]
fn what_is_kept_for_a_connection_goes_with_it() {
    let daemon = StubDaemon::start();
    for pending in [false, true] {
        let mut client = daemon.connect();
        client.authenticate(1, "quick");
        assert_eq!(client.receive()["id"], 1);
        if pending {
            client.authenticate(2, "slow");
        }
        drop(client);
        daemon.wait_for_sessions_to_end();
    }
}
