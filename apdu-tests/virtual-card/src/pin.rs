//! PINs as the card keeps them: value, counter, security status.

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
pub(crate) struct ReferenceData {
    value: Vec<u8>,
    max_tries: u8,
    tries_left: u8,
    verified: bool,
}

impl ReferenceData {
    /// A PIN with some of its tries left; with none it is blocked.
    pub(crate) fn new(value: &[u8], reference: PinReference, tries_left: u8) -> Self {
        let max_tries = reference.max_tries();
        Self {
            value: value.to_vec(),
            max_tries,
            tries_left: tries_left.min(max_tries),
            verified: false,
        }
    }

    /// Compares byte by byte: no padding, no case folding.
    ///
    /// # Errors
    /// 63Cx with the tries that remain, 63C0 for the one that blocks, 6984 once blocked.
    pub(crate) fn verify(&mut self, presented: &[u8]) -> Result<(), StatusWord> {
        // The counter goes down before the comparison: a card torn out meanwhile gives no try back.
        let Some(tries_left) = self.tries_left.checked_sub(1) else {
            return Err(StatusWord::BLOCKED);
        };
        self.tries_left = tries_left;
        self.verified = false;
        if presented != self.value {
            return Err(StatusWord::tries_left(tries_left));
        }
        self.tries_left = self.max_tries;
        self.verified = true;
        Ok(())
    }

    /// Sets a new value; the caller has checked that the old one is verified.
    pub(crate) fn change(&mut self, new: &[u8]) {
        self.value = new.to_vec();
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
}
