//! Many log-ins one after another, and what they leave in the daemon's process.

use std::fs;
use std::time::{Duration, Instant};

use jpkid::ipc::client::Client;
use tokio::time::sleep;

use crate::Daemon;
use crate::bench::log_in;

/// Answers that wait for a window at a time: the prompt program looks through all of them.
const BATCH: usize = 50;

/// Threads for what blocks come and go by need.
const SPARE_THREADS: u64 = 2;

/// A prompt program or a thread that is ending is no longer there after this.
const TIME_TO_END: Duration = Duration::from_secs(5);

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

/// Waits until what has ended is gone, and tells what is left.
///
/// # Panics
/// If it is more than `before`, but for so much memory (KiB) as the allocator may keep.
pub async fn assert_no_growth(daemon: &Daemon, before: Holdings, spare_memory: u64) -> Holdings {
    let most = Holdings {
        memory: before.memory.saturating_add(spare_memory),
        descriptors: before.descriptors,
        threads: before.threads.saturating_add(SPARE_THREADS),
    };
    let begin = Instant::now();
    loop {
        let now = Holdings::of(daemon.pid());
        if now.memory <= most.memory
            && now.descriptors <= most.descriptors
            && now.threads <= most.threads
        {
            return now;
        }
        assert!(
            begin.elapsed() < TIME_TO_END,
            "{before:?} became {now:?}, more than {most:?}"
        );
        sleep(Duration::from_millis(50)).await;
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
