//! A real PIN window: GnuPG's pinentry on a display of its own, with a person made of key strokes.
//!
//! Needs pinentry-gtk2, xvfb and xdotool.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test ends with what went wrong"
)]

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use jpkid::language::Language;
use jpkid::pin::pinentry::Pinentry;
use jpkid::pin::prompt::{
    Asker, Confirmation, PinPrompt as _, PinQuestion, PromptError, Purpose, Subject,
};
use jpkid::pin::{Pin, PinKind, TriesLeft};
use tempfile::TempDir;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

/// For a window to come up on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);

/// How long a window may stay after nobody waits for its answer.
const TIME_TO_CLOSE: Duration = Duration::from_secs(2);

/// A display that nobody sees, and the prompt program on it.
struct Display {
    server: Child,
    name: String,
    place: TempDir,
}

impl Display {
    fn new() -> Self {
        let mut server = Command::new("Xvfb")
            .args([
                "-displayfd",
                "1",
                "-screen",
                "0",
                "1024x768x24",
                "-nolisten",
                "tcp",
            ])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("Xvfb must be installed (Debian: xvfb)");
        let mut number = String::new();
        let stdout = server.stdout.take().unwrap();
        BufReader::new(stdout).read_line(&mut number).unwrap();
        let name = format!(":{}", number.trim());
        let place = TempDir::new().unwrap();
        fs::write(place.path().join("display"), &name).unwrap();
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/support/pinentry-gtk-2.sh");
        symlink(script, place.path().join("pinentry")).unwrap();
        Self {
            server,
            name,
            place,
        }
    }

    fn prompt(&self) -> Pinentry {
        Pinentry::new(self.place.path().join("pinentry").to_str().unwrap())
    }

    /// Asks for this PIN, in a task of its own.
    fn ask(&self, pin: PinKind) -> JoinHandle<Result<Pin, PromptError>> {
        let (prompt, question) = (self.prompt(), question(pin));
        tokio::spawn(async move { prompt.ask(&question).await })
    }

    /// The process whose window is there, waited for.
    async fn window(&self) -> String {
        let start = Instant::now();
        while start.elapsed() < PATIENCE {
            let found = self.xdotool(&[
                "search",
                "--onlyvisible",
                "--class",
                "pinentry",
                "getwindowpid",
            ]);
            if let Some(process) = found.lines().next() {
                // It takes the keyboard right after it appears.
                sleep(Duration::from_millis(300)).await;
                return process.to_owned();
            }
            sleep(Duration::from_millis(50)).await;
        }
        panic!("no window of pinentry (Debian: pinentry-gtk2) appeared");
    }

    fn press(&self, keys: &[&str]) {
        self.xdotool(&[&["key", "--delay", "30"], keys].concat());
    }

    fn xdotool(&self, arguments: &[&str]) -> String {
        let output = Command::new("xdotool")
            .args(arguments)
            .env("DISPLAY", &self.name)
            .output()
            .expect("xdotool must be installed (Debian: xdotool)");
        String::from_utf8(output.stdout).unwrap()
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        self.server.kill().ok();
        self.server.wait().ok();
    }
}

fn asker() -> Asker {
    Asker::Website {
        ascii: "https://xn--wgv71a.example".to_owned(),
        unicode: "https://日本.example".to_owned(),
        browser: "/usr/bin/chromium".to_owned(),
        first_use: false,
    }
}

fn question(pin: PinKind) -> PinQuestion {
    PinQuestion {
        asker: asker(),
        purpose: Purpose::Authenticate,
        pin,
        tries_left: TriesLeft::new(3).unwrap(),
        was_wrong: false,
        language: Language::Japanese,
    }
}

async fn within<T>(task: JoinHandle<T>) -> T {
    timeout(PATIENCE, task)
        .await
        .expect("the window answers")
        .unwrap()
}

#[tokio::test]
async fn a_typed_pin_comes_back_and_the_window_closes() {
    let display = Display::new();
    for (kind, keys) in [
        (
            PinKind::UserAuthentication,
            &["1", "2", "3", "4", "Return"][..],
        ),
        (
            PinKind::DigitalSignature,
            &["a", "b", "c", "1", "2", "3", "Return"],
        ),
    ] {
        let asked = display.ask(kind);
        let process = display.window().await;
        display.press(keys);
        let pin = within(asked).await.unwrap();
        assert_eq!(pin.kind(), kind);
        assert_gone(&process).await;
    }
}

#[tokio::test]
async fn an_impossible_pin_is_asked_for_again_in_the_same_window() {
    let display = Display::new();
    let asked = display.ask(PinKind::UserAuthentication);
    let process = display.window().await;
    display.press(&["1", "2", "Return"]);
    sleep(Duration::from_millis(500)).await;
    assert!(!asked.is_finished(), "two digits are no PIN");
    assert_eq!(display.window().await, process);
    display.press(&["1", "2", "3", "4", "Return"]);
    within(asked).await.unwrap();
}

#[tokio::test]
async fn a_window_that_the_person_closes_is_cancelled() {
    let display = Display::new();
    let asked = display.ask(PinKind::UserAuthentication);
    let process = display.window().await;
    display.press(&["1", "2", "Escape"]);
    assert!(matches!(within(asked).await, Err(PromptError::Cancelled)));
    assert_gone(&process).await;
}

#[tokio::test]
async fn the_last_try_is_confirmed_by_its_button_and_by_nothing_else() {
    let display = Display::new();
    for (keys, agreed) in [
        (&["Escape"][..], false),
        // The button that refuses has the focus.
        (&["Return"], false),
        (&["Tab", "Return"], true),
    ] {
        let prompt = display.prompt();
        let confirmation = Confirmation {
            asker: asker(),
            subject: Subject::LastTry(PinKind::UserAuthentication),
            language: Language::English,
        };
        let asked = tokio::spawn(async move { prompt.confirm(&confirmation).await });
        let process = display.window().await;
        display.press(keys);
        assert_eq!(within(asked).await.unwrap(), agreed, "{keys:?}");
        assert_gone(&process).await;
    }
}

#[tokio::test]
async fn a_question_that_nobody_waits_for_takes_its_window_away() {
    let display = Display::new();
    let asked = display.ask(PinKind::UserAuthentication);
    let process = display.window().await;
    asked.abort();
    assert!(asked.await.is_err());
    assert_gone(&process).await;
}

#[tokio::test]
async fn a_program_that_is_not_there_cannot_be_asked() {
    let prompt = Pinentry::new("/no/such/pinentry");
    let question = question(PinKind::UserAuthentication);
    assert!(matches!(
        prompt.ask(&question).await,
        Err(PromptError::Unavailable { .. })
    ));
}

/// The process has ended and was waited for, within two seconds.
async fn assert_gone(process: &str) {
    let (start, entry) = (Instant::now(), Path::new("/proc").join(process));
    while entry.exists() {
        assert!(start.elapsed() < TIME_TO_CLOSE, "pinentry is still there");
        sleep(Duration::from_millis(20)).await;
    }
}
