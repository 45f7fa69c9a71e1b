//! Where stories are played.

mod behind_pcscd;
mod in_process;
mod pcsc;
mod real_card;

use jpki_virtual_card::{MintError, Profile};

use super::harmless::Danger;
use super::story::ReaderAction;

pub use behind_pcscd::BehindPcscd;
pub use in_process::InProcess;
pub use real_card::RealCard;

/// A card in a reader, and a hand.
pub trait Stage {
    /// Begins a story: the card of this profile lies in the reader and has just got power.
    ///
    /// # Errors
    /// [`StageError`].
    fn begin(&mut self, profile: &Profile) -> Result<(), StageError>;

    /// Sends a command; `None` if no card answers.
    ///
    /// # Errors
    /// [`StageError`], for anything but a card that is gone.
    fn send(&mut self, command: &[u8]) -> Result<Option<Vec<u8>>, StageError>;

    /// Does something to the card.
    ///
    /// # Errors
    /// [`StageError`].
    fn act(&mut self, action: ReaderAction) -> Result<(), StageError>;
}

/// Why a story could not be played to its end.
#[derive(Debug, thiserror::Error)]
pub enum StageError {
    /// The profile makes no card.
    #[error("the card could not be minted")]
    Mint(#[from] MintError),
    /// The smart card service refused something.
    #[error("the smart card service could not {attempted}")]
    Service {
        /// What it was asked for.
        attempted: &'static str,
        /// Why it did not.
        source: ::pcsc::Error,
    },
    /// There is no reader of that name, or none with a card.
    #[error("there is no reader with a card in it{}", .0.as_deref().map(|name| format!(": {name}")).unwrap_or_default())]
    NoReader(Option<String>),
    /// What must not happen to somebody's card.
    #[error(transparent)]
    Danger(#[from] Danger),
    /// There is no card to put back.
    #[error("no card was taken out")]
    NothingTakenOut,
}
