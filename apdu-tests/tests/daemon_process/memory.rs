//! After its use no PIN is found in the daemon's memory.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{Read as _, Seek as _, SeekFrom};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use apdu_tests::bench::{NONCE, log_in, sign};
use apdu_tests::daemon::program;
use apdu_tests::pcscd::PATIENCE;
use apdu_tests::{Daemon, ORIGIN, PluggedIn, Port};
use jpki_virtual_card::Fault;
use serde_json::{Value, json};
use tempfile::TempDir;

/// Passwords that come up in no memory by chance.
const PASSWORD: &str = "XQ7Z9KWJ3VPLT8RM";
const WRONG_PASSWORD: &str = "YH4B6NDGC2FSU5EA";

/// Debian's `nobody` and `nogroup`.
const NOBODY: u32 = 65_534;

/// The locked memory of a password that waits, in kB.
const PAGE: u32 = 4;

/// The locked memory of a window in which nothing is typed yet, in kB: what is received, the data in it, and the PIN.
const WINDOW: u32 = 3 * PAGE;

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

#[tokio::test]
async fn while_a_password_is_sent_to_the_card_it_is_in_locked_memory_alone() {
    let plugged = PluggedIn::new(&format!("[pins]\nsignature = '{PASSWORD}'"));
    plugged.reader().arm(Fault::Slow {
        delay: Duration::from_millis(200),
    });
    let daemon = Daemon::start();
    daemon.person.will_type(&[PASSWORD]);
    let mut client = daemon.client().await;
    let request = tokio::spawn(async move { client.call("sign", sign(1)).await.unwrap() });
    let verify = [&[0x00, 0x20, 0x00, 0x9B, 16], PASSWORD.as_bytes()].concat();
    let regions = loop {
        assert!(!request.is_finished(), "VERIFY was not seen");
        let regions = regions_of(daemon.pid());
        // Of all memory this is little.
        let mut locked = regions.iter().filter(|region| region.locked);
        if locked.any(|region| finds(&region.bytes, &verify) > 0) {
            break regions;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    };
    let in_memory_that_is = |locked| -> usize {
        let regions = regions.iter().filter(|region| region.locked == locked);
        regions
            .map(|region| finds(&region.bytes, PASSWORD.as_bytes()))
            .sum()
    };
    assert_eq!((in_memory_that_is(true), in_memory_that_is(false)), (1, 0));
    request.await.unwrap();
}

#[test]
fn no_pin_is_asked_for_where_memory_cannot_be_locked() {
    let place = TempDir::new().unwrap();
    let of_place = |name| place.path().join(name);
    let asked = of_place("asked");
    fs::write(
        of_place("pinentry"),
        format!("#!/bin/sh\ntouch '{}'\n", asked.display()),
    )
    .unwrap();
    fs::set_permissions(of_place("pinentry"), fs::Permissions::from_mode(0o755)).unwrap();
    for (limit, code, is_asked) in [(0, "internal", false), (64, "prompt_unavailable", true)] {
        // Root locks as much as it likes.
        let mut daemon = start_as_nobody(&place, "sh", |sh| {
            sh.args(["-c", &format!("ulimit -l {limit}; exec \"$0\" \"$@\"")]);
            sh.arg(of_place("jpkid"))
                .args(["serve", "--virtual-card", "adult"]);
            sh.env("JPKID_PINENTRY", of_place("pinentry"));
        });
        await_socket(&place);
        let mut jpki = start_as_nobody(&place, of_place("jpki"), |jpki| {
            jpki.args([
                "--json",
                "authenticate",
                "--origin",
                ORIGIN,
                "--nonce",
                NONCE,
            ]);
            jpki.stdout(Stdio::piped());
        });
        let mut answer = String::new();
        jpki.stdout
            .take()
            .unwrap()
            .read_to_string(&mut answer)
            .unwrap();
        jpki.wait().unwrap();
        kill(&mut daemon);
        let answer: Value = serde_json::from_str(&answer).unwrap();
        assert_eq!(answer["error"]["code"], code, "{answer}");
        assert_eq!(asked.exists(), is_asked, "{answer}");
    }
}

/// Programs of the same user may read each other's memory, and the kernel writes cores, only of what is dumpable: the
/// files of a process that is not belong to root.
#[test]
fn the_daemons_memory_is_closed_to_its_own_user_and_to_cores() {
    let place = TempDir::new().unwrap();
    let of_place = |name| place.path().join(name);
    let mut daemon = start_as_nobody(&place, of_place("jpkid"), |jpkid| {
        jpkid.args(["serve", "--virtual-card", "adult"]);
    });
    let mut other = start_as_nobody(&place, "sleep", |sleep| {
        sleep.arg("60");
    });
    await_socket(&place);
    let look = |pid: u32| {
        let limits = fs::read_to_string(format!("/proc/{pid}/limits")).unwrap();
        let core = limits.lines().find(|line| line.starts_with("Max core"));
        let core: Vec<_> = core.unwrap().split_whitespace().skip(4).take(2).collect();
        let owner = fs::metadata(format!("/proc/{pid}/mem")).unwrap().uid();
        (owner, core.join(" "))
    };
    let (ours, theirs) = (look(daemon.id()), look(other.id()));
    kill(&mut daemon);
    kill(&mut other);
    assert_eq!(ours, (0, "0 0".to_owned()));
    assert_eq!(theirs.0, NOBODY);
}

/// Starts a program as Debian's `nobody`, who owns the place. The user may not see where ours were built: they lie there.
fn start_as_nobody(
    place: &TempDir,
    program_to_start: impl AsRef<OsStr>,
    with: impl FnOnce(&mut Command),
) -> Child {
    let of_place = |name| place.path().join(name);
    chown(place, Some(NOBODY), Some(NOBODY)).unwrap();
    for name in ["jpkid", "jpki"] {
        if !of_place(name).exists() {
            fs::copy(program(name), of_place(name)).unwrap();
        }
    }
    let mut command = Command::new(program_to_start);
    command.uid(NOBODY).gid(NOBODY);
    command.env("JPKID_SOCKET", of_place("jpkid.sock"));
    command
        .env("HOME", place.path())
        .env("XDG_STATE_HOME", place.path());
    command.env_remove("XDG_CONFIG_HOME");
    command.env("JPKI_VIRTUAL_CARD_CACHE", of_place("keys"));
    command.stderr(Stdio::null());
    with(&mut command);
    command.spawn().unwrap()
}

/// Waits until a daemon listens there.
fn await_socket(place: &TempDir) {
    let begin = Instant::now();
    while UnixStream::connect(place.path().join("jpkid.sock")).is_err() {
        assert!(begin.elapsed() < PATIENCE, "no daemon");
        thread::sleep(Duration::from_millis(20));
    }
}

fn kill(process: &mut Child) {
    process.kill().unwrap();
    process.wait().unwrap();
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

/// Memory that a process may write to.
struct Region {
    bytes: Vec<u8>,
    locked: bool,
}

/// All that the process may write to.
fn regions_of(pid: u32) -> Vec<Region> {
    let maps = fs::read_to_string(format!("/proc/{pid}/smaps")).unwrap();
    let mut memory = File::open(format!("/proc/{pid}/mem")).unwrap();
    let mut regions = Vec::<Region>::new();
    let mut writable = false;
    for line in maps.lines() {
        let (first, rest) = line.split_once(' ').unwrap();
        match (first, first.split_once('-')) {
            ("VmFlags:", _) if writable => {
                regions.last_mut().unwrap().locked = rest.split(' ').any(|flag| flag == "lo");
            }
            (_, Some((start, end))) => {
                writable = rest.starts_with("rw");
                if !writable {
                    continue;
                }
                let [start, end] =
                    [start, end].map(|address| u64::from_str_radix(address, 16).unwrap());
                memory.seek(SeekFrom::Start(start)).unwrap();
                let mut bytes = vec![0; usize::try_from(end - start).unwrap()];
                if memory.read_exact(&mut bytes).is_err() {
                    // Guard pages cannot be read.
                    bytes.clear();
                }
                regions.push(Region {
                    bytes,
                    locked: false,
                });
            }
            _ => {}
        }
    }
    regions
}

fn memory_of(pid: u32) -> Vec<u8> {
    let regions = regions_of(pid).into_iter();
    regions.flat_map(|region| region.bytes).collect()
}

fn occurs(memory: &[u8], text: &str) -> usize {
    finds(memory, text.as_bytes())
}

fn finds(memory: &[u8], bytes: &[u8]) -> usize {
    memory
        .windows(bytes.len())
        .filter(|window| *window == bytes)
        .count()
}
