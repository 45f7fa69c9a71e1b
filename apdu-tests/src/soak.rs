//! Many log-ins one after another, and what they leave in the daemon's process.

use std::fs;
use std::time::{Duration, Instant};

use jpkid::ipc::client::Client;

use crate::Daemon;
use crate::bench::log_in;

/// Answers that wait for a window at a time: the prompt program looks through all of them.
const BATCH: usize = 50;

/// What a process holds of the system's.
#[derive(Clone, Copy, Debug)]
pub struct Holdings {
    /// Resident memory, in KiB.
    pub memory: u64,
    /// Open file descriptors.
    pub descriptors: u64,
    /// Threads.
    pub threads: u64,
}

impl Holdings {
    /// Of the process of this id. Needs root: the daemon hides its descriptors from its own user.
    #[must_use]
    pub fn of(pid: u32) -> Self {
        let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
        let field = |name: &str| -> u64 {
            let line = status.lines().find(|line| line.starts_with(name)).unwrap();
            line.split_whitespace().nth(1).unwrap().parse().unwrap()
        };
        let descriptors = fs::read_dir(format!("/proc/{pid}/fd")).unwrap().count();
        Self {
            memory: field("VmRSS:"),
            descriptors: u64::try_from(descriptors).unwrap(),
            threads: field("Threads:"),
        }
    }
}

/// Logs in so many times; how long each took, with its window.
pub async fn log_in_often(daemon: &Daemon, client: &mut Client, logins: usize) -> Vec<Duration> {
    let mut times = Vec::new();
    for number in 0..logins {
        if number % BATCH == 0 {
            let batch = BATCH.min(logins.saturating_sub(number));
            daemon.person.will_type(&vec!["1234"; batch]);
        }
        let begin = Instant::now();
        let answer = client.call("authenticate", log_in()).await;
        times.push(begin.elapsed());
        answer.unwrap_or_else(|error| panic!("log-in {number}: {error}\n{}", daemon.log()));
    }
    times
}
