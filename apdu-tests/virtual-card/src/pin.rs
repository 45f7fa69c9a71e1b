//! PINs as the card keeps them: value, counter, security status.

use crate::command::ChangeCommand;
use crate::status_word::StatusWord;

/// One of the JPKI applet's two PINs.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum PinReference {
    /// EF 0018, 利用者証明用電子証明書の暗証番号: four digits, three tries.
    Authentication,
    /// EF 001B, 署名用電子証明書の暗証番号: 6 to 16 characters, five tries.
    Signature,
}

impl PinReference {
    /// The tries of a counter that no wrong PIN has touched.
    #[must_use]
    pub const fn max_tries(self) -> u8 {
        match self {
            Self::Authentication => 3,
            Self::Signature => 5,
        }
    }
}

/// The value behind a PIN reference, with its try counter and security status.
#[derive(Clone)]
pub(crate) struct ReferenceData {
    value: Vec<u8>,
    max_tries: u8,
    tries_left: u8,
    verified: bool,
    changed_by: Option<ChangeCommand>,
    uses: u64,
}

/// What of a PIN outlives power. No `Debug`: it holds the PIN.
#[derive(Clone, Eq, PartialEq)]
pub(crate) struct PinMemory {
    /// The PIN.
    pub(crate) value: Vec<u8>,
    /// The tries left; 0 is blocked.
    pub(crate) tries_left: u8,
    /// How often it was compared or changed: a comparison may leave all else as it was.
    pub(crate) uses: u64,
}

/// Why a PIN was not verified.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Refusal {
    /// It is another one.
    Wrong {
        /// The tries that remain; 0 for the one that blocks.
        tries_left: u8,
    },
    /// There were no tries left; nothing was compared.
    Blocked,
}

impl ReferenceData {
    /// A PIN with some of its tries left; with none it is blocked. Nothing changes it yet.
    pub(crate) fn new(value: &[u8], max_tries: u8, tries_left: u8) -> Self {
        Self {
            value: value.to_vec(),
            max_tries,
            tries_left: tries_left.min(max_tries),
            verified: false,
            changed_by: None,
            uses: 0,
        }
    }

    /// The same, which its holder can change with this command.
    pub(crate) fn changed_by(self, command: ChangeCommand) -> Self {
        Self {
            changed_by: Some(command),
            ..self
        }
    }

    /// Compares byte by byte: no padding, no case folding.
    ///
    /// # Errors
    /// [`Refusal`]; with tries left, the comparison cost one.
    pub(crate) fn verify(&mut self, presented: &[u8]) -> Result<(), Refusal> {
        // The counter goes down before the comparison: a card torn out meanwhile gives no try back.
        let Some(tries_left) = self.tries_left.checked_sub(1) else {
            return Err(Refusal::Blocked);
        };
        self.uses = self.uses.wrapping_add(1);
        self.tries_left = tries_left;
        self.verified = false;
        if presented != self.value {
            return Err(Refusal::Wrong { tries_left });
        }
        self.tries_left = self.max_tries;
        self.verified = true;
        Ok(())
    }

    /// Sets a new value, if the old one is verified.
    ///
    /// The counter stays: VERIFY has just set it to its maximum. That the new value is verified too is taken from
    /// clients, which go on without another VERIFY; no source measured it.
    ///
    /// # Errors
    /// 6982 before VERIFY, and for another command than the one that changes this PIN.
    pub(crate) fn change(&mut self, command: ChangeCommand, new: &[u8]) -> Result<(), StatusWord> {
        if !self.verified || self.changed_by != Some(command) {
            return Err(StatusWord::NOT_VERIFIED);
        }
        self.uses = self.uses.wrapping_add(1);
        self.value = new.to_vec();
        Ok(())
    }

    /// Forgets that the PIN was verified.
    pub(crate) fn forget(&mut self) {
        self.verified = false;
    }

    /// Whether the PIN is verified.
    pub(crate) fn is_verified(&self) -> bool {
        self.verified
    }

    /// The tries left; 0 is blocked.
    pub(crate) fn tries_left(&self) -> u8 {
        self.tries_left
    }

    /// What outlives power.
    pub(crate) fn memory(&self) -> PinMemory {
        PinMemory {
            value: self.value.clone(),
            tries_left: self.tries_left,
            uses: self.uses,
        }
    }

    /// Takes on what outlived power; nothing is verified. More tries than there can be count as the most.
    pub(crate) fn set_memory(&mut self, memory: &PinMemory) {
        self.value.clone_from(&memory.value);
        self.tries_left = memory.tries_left.min(self.max_tries);
        self.uses = memory.uses;
        self.verified = false;
    }

    /// The tries of a counter that no wrong PIN has touched.
    pub(crate) fn max_tries(&self) -> u8 {
        self.max_tries
    }
}
