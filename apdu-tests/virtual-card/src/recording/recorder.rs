//! Writes a recording while it happens.

use std::io::{self, Write};

use super::{Command, HEADER, Hex, NOTHING, Start};
use crate::reader::Event;

/// Writes what happens in a reader as a recording.
///
/// Each answer is written before it goes on: what was recorded stays if the program ends at once.
#[derive(Debug)]
pub struct Recorder<W> {
    out: W,
    profile: String,
    has_header: bool,
    start: Option<Start>,
}

impl<W: Write> Recorder<W> {
    /// A recorder of a card that was made by this profile. The first card that is inserted makes the header.
    pub fn new(out: W, profile: &str) -> Self {
        Self {
            out,
            profile: profile.replace(char::is_control, " "),
            has_header: false,
            start: None,
        }
    }

    /// Writes an event. Power without a command after it is not worth a line.
    ///
    /// # Errors
    /// What writing failed with.
    pub fn record(&mut self, event: Event<'_>) -> io::Result<()> {
        match event {
            Event::Inserted { atr } => self.insert(atr),
            Event::Removed => self.write("# the card is removed\n"),
            Event::PowerOn => self.begin(Start::PowerOn),
            Event::Reset => self.begin(Start::Reset),
            Event::Exchange { command, answer } => {
                let start = self.start.take();
                let start = start.map(|start| format!("\n{}\n", start.as_str()));
                let answer = answer.map_or_else(|_| NOTHING.to_owned(), |a| Hex(a).to_string());
                self.write(&format!(
                    "{}> {}\n< {answer}\n",
                    start.unwrap_or_default(),
                    Command::of(command)
                ))
            }
        }
    }

    fn insert(&mut self, atr: &[u8]) -> io::Result<()> {
        self.start = Some(Start::PowerOn);
        if self.has_header {
            return self.write("# a card is inserted\n");
        }
        self.has_header = true;
        let profile = &self.profile;
        self.write(&format!("{HEADER}\nprofile {profile}\natr {}\n", Hex(atr)))
    }

    #[expect(clippy::unnecessary_wraps, reason = "one arm among others that write")]
    fn begin(&mut self, start: Start) -> io::Result<()> {
        self.start = self.start.max(Some(start));
        Ok(())
    }

    fn write(&mut self, text: &str) -> io::Result<()> {
        self.out.write_all(text.as_bytes())?;
        self.out.flush()
    }
}
