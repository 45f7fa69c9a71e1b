//! Plays stories about the card: in this process, through pcscd, or with a real card.

use std::io::{self, BufRead as _, IsTerminal as _, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use apdu_tests::scenario::{
    self, BehindPcscd, InProcess, RealCard, Report, Stage, StageError, Story, StoryError, Verdict,
    check_harmless, play, play_unknown_card,
};
use clap::Parser;

/// Every story passed.
const PASSED: u8 = 0;
/// A story failed, or was refused.
const FAILED: u8 = 1;
/// Nothing was played: a file is no story, there is no card, nobody agreed.
const NOT_PLAYED: u8 = 2;

const CONFIRMATION: &str = "yes";

/// Plays stories about the My Number card.
///
/// Without a flag the software card plays them in this process.
#[derive(Parser)]
#[command(after_help = "Exit status: 0 every story passed, 1 one did not, 2 nothing was played.")]
struct Arguments {
    /// Through pcscd and vpcd, with the software card.
    #[arg(long, conflicts_with = "dangerous_real_card")]
    vpcd: bool,
    /// With the card in a real reader. Only stories marked harmless, and only commands that cost and change nothing.
    #[arg(long)]
    dangerous_real_card: bool,
    /// The reader; without it the first that holds a card.
    #[arg(long, value_name = "NAME", requires = "dangerous_real_card")]
    reader: Option<String>,
    /// Agree without being asked.
    #[arg(long, requires = "dangerous_real_card")]
    yes: bool,
    /// Write the report as JSON.
    #[arg(long)]
    json: bool,
    /// Story files; without any all of apdu-tests/scenarios.
    files: Vec<PathBuf>,
}

#[derive(Debug, thiserror::Error)]
enum Problem {
    #[error("{0}")]
    Story(PathBuf, #[source] StoryError),
    #[error("the stories cannot be listed")]
    Directory(#[source] io::Error),
    #[error(transparent)]
    Stage(#[from] StageError),
    #[error("nobody agreed: type {CONFIRMATION} when asked, or say --yes")]
    NotAgreed,
    #[error("the terminal or the output is gone")]
    Io(#[from] io::Error),
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(true) => PASSED.into(),
        Ok(false) => FAILED.into(),
        Err(problem) => {
            let Verdict::Refused(why) = Verdict::refused(&problem) else {
                return NOT_PLAYED.into();
            };
            writeln!(io::stderr(), "card-scenarios: {why}").ok();
            NOT_PLAYED.into()
        }
    }
}

/// Whether every story passed.
fn run(arguments: &Arguments) -> Result<bool, Problem> {
    let report = if arguments.dangerous_real_card {
        with_the_real_card(arguments)?
    } else {
        let mut stage: Box<dyn Stage> = if arguments.vpcd {
            Box::new(BehindPcscd::new())
        } else {
            Box::new(InProcess::new())
        };
        let mut report = Report::default();
        for story in stories(arguments)? {
            let outcomes = play(&story, stage.as_mut()).map(Verdict::WithItsCards);
            report.add(
                &story.name,
                outcomes.unwrap_or_else(|e| Verdict::refused(&e)),
            );
        }
        report
    };
    let mut output = io::stdout().lock();
    if arguments.json {
        writeln!(output, "{:#}", report.to_json())?;
    } else {
        write!(output, "{report}")?;
    }
    Ok(report.passed())
}

fn stories(arguments: &Arguments) -> Result<Vec<Story>, Problem> {
    let files = if arguments.files.is_empty() {
        scenario::files(scenario::DIRECTORY).map_err(Problem::Directory)?
    } else {
        arguments.files.clone()
    };
    let load = |file: PathBuf| Story::load(&file).map_err(|error| Problem::Story(file, error));
    files.into_iter().map(load).collect()
}

/// Looks at every story before the card is touched: one that is not harmless keeps all others from it.
fn with_the_real_card(arguments: &Arguments) -> Result<Report, Problem> {
    let mut stories = stories(arguments)?;
    if arguments.files.is_empty() {
        stories.retain(|story| story.harmless);
    }
    let mut report = Report::default();
    for story in &stories {
        if let Err(danger) = check_harmless(story) {
            report.add(&story.name, Verdict::refused(&danger));
        }
    }
    if !report.is_empty() {
        return Ok(report);
    }
    let mut card = RealCard::in_reader(arguments.reader.as_deref())?;
    if !arguments.yes {
        ask(&card.reader(), stories.len())?;
    }
    for story in &stories {
        let outcomes = play_unknown_card(story, &mut card).map(Verdict::WithOneCard);
        report.add(
            &story.name,
            outcomes.unwrap_or_else(|e| Verdict::refused(&e)),
        );
    }
    Ok(report)
}

fn ask(reader: &str, stories: usize) -> Result<(), Problem> {
    if !io::stdin().is_terminal() {
        return Err(Problem::NotAgreed);
    }
    let mut output = io::stderr().lock();
    write!(
        output,
        "Play {stories} stories with the card in {reader}? The card is reset and read; no PIN is sent, no try spent,\n\
         nothing signed or changed. No other program can use the card meanwhile. Type {CONFIRMATION}: "
    )?;
    output.flush()?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    if answer.trim() == CONFIRMATION {
        Ok(())
    } else {
        Err(Problem::NotAgreed)
    }
}
