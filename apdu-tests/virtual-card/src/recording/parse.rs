//! Reads a recording, strictly and within bounds.

use super::{Command, HEADER, NOTHING, Recording, Start, Step};

/// The longest recording, in bytes.
pub const MAX_LENGTH: usize = 16 * 1024 * 1024;
/// The longest command and the longest answer: an extended APDU.
const MAX_APDU: usize = 4 + 3 + 65_535 + 2;
/// ISO/IEC 7816-3: TS and at most 32 characters.
const MAX_ATR: usize = 33;

/// Why a text is no recording.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("line {line}: {reason}")]
pub struct ParseError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub reason: &'static str,
}

pub(super) fn recording(text: &str) -> Result<Recording, ParseError> {
    let fails = |line, reason| Err(ParseError { line, reason });
    if text.len() > MAX_LENGTH {
        return fails(1, "a recording has at most 16 MiB");
    }
    let mut lines = (1..).zip(text.lines());
    let mut header = |reason| {
        let missing = ParseError { line: 1, reason };
        lines.next().ok_or(missing)
    };
    let (_, first) = header("the recording is empty")?;
    if first != HEADER {
        return fails(1, "a recording begins with `jpki-virtual-card recording 1`");
    }
    let (line, profile) = header("`profile NAME` is missing")?;
    let Some(profile) = profile.strip_prefix("profile ") else {
        return fails(line, "`profile NAME` comes second");
    };
    let (line, atr) = header("`atr BYTES` is missing")?;
    let Some(atr) = atr.strip_prefix("atr ") else {
        return fails(line, "`atr BYTES` comes third");
    };
    let atr = bytes(atr, MAX_ATR).map_err(|reason| ParseError { line, reason })?;
    let mut steps = Steps::default();
    let mut last = line;
    for (line, text) in lines {
        last = line;
        steps
            .read(line, text)
            .map_err(|reason| ParseError { line, reason })?;
    }
    if steps.command.is_some() {
        return fails(last, "the last command has no answer");
    }
    if steps.start.is_some() {
        return fails(last, "no command follows");
    }
    if steps.done.is_empty() {
        return fails(last, "there is no command");
    }
    Ok(Recording {
        profile: profile.to_owned(),
        atr,
        steps: steps.done,
    })
}

#[derive(Default)]
struct Steps {
    done: Vec<Step>,
    start: Option<Start>,
    /// A command that waits for its answer, and its line.
    command: Option<(usize, Command)>,
}

impl Steps {
    fn read(&mut self, line: usize, text: &str) -> Result<(), &'static str> {
        if text.is_empty() || text.starts_with('#') {
            return Ok(());
        }
        if let Some(answer) = text.strip_prefix("< ") {
            let (line, command) = self
                .command
                .take()
                .ok_or("no command asked for this answer")?;
            let answer = (answer != NOTHING)
                .then(|| bytes(answer, MAX_APDU))
                .transpose()?;
            self.done.push(Step {
                line,
                start: self.start.take(),
                command,
                answer,
            });
            return Ok(());
        }
        if self.command.is_some() {
            return Err("the command before has no answer");
        }
        if let Some(text) = text.strip_prefix("> ") {
            if self.done.is_empty() && self.start != Some(Start::PowerOn) {
                return Err("`power on` comes before the first command");
            }
            self.command = Some((line, command(text)?));
            return Ok(());
        }
        let start = Start::ALL.into_iter().find(|start| start.as_str() == text);
        let start =
            start.ok_or("a line is `power on`, `reset`, `> COMMAND`, `< ANSWER` or `# comment`")?;
        match self.start.replace(start) {
            Some(_) => Err("no command came since the line before that"),
            None => Ok(()),
        }
    }
}

fn command(text: &str) -> Result<Command, &'static str> {
    let text = text.split_once('#').map_or(text, |(command, _)| command);
    let (shown, secret) = match text.split_once('[') {
        None => (text, 0),
        Some((shown, rest)) => {
            let number = rest.trim_end().strip_suffix(" secret bytes]");
            let number = number.and_then(|number| number.parse().ok());
            let number = number.filter(|number| (1..=MAX_APDU).contains(number));
            (
                shown,
                number.ok_or("a secret is written `[4 secret bytes]`")?,
            )
        }
    };
    let shown = bytes(shown, MAX_APDU)?;
    Command::from_recording(shown, secret).ok_or(
        "data of a command that may bring a PIN is written `[4 secret bytes]`, and no other data is",
    )
}

fn bytes(text: &str, limit: usize) -> Result<Vec<u8>, &'static str> {
    let mut bytes = Vec::new();
    for pair in text.split_ascii_whitespace() {
        if pair.len() != 2 || !pair.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return Err("bytes are pairs of hexadecimal digits with blanks between");
        }
        if bytes.len() >= limit {
            return Err("there are too many bytes");
        }
        bytes.push(u8::from_str_radix(pair, 16).map_err(|_| "a byte has two hexadecimal digits")?);
    }
    match bytes.is_empty() {
        true => Err("bytes are missing"),
        false => Ok(bytes),
    }
}
