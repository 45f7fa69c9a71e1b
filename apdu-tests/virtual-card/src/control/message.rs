//! What goes over the control socket.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::names;
use crate::reader::Fault;

/// The longest line either way, in bytes, its end included.
pub const MAX_LINE: usize = 64 * 1024;

/// What to do. Its JSON: `{"action": "status"}`, `{"slot": 1, "action": {"swap": {"profile": "child"}}}`,
/// `{"action": {"arm": {"tear": {"nth": 3}}}}`.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// Which slot, from 0. Without one, `status` means all, any other action the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slot: Option<usize>,
    /// What to do there.
    pub action: Action,
}

/// What to do with a slot.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Action {
    /// Nothing but look.
    Status,
    /// Put a card in.
    Insert {
        /// A profile's name or file; without one the card that was there before, with its counters.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        profile: Option<String>,
    },
    /// Take the card out.
    Remove,
    /// Put another card in the place of the one that is there, if any.
    Swap {
        /// A profile's name or file.
        profile: String,
    },
    /// Arm a fault.
    Arm(Fault),
    /// End all faults.
    Heal,
}

/// What came of it: `{"slots": […]}` or `{"error": "…"}`.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// Done; the slots that were meant, as they are now.
    Slots(Vec<SlotStatus>),
    /// Not done: why, and what to do.
    Error(String),
}

/// A slot as it is.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SlotStatus {
    /// Its number, from 0.
    pub slot: usize,
    /// The profile of the card that is in it or was in it last.
    pub profile: String,
    /// Whether the card is in.
    pub inserted: bool,
    /// Whether the card has power.
    pub powered: bool,
    /// The name (AID) of the selected application, in hexadecimal; `None` while the slot is empty.
    pub selected_application: Option<String>,
    /// The PINs of the card that is in.
    pub pins: Vec<PinStatus>,
    /// The faults that are armed.
    pub faults: Vec<Fault>,
    /// The APDUs that reached a card in this slot, ever.
    pub apdus: u64,
}

/// A PIN as it is.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PinStatus {
    /// The name (AID) of its application, in hexadecimal.
    pub application: String,
    /// The id of its EF, in hexadecimal.
    pub file: String,
    /// What people call it; `None` for one that is not known.
    pub name: Option<String>,
    /// The tries left; 0 is blocked.
    pub tries_left: u8,
    /// Whether it is verified.
    pub verified: bool,
}

impl fmt::Display for SlotStatus {
    /// Several lines, for people.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            slot,
            profile,
            apdus,
            ..
        } = self;
        let card = match (self.inserted, self.powered) {
            (false, _) => "empty, last",
            (true, false) => "inserted without power:",
            (true, true) => "inserted:",
        };
        writeln!(f, "slot {slot}, {card} {profile}, {apdus} APDUs")?;
        if let Some(application) = &self.selected_application {
            writeln!(f, "  selected  {}", with_name(application))?;
        }
        for pin in &self.pins {
            writeln!(f, "  PIN       {pin}")?;
        }
        for fault in &self.faults {
            writeln!(f, "  armed     {fault}")?;
        }
        Ok(())
    }
}

impl fmt::Display for PinStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", with_name(&self.application), self.file)?;
        if let Some(name) = &self.name {
            write!(f, " {name}")?;
        }
        f.write_str(": ")?;
        match self.tries_left {
            0 => f.write_str("blocked")?,
            1 => f.write_str("1 try left")?,
            tries => write!(f, "{tries} tries left")?,
        }
        f.write_str(if self.verified { ", verified" } else { "" })
    }
}

/// An AID with what people call its application.
fn with_name(application: &str) -> String {
    match names::application(application) {
        Some(name) => format!("{application} ({name})"),
        None => application.to_owned(),
    }
}
