//! Starts the daemon for a client that found none.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::process::{Child, Command};
use tokio::time::{Instant, sleep};

use super::{Client, ConnectError, nobody_listens};
use crate::ipc::socket::SocketPlace;

/// The daemon listens some ten milliseconds after its start; a slow disk may take longer.
const START_TIMEOUT: Duration = Duration::from_secs(5);

/// A daemon that ended at once may have met another that was just starting: that one gets this long.
const RIVAL_TIMEOUT: Duration = Duration::from_secs(1);

const FIRST_PAUSE: Duration = Duration::from_millis(5);
const LONGEST_PAUSE: Duration = Duration::from_millis(100);

/// The end of the log that is worth showing.
const LOG_TAIL_LEN: u64 = 4096;

pub(super) async fn start_and_connect(
    place: &SocketPlace,
    program: &Path,
) -> Result<Client, ConnectError> {
    place.prepare_directory()?;
    let log = place.path().with_extension("log");
    let mut daemon = spawn(program, &log).map_err(|source| ConnectError::Start {
        program: program.to_owned(),
        source,
    })?;
    let mut deadline = Instant::now().checked_add(START_TIMEOUT);
    let mut ended = false;
    let mut pause = FIRST_PAUSE;
    loop {
        match Client::connect(place.path()).await {
            Err(ConnectError::Connect { source, .. }) if nobody_listens(&source) => {}
            other => return other,
        }
        if !ended && matches!(daemon.try_wait(), Ok(Some(_))) {
            ended = true;
            deadline = deadline.min(Instant::now().checked_add(RIVAL_TIMEOUT));
        }
        if deadline.is_none_or(|deadline| Instant::now() >= deadline) {
            return Err(ConnectError::NotReady {
                program: program.to_owned(),
                last_line: last_line(&log),
                log,
            });
        }
        sleep(pause).await;
        pause = pause.saturating_mul(2).min(LONGEST_PAUSE);
    }
}

/// The daemon outlives its starter: nothing of the starter's stdin and stdout, and it begins a session of
/// its own, so that Ctrl-C in the starter's terminal does not reach it.
fn spawn(program: &Path, log: &PathBuf) -> io::Result<Child> {
    let log = OpenOptions::new()
        .create(true)
        .truncate(false)
        .append(true)
        .mode(0o600)
        .custom_flags(rustix::fs::OFlags::NOFOLLOW.bits().cast_signed())
        .open(log)?;
    // Each start begins the log anew, so that it cannot grow for ever.
    log.set_len(0)?;
    Command::new(program)
        .arg("serve")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(log)
        .spawn()
}

fn last_line(log: &Path) -> Option<String> {
    let mut file = File::open(log).ok()?;
    let length = file.metadata().ok()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(LOG_TAIL_LEN)))
        .ok()?;
    let mut tail = Vec::new();
    file.take(LOG_TAIL_LEN).read_to_end(&mut tail).ok()?;
    String::from_utf8_lossy(&tail)
        .lines()
        .rfind(|line| !line.trim().is_empty())
        .map(ToOwned::to_owned)
}
