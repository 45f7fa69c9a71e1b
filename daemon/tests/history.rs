//! What the card was used for: written down by the daemon, shown by `jpki history`.

#![expect(clippy::expect_used, reason = "a test ends with what went wrong")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::Arc;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use jpkid::history::{History, Recorded};
use jpkid::ipc::{Asking, Call, Caller, ErrorCode, Event, Failure, Methods, Stage};
use serde_json::{Value, json};
use tokio::sync::broadcast;

const NONCE: &str = "c3ludGhldGljIGNoYWxsZW5nZTogMzIgYnl0ZXMgb2s=";

/// Grants everything, but refuses one site in its window and another before, and never answers a third.
struct Stub;

impl Methods for Stub {
    type Session = ();

    fn call(
        self: Arc<Self>,
        asking: Asking<()>,
        call: Call,
    ) -> BoxFuture<'static, Result<Value, Failure>> {
        async move {
            match &call {
                Call::Authenticate(params) => match window(&asking, params.origin.as_str()) {
                    "https://tiresome.example" => Err(Failure::new(ErrorCode::RateLimited)),
                    "https://blocked.example" => Err(Failure::new(ErrorCode::PinBlocked)),
                    "https://slow.example" => std::future::pending().await,
                    _ => Ok(json!({"signature": "c2lnbmF0dXJl"})),
                },
                _ => Ok(json!({})),
            }
        }
        .boxed()
    }

    fn events(&self) -> broadcast::Receiver<Event> {
        broadcast::channel(1).1
    }
}

/// The site, whose window opens unless it is not to have one.
fn window<'o>(asking: &Asking<()>, origin: &'o str) -> &'o str {
    if origin != "https://tiresome.example" {
        asking.progress.tell(Stage::WaitingForPin);
    }
    origin
}

fn browser() -> Caller {
    Caller::Browser {
        program: "/usr/lib/chromium/chromium".into(),
    }
}

fn begin(
    methods: &Arc<Recorded<Stub>>,
    caller: Caller,
    method: &str,
    params: Value,
) -> BoxFuture<'static, Result<Value, Failure>> {
    let Value::Object(params) = params else {
        unreachable!("params are an object")
    };
    let call = Call::parse(method, params).expect("a method");
    Arc::clone(methods).call(Asking::of(caller), call.expect("its params"))
}

fn log_in(origin: &str) -> Value {
    json!({"challengeNonce": NONCE, "origin": origin})
}

/// Some uses of every kind, in the state directory under `home`.
async fn use_the_card(home: &Path) -> History {
    let path = home.join(".local/state/jpkid/history.jsonl");
    let methods = Recorded::new(Arc::new(Stub), Arc::new(History::at(&path)));
    let program = Caller::Program {
        path: Some("/home/x/\u{1b}[2Jtool".into()),
    };
    let done = |caller, method, params| begin(&methods, caller, method, params);
    done(browser(), "authenticate", log_in("https://www.example.jp"))
        .await
        .expect("granted");
    done(browser(), "authenticate", log_in("https://blocked.example"))
        .await
        .expect_err("refused");
    // More than two files could hold.
    for _ in 0..4000 {
        done(
            browser(),
            "authenticate",
            log_in("https://tiresome.example"),
        )
        .await
        .expect_err("refused");
    }
    let withdrawn = done(browser(), "authenticate", log_in("https://slow.example"));
    assert!(withdrawn.now_or_never().is_none());
    let document = json!({"hash": "A".repeat(43) + "=", "hashFunction": "SHA-256", "origin": "https://sign.example"});
    done(program, "sign", document).await.expect("granted");
    let certificate = json!({"kind": "signature"});
    done(Caller::Program { path: None }, "certificate", certificate)
        .await
        .expect("granted");
    for (method, params) in [
        ("status", json!({})),
        ("history", json!({})),
        ("certificate", json!({"kind": "signature-ca"})),
    ] {
        done(browser(), method, params).await.expect("granted");
    }
    History::at(path)
}

fn jpki(home: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_jpki"))
        .args(arguments)
        .env("HOME", home)
        .env("TZ", "Asia/Tokyo")
        .env("LC_ALL", "en_US.UTF-8")
        .env_remove("XDG_STATE_HOME")
        .env_remove("XDG_CONFIG_HOME")
        .env_remove("JPKID_CONFIG")
        .output()
        .expect("jpki starts")
}

fn text(output: &Output) -> String {
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout.clone()).expect("text")
}

#[tokio::test]
async fn every_use_is_written_down_with_who_asked_and_how_it_ended_and_nothing_else() {
    let home = tempfile::tempdir().expect("a home");
    let history = use_the_card(home.path()).await;
    let lines = fs::read_to_string(history.path()).expect("it is there");
    let uses: Vec<Value> = lines
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    let told: Vec<_> = uses
        .iter()
        .map(|entry| {
            ["action", "key", "askedBy", "origin", "result"]
                .map(|name| entry[name].as_str().unwrap_or("-"))
                .join(" ")
        })
        .collect();
    assert_eq!(
        told,
        [
            "authenticate authentication website https://www.example.jp done",
            "authenticate authentication website https://blocked.example pin_blocked",
            "authenticate authentication website https://slow.example user_cancelled",
            "sign signature program https://sign.example done",
            "certificate signature program - done",
        ],
        "status, the authorities' certificates and what comes to no window are no uses"
    );
    for entry in &uses {
        assert_eq!(entry.as_object().expect("an object").len(), 7, "{entry}");
    }
    for secret in [NONCE, "AAAA", "c2lnbmF0dXJl"] {
        assert!(!lines.contains(secret), "{lines}");
    }
}

#[tokio::test]
async fn the_person_sees_it_and_can_remove_it() {
    let home = tempfile::tempdir().expect("a home");
    let history = use_the_card(home.path()).await;
    let shown = text(&jpki(home.path(), &["history"]));
    assert_eq!(shown.lines().count(), 5, "{shown}");
    assert!(shown.contains("https://www.example.jp  log-in"), "{shown}");
    assert!(shown.contains("This PIN is blocked"), "{shown}");
    assert!(
        !shown.contains('\u{1b}'),
        "a file's name commands no terminal"
    );
    let japanese = text(&jpki(
        home.path(),
        &["history", "--lang", "ja", "--last", "1"],
    ));
    assert!(japanese.contains("氏名・住所を含む証明書"), "{japanese}");
    assert_eq!(japanese.lines().count(), 1, "{japanese}");

    let listed: Value =
        serde_json::from_str(&text(&jpki(home.path(), &["history", "--json"]))).expect("JSON");
    assert_eq!(listed["history"].as_array().map(Vec::len), Some(5));
    assert_eq!(listed["kept"], true);

    text(&jpki(home.path(), &["history", "--clear"]));
    assert!(!history.path().exists());
    let empty = text(&jpki(home.path(), &["history"]));
    assert!(empty.contains("not used yet"), "{empty}");
}

#[test]
fn whoever_turned_it_off_is_told_so() {
    let home = tempfile::tempdir().expect("a home");
    fs::create_dir_all(home.path().join(".config/jpkid")).expect("made");
    fs::write(
        home.path().join(".config/jpkid/config.toml"),
        "history = false\n",
    )
    .expect("written");
    let shown = text(&jpki(home.path(), &["history"]));
    assert!(shown.contains("history = false"), "{shown}");
}
