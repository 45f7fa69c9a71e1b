//! A card as a thing that takes command bytes and gives answer bytes, and the readers it lies in.
//!
//! The seam to the hardware is bytes: everything above [`CardTransaction`] can be tested without a
//! reader, and PC/SC ([`pcsc`]) or the software card (`virtual_reader`) can stand below it.

mod channel;
pub mod pcsc;
#[cfg(feature = "virtual-card")]
pub mod virtual_reader;

use std::fmt;

use zeroize::Zeroizing;

use crate::apdu::ResponseTooShort;
pub use channel::{Channel, CommandError};

/// Why a card or reader could not be reached.
#[derive(Debug, thiserror::Error)]
pub enum TransportError {
    /// The smart card service does not run or has stopped.
    #[error("the smart card service does not run")]
    NoService,
    /// The system's policy denies this session the service or the card.
    #[error("the system's policy denies this session the card")]
    AccessDenied,
    /// The reader was unplugged, or never existed.
    #[error("there is no such reader")]
    NoReader,
    /// The reader is empty.
    #[error("there is no card in the reader")]
    NoCard,
    /// The card was pulled, or lost the reader's field, during the exchange.
    #[error("the card was removed")]
    CardRemoved,
    /// Another program reset the card during the exchange.
    #[error("another program reset the card")]
    CardReset,
    /// Another program holds the card for itself.
    #[error("another program holds the card")]
    Busy,
    /// The card does not answer.
    #[error("the card does not answer")]
    Unresponsive,
    /// The answer is no response APDU.
    #[error("the card's answer is broken")]
    BrokenAnswer(#[from] ResponseTooShort),
    /// Any other refusal of PC/SC.
    #[error("PC/SC refused to {attempted}")]
    Pcsc {
        /// What was asked of PC/SC.
        attempted: &'static str,
        /// Its answer.
        source: ::pcsc::Error,
    },
}

/// An exclusive exchange with one card, from begin to drop. The seam to the hardware is bytes.
pub trait CardTransaction {
    /// Sends one command APDU; returns the response APDU with its status word.
    ///
    /// # Errors
    /// [`TransportError`] if no answer came; the card may have carried out the command all the same.
    fn transmit(&mut self, command: &[u8]) -> Result<Zeroizing<Vec<u8>>, TransportError>;

    /// Ends the exchange and takes the card's power away: the last means to make it forget a verified PIN.
    ///
    /// # Errors
    /// [`TransportError`] if it is not known that the card lost its power.
    fn power_off(&mut self) -> Result<(), TransportError>;
}

/// A connected card, shared with other programs between exchanges.
pub trait Card {
    /// Begins an exchange that no other program can interrupt.
    ///
    /// # Errors
    /// [`TransportError`] if the card is gone or held by another program.
    fn begin(&mut self) -> Result<Box<dyn CardTransaction + '_>, TransportError>;
}

/// A number that changes whenever a card is inserted: the reader's event counter, and which service counted.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Insertion(pub u32);

/// A reader as the system lists it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Reader {
    /// The name that PC/SC gives it.
    pub name: String,
    /// The card that lies in it, if any.
    pub insertion: Option<Insertion>,
}

/// What happened at a reader.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum ReaderEvent {
    /// A reader was plugged in.
    ReaderInserted(String),
    /// A reader was unplugged.
    ReaderRemoved(String),
    /// A card was put into the reader of this name.
    CardInserted(String),
    /// The card left the reader of this name.
    CardRemoved(String),
}

/// Where cards come from.
pub trait CardSource: fmt::Debug + Send + Sync {
    /// Lists the readers and what lies in them. Touches no card.
    ///
    /// # Errors
    /// [`TransportError::NoService`], or what PC/SC refused.
    fn readers(&self) -> Result<Vec<Reader>, TransportError>;

    /// Connects to the card in the reader of this name, shared with other programs.
    ///
    /// # Errors
    /// [`TransportError::NoReader`], [`TransportError::NoCard`] and the like.
    fn connect(&self, reader: &str) -> Result<Box<dyn Card>, TransportError>;

    /// Blocks until something changes at a reader, and compares with `seen`, what was there before.
    ///
    /// # Errors
    /// [`TransportError`] where the system cannot tell; ask again later.
    fn wait_for_change(&self, seen: &[Reader]) -> Result<Vec<Reader>, TransportError>;
}

/// The events that lead from one list of readers to the next.
#[must_use]
pub fn events_between(before: &[Reader], after: &[Reader]) -> Vec<ReaderEvent> {
    let find = |readers: &[Reader], name: &str| -> Option<Option<Insertion>> {
        readers
            .iter()
            .find(|reader| reader.name == name)
            .map(|reader| reader.insertion)
    };
    let mut events = Vec::new();
    for Reader { name, insertion } in before {
        let now = find(after, name);
        if insertion.is_some() && now.flatten() != *insertion {
            events.push(ReaderEvent::CardRemoved(name.clone()));
        }
        if now.is_none() {
            events.push(ReaderEvent::ReaderRemoved(name.clone()));
        }
    }
    for Reader { name, insertion } in after {
        let then = find(before, name);
        if then.is_none() {
            events.push(ReaderEvent::ReaderInserted(name.clone()));
        }
        if insertion.is_some() && then.flatten() != *insertion {
            events.push(ReaderEvent::CardInserted(name.clone()));
        }
    }
    events
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reader(insertion: Option<u32>) -> Vec<Reader> {
        vec![Reader {
            name: "r".to_owned(),
            insertion: insertion.map(Insertion),
        }]
    }

    #[test]
    fn a_new_reader_with_a_card_is_two_events() {
        assert_eq!(
            events_between(&[], &reader(Some(1))),
            [
                ReaderEvent::ReaderInserted("r".into()),
                ReaderEvent::CardInserted("r".into())
            ]
        );
        assert_eq!(
            events_between(&reader(Some(1)), &[]),
            [
                ReaderEvent::CardRemoved("r".into()),
                ReaderEvent::ReaderRemoved("r".into())
            ]
        );
    }

    #[test]
    fn a_card_swapped_between_two_looks_was_removed_and_inserted() {
        assert_eq!(
            events_between(&reader(Some(1)), &reader(Some(3))),
            [
                ReaderEvent::CardRemoved("r".into()),
                ReaderEvent::CardInserted("r".into())
            ]
        );
        assert_eq!(events_between(&reader(Some(1)), &reader(Some(1))), []);
    }
}
