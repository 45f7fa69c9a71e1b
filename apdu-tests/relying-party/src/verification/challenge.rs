//! One-time numbers: 32 random bytes, five minutes, for one session and one purpose, gone once read.

use std::collections::HashMap;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rand::RngCore as _;
use rand::rngs::OsRng;
use time::{Duration, OffsetDateTime};

use crate::Language;

/// How long a challenge may be answered: five minutes, as Web eID recommends.
pub const CHALLENGE_LIFETIME: Duration = Duration::minutes(5);

/// What the person set out to do.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Flow {
    /// Register: signature, then authentication, then a form to confirm.
    Register,
    /// Log in with the signature password and then the PIN, as the residency applications do.
    LogInBoth,
    /// Log in with the PIN alone.
    LogInAuthentication,
}

impl Flow {
    /// Every flow.
    pub const ALL: [Self; 3] = [Self::Register, Self::LogInBoth, Self::LogInAuthentication];

    /// The flow's name in addresses.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Register => "register",
            Self::LogInBoth => "login-both",
            Self::LogInAuthentication => "login-authentication",
        }
    }

    /// Whether the authentication is taken only after a signature.
    #[must_use]
    pub fn needs_signature(self) -> bool {
        self != Self::LogInAuthentication
    }
}

/// Which of the card's two keys answers.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Proof {
    /// The key for digital signature signs a [`super::statement()`].
    Signature,
    /// The key for user authentication signs a Web eID token.
    Authentication,
}

impl fmt::Display for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Signature => "signature",
            Self::Authentication => "authentication",
        })
    }
}

/// What a challenge is good for, and for nothing else.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Purpose {
    /// The flow it belongs to.
    pub flow: Flow,
    /// The key that shall answer.
    pub proof: Proof,
}

/// The system's source of random bytes failed.
#[derive(Debug, thiserror::Error)]
#[error("the system gave no random bytes")]
pub struct RandomnessError(#[from] rand::Error);

/// 32 random bytes as the 44 characters of their base64. The text itself is what gets signed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Nonce(String);

impl Nonce {
    /// Draws a nonce from the operating system.
    ///
    /// # Errors
    /// [`RandomnessError`] if the system has none.
    pub fn random() -> Result<Self, RandomnessError> {
        let mut bytes = [0; 32];
        OsRng.try_fill_bytes(&mut bytes)?;
        Ok(Self(STANDARD.encode(bytes)))
    }

    /// A nonce that was drawn earlier, out of a store that outlives the program.
    #[must_use]
    pub fn restore(text: String) -> Self {
        Self(text)
    }

    /// The 44 characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A nonce with the moment and the language it was issued in.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Challenge {
    /// The one-time number.
    pub nonce: Nonce,
    /// When the server issued it.
    pub issued_at: OffsetDateTime,
    /// The language in which the person reads what is to be signed.
    pub language: Language,
}

/// The open challenges of one session, at most one for each purpose.
///
/// They live inside the session, so a challenge of another session cannot be found here.
#[derive(Debug, Default)]
pub struct Challenges(HashMap<Purpose, Challenge>);

impl Challenges {
    /// Issues a challenge; an older one for the same purpose is void from here on.
    ///
    /// # Errors
    /// [`RandomnessError`] if the system has no random bytes.
    pub fn issue(
        &mut self,
        purpose: Purpose,
        language: Language,
        now: OffsetDateTime,
    ) -> Result<Challenge, RandomnessError> {
        let challenge = Challenge {
            nonce: Nonce::random()?,
            issued_at: now,
            language,
        };
        self.0.insert(purpose, challenge.clone());
        Ok(challenge)
    }

    /// Puts in a challenge that was issued earlier, out of a store that outlives the program.
    pub fn restore(&mut self, purpose: Purpose, challenge: Challenge) {
        self.0.insert(purpose, challenge);
    }

    /// Takes the challenge out: whatever the answer turns out to be, nobody can answer it again.
    ///
    /// # Errors
    /// [`super::VerificationError::ChallengeMissing`] or [`super::VerificationError::ChallengeExpired`].
    pub fn take(
        &mut self,
        purpose: Purpose,
        now: OffsetDateTime,
    ) -> Result<Challenge, super::VerificationError> {
        let challenge = self
            .0
            .remove(&purpose)
            .ok_or(super::VerificationError::ChallengeMissing(purpose.proof))?;
        if now > challenge.issued_at.saturating_add(CHALLENGE_LIFETIME) {
            return Err(super::VerificationError::ChallengeExpired(purpose.proof));
        }
        Ok(challenge)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::super::VerificationError;
    use super::*;

    const NOW: OffsetDateTime = OffsetDateTime::UNIX_EPOCH;
    const LOG_IN: Purpose = Purpose {
        flow: Flow::LogInAuthentication,
        proof: Proof::Authentication,
    };

    #[test]
    fn a_nonce_is_32_random_bytes_in_44_characters() {
        let nonces: Vec<_> = (0..100).map(|_| Nonce::random().unwrap()).collect();
        assert!(
            nonces
                .iter()
                .all(|nonce| STANDARD.decode(nonce.as_str()).unwrap().len() == 32)
        );
        assert!(nonces.iter().all(|nonce| nonce.as_str().len() == 44));
        assert_eq!(
            nonces
                .iter()
                .map(Nonce::as_str)
                .collect::<HashSet<_>>()
                .len(),
            100
        );
    }

    #[test]
    fn a_challenge_is_answered_once() {
        let mut challenges = Challenges::default();
        let issued = challenges.issue(LOG_IN, Language::English, NOW).unwrap();
        assert_eq!(challenges.take(LOG_IN, NOW), Ok(issued));
        assert_eq!(
            challenges.take(LOG_IN, NOW),
            Err(VerificationError::ChallengeMissing(Proof::Authentication))
        );
    }

    #[test]
    fn a_challenge_lives_five_minutes_and_an_expired_one_is_gone_too() {
        let mut challenges = Challenges::default();
        challenges.issue(LOG_IN, Language::English, NOW).unwrap();
        assert!(challenges.take(LOG_IN, NOW + Duration::minutes(5)).is_ok());

        challenges.issue(LOG_IN, Language::English, NOW).unwrap();
        let late = NOW + Duration::minutes(5) + Duration::seconds(1);
        assert_eq!(
            challenges.take(LOG_IN, late),
            Err(VerificationError::ChallengeExpired(Proof::Authentication))
        );
        assert_eq!(
            challenges.take(LOG_IN, NOW),
            Err(VerificationError::ChallengeMissing(Proof::Authentication))
        );
    }

    #[test]
    fn a_challenge_for_one_purpose_answers_no_other() {
        let mut challenges = Challenges::default();
        challenges.issue(LOG_IN, Language::English, NOW).unwrap();
        for flow in Flow::ALL {
            for proof in [Proof::Signature, Proof::Authentication] {
                let purpose = Purpose { flow, proof };
                if purpose != LOG_IN {
                    assert_eq!(
                        challenges.take(purpose, NOW),
                        Err(VerificationError::ChallengeMissing(proof))
                    );
                }
            }
        }
        assert!(challenges.take(LOG_IN, NOW).is_ok());
    }

    #[test]
    fn another_session_has_no_such_challenge() {
        let mut mine = Challenges::default();
        let mut theirs = Challenges::default();
        mine.issue(LOG_IN, Language::English, NOW).unwrap();
        assert_eq!(
            theirs.take(LOG_IN, NOW),
            Err(VerificationError::ChallengeMissing(Proof::Authentication))
        );
    }

    #[test]
    fn a_new_challenge_voids_the_older_one() {
        let mut challenges = Challenges::default();
        let first = challenges.issue(LOG_IN, Language::English, NOW).unwrap();
        let second = challenges.issue(LOG_IN, Language::English, NOW).unwrap();
        assert_ne!(first, second);
        assert_eq!(challenges.take(LOG_IN, NOW), Ok(second));
        assert!(challenges.take(LOG_IN, NOW).is_err());
    }
}
