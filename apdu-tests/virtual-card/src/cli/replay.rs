//! `replay`: a recording in vpcd's reader, instead of a card.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use jpki_virtual_card::recording::{MAX_LENGTH, Recording, Replay};
use jpki_virtual_card::vpcd::{self, Patience};
use jpki_virtual_card::with_causes;

use super::failure::{self, Failure};
use super::signals;
use super::vpcd_arguments::{self, VpcdArguments};

#[derive(clap::Args)]
pub(super) struct Replaying {
    /// A recording that --record made.
    file: PathBuf,
    #[command(flatten)]
    vpcd: VpcdArguments,
    /// How long to wait, after the last command, for one that the recording does not have; in milliseconds.
    #[arg(long, value_name = "MS", default_value_t = 1000)]
    grace: u64,
    /// How long to wait for each further command after the first came, in seconds; then the replay fails, and names the
    /// command that is missing. 0 waits for ever.
    #[arg(long, value_name = "SECONDS", default_value_t = 30)]
    timeout: u64,
    /// Print the result to standard output as a JSON object: `complete`, `commands`, `played`, and `error`, which is null
    /// where all is right.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: &Replaying) -> Result<(), Failure> {
    let recording = read(&arguments.file)?;
    let commands = recording.commands();
    let replay = Arc::new(Mutex::new(Replay::behind_pcscd(recording)));
    let route = arguments.vpcd.route(0)?;
    let patience = Patience {
        grace: Duration::from_millis(arguments.grace),
        idle: (arguments.timeout > 0).then(|| Duration::from_secs(arguments.timeout)),
    };
    let (end, ended) = mpsc::channel();
    let by_signal = end.clone();
    signals::on_end(move || by_signal.send(None).unwrap_or_default())?;
    thread::spawn({
        let replay = Arc::clone(&replay);
        move || {
            vpcd_arguments::warn_of_the_network(&route);
            end.send(Some(vpcd::replay(&route, &replay, patience)))
        }
    });
    let ended = ended.recv();
    let replay = replay.lock().unwrap_or_else(PoisonError::into_inner);
    let outcome = match ended {
        Ok(Some(played)) => played.map_err(Failure::from),
        // A signal: what was not asked for by now is left over.
        Ok(None) | Err(_) => replay.finish().map_err(Failure::from),
    };
    if arguments.json {
        let result = serde_json::json!({
            "complete": outcome.is_ok(),
            "commands": commands,
            "played": replay.played(),
            "error": outcome.as_ref().err().map(|failure| with_causes(failure)),
        });
        failure::print(format!("{result:#}\n").as_bytes())?;
    }
    outcome?;
    eprintln!("jpki-virtual-card: all {commands} commands were asked for, in order");
    Ok(())
}

fn read(path: &Path) -> Result<Recording, Failure> {
    let failed = |source| Failure::Read {
        path: path.to_owned(),
        source,
    };
    let mut text = String::new();
    // One more than there may be, for the parser to see that it is too long.
    let limit = u64::try_from(MAX_LENGTH)
        .unwrap_or(u64::MAX)
        .saturating_add(1);
    File::open(path)
        .and_then(|file| file.take(limit).read_to_string(&mut text))
        .map_err(failed)?;
    Recording::parse(&text).map_err(|source| Failure::Recording {
        path: path.to_owned(),
        source,
    })
}
