//! The golden messages of docs/protocol/: what they show is what the daemon takes and gives, word for word.
#![expect(clippy::unwrap_used, reason = "a test ends with what went wrong")]

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jpkid::ipc::progress::Progressed;
use jpkid::ipc::request::{Request, RequestId, error_response, response};
use jpkid::ipc::{
    AuthenticateParams, Call, CertificateKind, CertificateParams, ChallengeNonce, Change,
    ErrorCode, Event, Failure, HashFunction, Hashes, HistoryParams, Missing, Origin, SignParams,
    Stage, StatusParams, WantedCard,
};
use jpkid::language::Language;
use serde_json::Value;

/// The messages that these tests read; none may be left over.
const REQUESTS: [&str; 11] = [
    "authenticate-request",
    "authenticate-waiting-request",
    "cancel-request",
    "certificate-request",
    "certificate-hold-request",
    "history-request",
    "introduce",
    "sign-request",
    "status-request",
    "status-validity-request",
    "subscribe-request",
];
/// Their contents are compared with a card's in the package apdu-tests.
const RESULTS: [&str; 9] = [
    "authenticate-result",
    "cancel-result",
    "certificate-hold-result",
    "certificate-result",
    "history-result",
    "sign-result",
    "status-result",
    "status-result-unreadable-card",
    "status-validity-result",
];
const NOTIFICATIONS: [&str; 3] = [
    "card-notification",
    "reader-notification",
    "progress-notification",
];
const ERRORS: [&str; 9] = [
    "error-invalid-params",
    "error-no-service",
    "error-not-json",
    "error-origin-refused",
    "error-pin-blocked",
    "error-pin-incorrect",
    "error-rate-limited",
    "error-unknown-method",
    "error-user-cancelled",
];

fn directory() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../docs/protocol")
}

fn text(name: &str) -> String {
    fs::read_to_string(directory().join(format!("{name}.json"))).unwrap()
}

fn golden(name: &str) -> Value {
    serde_json::from_str(&text(name)).unwrap()
}

fn id(number: u8) -> RequestId {
    RequestId::from_json(&number.into()).unwrap()
}

fn origin() -> Origin {
    Origin::parse("https://www.example.jp").unwrap()
}

fn bytes(text: &str) -> Vec<u8> {
    STANDARD.decode(text).unwrap()
}

#[test]
fn each_message_is_read_by_a_test_and_each_test_has_its_message() {
    let there: BTreeSet<String> = fs::read_dir(directory())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    let read: BTreeSet<String> = [&REQUESTS[..], &RESULTS, &NOTIFICATIONS, &ERRORS]
        .concat()
        .into_iter()
        .map(|name| format!("{name}.json"))
        .collect();
    assert_eq!(there, read);
}

#[test]
fn the_requests_are_taken_for_what_they_say() {
    let call = |call| Request::Call { id: id(1), call };
    let hashes = [
        "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=",
        "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
    ];
    let hashes = hashes.map(bytes).to_vec();
    let expected = [
        call(Call::Authenticate(AuthenticateParams {
            challenge_nonce: ChallengeNonce::parse("c3ludGhldGljIGNoYWxsZW5nZTogMzIgYnl0ZXMgb2s=")
                .unwrap(),
            origin: origin(),
            lang: Some(Language::Japanese),
            progress: false,
            card: WantedCard::default(),
        })),
        call(Call::Authenticate(AuthenticateParams {
            challenge_nonce: ChallengeNonce::parse("c3ludGhldGljIGNoYWxsZW5nZTogMzIgYnl0ZXMgb2s=")
                .unwrap(),
            origin: origin(),
            lang: None,
            progress: true,
            card: WantedCard {
                reader: None,
                wait: true,
            },
        })),
        Request::Cancel {
            id: id(2),
            target: id(1),
        },
        call(Call::Certificate(CertificateParams {
            kind: CertificateKind::Signature,
            hold: false,
            origin: Some(origin()),
            lang: Some(Language::English),
            progress: false,
            card: WantedCard::default(),
        })),
        call(Call::Certificate(CertificateParams {
            kind: CertificateKind::Signature,
            hold: true,
            origin: Some(origin()),
            lang: None,
            progress: false,
            card: WantedCard::default(),
        })),
        call(Call::History(HistoryParams {
            limit: 2,
            lang: None,
        })),
        Request::Introduce {
            started_by: "chrome-extension://kmbhegncnoikamoigmjkjpoehgbenimi/".to_owned(),
        },
        call(Call::Sign(SignParams {
            hashes: Hashes::new(HashFunction::Sha256, hashes, "hashes").unwrap(),
            certificate: Some(b"synthetic signature certificate".to_vec()),
            origin: origin(),
            lang: Some(Language::English),
            progress: false,
            card: WantedCard::default(),
        })),
        call(Call::Status(StatusParams {
            validity: false,
            lang: Some(Language::Japanese),
        })),
        call(Call::Status(StatusParams {
            validity: true,
            lang: None,
        })),
        Request::Subscribe { id: id(1) },
    ];
    for (name, expected) in REQUESTS.into_iter().zip(expected) {
        assert_eq!(
            Request::parse(text(name).as_bytes()).unwrap(),
            expected,
            "{name}"
        );
    }
}

#[test]
fn the_results_lie_in_the_envelope_that_the_daemon_writes() {
    for name in RESULTS {
        let message = golden(name);
        let number = if name == "cancel-result" { 2 } else { 1 };
        assert_eq!(response(&id(number), &message["result"]), message, "{name}");
    }
}

#[test]
fn the_notifications_are_those_that_the_daemon_writes() {
    let name = "Synthetic Reader 00 00".to_owned();
    let card = Event::Card {
        change: Change::Removed,
        reader: name.clone(),
    };
    let reader = Event::Reader {
        change: Change::Inserted,
        name,
    };
    let progressed = Progressed {
        id: id(1),
        stage: Stage::WaitingForPin,
    };
    let written = [card.to_json(), reader.to_json(), progressed.to_json()];
    for (name, message) in NOTIFICATIONS.into_iter().zip(written) {
        assert_eq!(message, golden(name), "{name}");
    }
}

#[test]
fn the_errors_are_what_the_daemon_answers_word_for_word() {
    let malformed = |content: &str| Request::parse(content.as_bytes()).unwrap_err().failure;
    let short_nonce = r#"{"jsonrpc":"2.0","id":1,"method":"authenticate",
        "params":{"challengeNonce":"abc","origin":"https://www.example.jp"}}"#;
    let unknown_method = r#"{"jsonrpc":"2.0","id":1,"method":"sing"}"#;
    let expected = [
        malformed(short_nonce),
        Failure::no_service(Missing::Service).with_detail("the smart card service does not run"),
        malformed("{"),
        Failure::new(ErrorCode::OriginRefused)
            .with_field("origin")
            .with_detail("developers' origins are not allowed by the settings"),
        Failure::new(ErrorCode::PinBlocked)
            .with_tries_left(0)
            .with_detail("the PIN is blocked"),
        Failure::new(ErrorCode::PinIncorrect)
            .with_tries_left(2)
            .with_detail("the person cancelled after a wrong PIN"),
        Failure::new(ErrorCode::RateLimited).with_retry_after(30),
        malformed(unknown_method),
        Failure::new(ErrorCode::UserCancelled).with_detail("the person cancelled"),
    ];
    for (name, failure) in ERRORS.into_iter().zip(expected) {
        let id = (name != "error-not-json").then(|| id(1));
        let answer = error_response(id.as_ref(), &failure, Language::English);
        assert_eq!(
            answer,
            golden(name),
            "docs/protocol/{name}.json should be\n{answer:#}"
        );
    }
}
