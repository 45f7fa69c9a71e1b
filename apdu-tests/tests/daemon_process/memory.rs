//! After its use no PIN is found in the daemon's memory.

use std::fs::{self, File};
use std::io::{Read as _, Seek as _, SeekFrom};

use apdu_tests::bench::{log_in, sign};
use apdu_tests::{Daemon, PluggedIn};

/// Passwords that come up in no memory by chance.
const PASSWORD: &str = "XQ7Z9KWJ3VPLT8RM";
const WRONG_PASSWORD: &str = "YH4B6NDGC2FSU5EA";

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
