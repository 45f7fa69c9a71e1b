//! What can go wrong between a card and its reader, on order.

use std::fmt;
use std::num::NonZeroU32;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// A fault to arm in a reader. `nth` counts APDUs from now: 1 is the next one.
///
/// One of each kind can be armed at a time; arming a kind again replaces it. A removal of the card, by order or by
/// [`Fault::Tear`], ends all of them. What is armed while the reader is empty waits for the next card.
///
/// Its JSON is `{"tear": {"nth": 3}}`, `{"slow": {"delayMs": 200}}`, `{"mute": {"nth": 1}}`,
/// `{"wrong-length": {"nth": 1, "change": "shorter"}}`, `{"storm": {"nth": 1}}`.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Fault {
    /// The card is torn out before the `nth` APDU, which meets an empty reader.
    Tear {
        /// Which APDU.
        nth: NonZeroU32,
    },
    /// Every APDU takes this much longer.
    Slow {
        /// The delay before the card sees the APDU; in JSON whole milliseconds.
        #[serde(rename = "delayMs", with = "milliseconds")]
        delay: Duration,
    },
    /// The card carries out the `nth` APDU, and its answer never comes.
    Mute {
        /// Which APDU.
        nth: NonZeroU32,
    },
    /// The `nth` answer loses or gains a byte.
    WrongLength {
        /// Which APDU.
        nth: NonZeroU32,
        /// What happens to its answer.
        #[serde(default)]
        change: LengthChange,
    },
    /// From the `nth` APDU on, each success announces more data: 6100, and so does each GET RESPONSE.
    Storm {
        /// The first APDU.
        nth: NonZeroU32,
    },
}

/// How an answer gets a wrong length.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum LengthChange {
    /// The last byte of data is missing, the status word is whole; without data the status word loses SW2.
    #[default]
    Shorter,
    /// A byte 00 follows the data, before the status word.
    Longer,
}

impl LengthChange {
    fn apply(self, answer: &mut Vec<u8>) {
        let data = answer.len().saturating_sub(2);
        match self {
            Self::Shorter if data == 0 => answer.truncate(1),
            Self::Shorter => {
                answer.remove(data.saturating_sub(1));
            }
            Self::Longer => answer.insert(data, 0x00),
        }
    }
}

/// The faults that are armed, one of each kind.
#[derive(Default)]
pub(super) struct Armed {
    tear: Option<NonZeroU32>,
    slow: Option<Duration>,
    mute: Option<NonZeroU32>,
    wrong_length: Option<(NonZeroU32, LengthChange)>,
    storm: Option<Storm>,
}

#[derive(Clone, Copy)]
enum Storm {
    In(NonZeroU32),
    Raging,
}

/// What the faults make of one APDU.
#[derive(Clone, Copy, Default)]
pub(super) struct Verdict {
    /// The card leaves before it sees the APDU.
    pub(super) tear: bool,
    /// The answer is lost.
    pub(super) mute: bool,
    wrong_length: Option<LengthChange>,
    storm: bool,
}

impl Armed {
    pub(super) fn arm(&mut self, fault: Fault) {
        match fault {
            Fault::Tear { nth } => self.tear = Some(nth),
            Fault::Slow { delay } => self.slow = Some(delay),
            Fault::Mute { nth } => self.mute = Some(nth),
            Fault::WrongLength { nth, change } => self.wrong_length = Some((nth, change)),
            Fault::Storm { nth } => self.storm = Some(Storm::In(nth)),
        }
    }

    pub(super) fn disarm_tear(&mut self) {
        self.tear = None;
    }

    pub(super) fn delay(&self) -> Option<Duration> {
        self.slow
    }

    /// Counts one APDU.
    pub(super) fn count(&mut self) -> Verdict {
        let wrong_length = self.wrong_length.and_then(|(nth, change)| {
            let mut left = Some(nth);
            let now = count_down(&mut left);
            self.wrong_length = left.map(|left| (left, change));
            now.then_some(change)
        });
        if let Some(Storm::In(nth)) = self.storm {
            let mut left = Some(nth);
            self.storm = if count_down(&mut left) {
                Some(Storm::Raging)
            } else {
                left.map(Storm::In)
            };
        }
        Verdict {
            tear: count_down(&mut self.tear),
            mute: count_down(&mut self.mute),
            wrong_length,
            storm: matches!(self.storm, Some(Storm::Raging)),
        }
    }

    /// What is armed now, counted from the next APDU.
    pub(super) fn list(&self) -> Vec<Fault> {
        let storm = self.storm.map(|storm| match storm {
            Storm::In(nth) => nth,
            Storm::Raging => NonZeroU32::MIN,
        });
        [
            self.tear.map(|nth| Fault::Tear { nth }),
            self.slow.map(|delay| Fault::Slow { delay }),
            self.mute.map(|nth| Fault::Mute { nth }),
            self.wrong_length
                .map(|(nth, change)| Fault::WrongLength { nth, change }),
            storm.map(|nth| Fault::Storm { nth }),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

/// One APDU less to wait for; whether it is this one.
fn count_down(left: &mut Option<NonZeroU32>) -> bool {
    let Some(nth) = *left else {
        return false;
    };
    *left = NonZeroU32::new(nth.get().saturating_sub(1));
    left.is_none()
}

impl Verdict {
    /// What leaves the reader in place of the card's `answer` to `command`.
    pub(super) fn spoil(self, command: &[u8], mut answer: Vec<u8>) -> Vec<u8> {
        if self.storm {
            answer = storm(command, answer);
        }
        if let Some(change) = self.wrong_length {
            change.apply(&mut answer);
        }
        answer
    }
}

/// 6100 instead of a success, and after each GET RESPONSE as many zeros as it asks for.
fn storm(command: &[u8], answer: Vec<u8>) -> Vec<u8> {
    const GET_RESPONSE: u8 = 0xC0;
    const MORE: [u8; 2] = [0x61, 0x00];
    match *command {
        [_, GET_RESPONSE, _, _, ref body @ ..] => {
            let length = match *body {
                [le] if le > 0 => usize::from(le),
                _ => 0x100,
            };
            let mut zeros = vec![0; length];
            zeros.extend(MORE);
            zeros
        }
        _ if matches!(answer.as_slice(), [.., 0x90, 0x00] | [.., 0x61, _]) => MORE.to_vec(),
        _ => answer,
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tear { nth } => write!(f, "tear {nth}"),
            Self::Slow { delay } => write!(f, "slow {}", delay.as_millis()),
            Self::Mute { nth } => write!(f, "mute {nth}"),
            Self::WrongLength { nth, change } => match change {
                LengthChange::Shorter => write!(f, "wrong-length {nth}"),
                LengthChange::Longer => write!(f, "wrong-length {nth} --longer"),
            },
            Self::Storm { nth } => write!(f, "storm {nth}"),
        }
    }
}

mod milliseconds {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(
        delay: &Duration,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(u64::try_from(delay.as_millis()).unwrap_or(u64::MAX))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Duration, D::Error> {
        u64::deserialize(deserializer).map(Duration::from_millis)
    }
}
