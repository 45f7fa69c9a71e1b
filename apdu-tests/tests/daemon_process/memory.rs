//! After its use no PIN is found in the daemon's memory.

use std::fs::{self, File};
use std::io::{Read as _, Seek as _, SeekFrom};
use std::os::unix::fs::{MetadataExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use apdu_tests::bench::{log_in, sign};
use apdu_tests::daemon::program;
use apdu_tests::pcscd::PATIENCE;
use apdu_tests::{Daemon, ORIGIN, PluggedIn, Port};
use serde_json::{Value, json};
use tempfile::TempDir;

/// Passwords that come up in no memory by chance.
const PASSWORD: &str = "XQ7Z9KWJ3VPLT8RM";
const WRONG_PASSWORD: &str = "YH4B6NDGC2FSU5EA";

/// Debian's `nobody` and `nogroup`.
const NOBODY: u32 = 65_534;

/// The locked memory of a password that waits, in kB.
const PAGE: u32 = 4;

/// The locked memory of a window in which nothing is typed yet, in kB: what is received, and the data in it.
const WINDOW: u32 = 2 * PAGE;

/// Within which a password is wiped.
const SOON: Duration = Duration::from_secs(1);

#[tokio::test]
async fn no_pin_is_left_in_memory() {
    let _plugged = PluggedIn::new(&format!("[pins]\nsignature = '{PASSWORD}'"));
    let daemon = Daemon::start();
    let mut client = daemon.client().await;
    for answers in [&[WRONG_PASSWORD, PASSWORD][..], &[PASSWORD]] {
        daemon.person.will_type(answers);
        client.call("sign", sign(1)).await.unwrap();
    }
    daemon.person.will_type(&["1234"]);
    client.call("authenticate", log_in()).await.unwrap();

    let memory = memory_of(daemon.pid());
    assert!(
        memory.len() > 1_000_000,
        "{} bytes are not all",
        memory.len()
    );
    // The search finds what is there: a path that the daemon was started with.
    assert!(occurs(&memory, daemon.socket().to_str().unwrap()) > 0);
    for password in [PASSWORD, WRONG_PASSWORD] {
        // Not even the half of it, as a copy that was overwritten in part would leave.
        for part in [password, &password[..8], &password[8..]] {
            assert_eq!(occurs(&memory, part), 0, "a password is in memory");
        }
    }
}

/// Programs of the same user may read each other's memory, and the kernel writes cores, only of what is dumpable: the
/// files of a process that is not belong to root.
#[test]
fn the_daemons_memory_is_closed_to_its_own_user_and_to_cores() {
    let place = TempDir::new().unwrap();
    let of_place = |name| place.path().join(name);
    chown(&place, Some(NOBODY), Some(NOBODY)).unwrap();
    // The user may not see where this was built.
    fs::copy(program("jpkid"), of_place("jpkid")).unwrap();
    let as_nobody = |program: PathBuf, arguments: &[&str]| {
        let mut command = Command::new(program);
        command.args(arguments).uid(NOBODY).gid(NOBODY);
        command.env("JPKID_SOCKET", of_place("jpkid.sock"));
        command
            .env("HOME", place.path())
            .env("XDG_STATE_HOME", place.path());
        command.env_remove("XDG_CONFIG_HOME");
        command.env("JPKI_VIRTUAL_CARD_CACHE", of_place("keys"));
        command.stderr(Stdio::null()).spawn().unwrap()
    };
    let mut daemon = as_nobody(of_place("jpkid"), &["serve", "--virtual-card", "adult"]);
    let mut other = as_nobody("sleep".into(), &["60"]);
    let begin = Instant::now();
    while !of_place("jpkid.sock").exists() {
        assert!(begin.elapsed() < PATIENCE, "no daemon");
        thread::sleep(Duration::from_millis(20));
    }
    let look = |pid: u32| {
        let limits = fs::read_to_string(format!("/proc/{pid}/limits")).unwrap();
        let core = limits.lines().find(|line| line.starts_with("Max core"));
        let core: Vec<_> = core.unwrap().split_whitespace().skip(4).take(2).collect();
        let owner = fs::metadata(format!("/proc/{pid}/mem")).unwrap().uid();
        (owner, core.join(" "))
    };
    let (ours, theirs) = (look(daemon.id()), look(other.id()));
    for process in [&mut daemon, &mut other] {
        process.kill().unwrap();
        process.wait().unwrap();
    }
    assert_eq!(ours, (0, "0 0".to_owned()));
    assert_eq!(theirs.0, NOBODY);
}

/// The locked memory of a process in kB.
fn locked(pid: u32) -> u32 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmLck:"));
    let kilobytes = line.unwrap().split_whitespace().nth(1).unwrap();
    kilobytes.parse().unwrap()
}

#[test]
fn a_password_that_waits_for_a_signature_is_in_one_locked_page_and_nowhere_once_it_is_wiped() {
    // What is returned stays open until memory was searched.
    type Wipe = fn(&Daemon, Port, &Value) -> Option<Port>;
    // And how much is locked then.
    let wipes: [(&str, u32, Wipe); 4] = [
        ("used", 0, |daemon, mut port, certificate| {
            // Whatever is typed, the window that asks to agree is answered with yes.
            daemon.person.will_type(&["yes"]);
            let mut params = sign(1);
            params["certificate"] = certificate.clone();
            assert!(port.call(2, "sign", params)["signatures"].is_array());
            Some(port)
        }),
        ("cancel", 0, |_, mut port, _| {
            port.call(2, "cancel", json!({"id": 1}));
            Some(port)
        }),
        (
            "another request, which does not end",
            WINDOW,
            |daemon, mut port, _| {
                daemon.person.will_wait();
                port.send(2, "authenticate", log_in());
                Some(port)
            },
        ),
        ("the page is gone", 0, |_, port, _| {
            drop(port);
            None
        }),
    ];
    let _plugged = PluggedIn::new(&format!("[pins]\nsignature = '{PASSWORD}'"));
    let daemon = Daemon::start();
    for (how, left, wipe) in wipes {
        let mut port = Port::open(&daemon);
        daemon.person.will_type(&[PASSWORD]);
        let holding = json!({"kind": "signature", "origin": ORIGIN, "hold": true});
        let answer = port.call(1, "certificate", holding);
        assert_eq!(answer["heldSeconds"], 30, "{}", daemon.log());
        await_locked(&daemon, PAGE);
        assert_eq!(occurs(&memory_of(daemon.pid()), PASSWORD), 1, "{how}");

        let _port = wipe(&daemon, port, &answer["certificate"]);
        await_locked(&daemon, left);
        let memory = memory_of(daemon.pid());
        for half in [&PASSWORD[..8], &PASSWORD[8..]] {
            assert_eq!(occurs(&memory, half), 0, "{how}");
        }
    }
    assert_eq!(daemon.person.times_told("CONFIRM"), 1);
}

/// Waits until so much memory is locked: an exchange goes on after its answer, until the card is closed.
fn await_locked(daemon: &Daemon, kilobytes: u32) {
    let begin = Instant::now();
    while locked(daemon.pid()) != kilobytes {
        assert!(begin.elapsed() < SOON, "not {kilobytes} kB are locked");
        thread::sleep(Duration::from_millis(5));
    }
}

/// All that the process may write to.
fn memory_of(pid: u32) -> Vec<u8> {
    let maps = fs::read_to_string(format!("/proc/{pid}/maps")).unwrap();
    let mut memory = File::open(format!("/proc/{pid}/mem")).unwrap();
    let mut all = Vec::new();
    for line in maps.lines() {
        let (range, rest) = line.split_once(' ').unwrap();
        if !rest.starts_with("rw") {
            continue;
        }
        let (start, end) = range.split_once('-').unwrap();
        let [start, end] = [start, end].map(|address| u64::from_str_radix(address, 16).unwrap());
        memory.seek(SeekFrom::Start(start)).unwrap();
        let mut region = vec![0; usize::try_from(end - start).unwrap()];
        // Guard pages cannot be read.
        if memory.read_exact(&mut region).is_ok() {
            all.append(&mut region);
        }
    }
    all
}

fn occurs(memory: &[u8], text: &str) -> usize {
    memory
        .windows(text.len())
        .filter(|window| *window == text.as_bytes())
        .count()
}
