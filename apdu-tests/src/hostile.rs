//! A card that answers anything at all, and its witness: it panics when the card is sent what it should not be, and when
//! it is left open.

use std::fmt;
use std::ops::DerefMut;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, LazyLock, Mutex};

use jpkid::card::{Card, CardSource, CardTransaction, Insertion, Reader, TransportError};
use jpkid::jpki::LastTry;
use zeroize::Zeroizing;

use crate::bench::{ISSUER_DOMAIN, card};

/// More commands than this in one input or request are without end: five certificates, of which each is read by 66
/// commands, repeated for another length and followed by 16 GET RESPONSE each, and as much again for all else.
const WITHOUT_END: usize = 5 * 66 * 18 * 2;

/// Status words that lead somewhere.
const WORDS: [u16; 20] = [
    0x9000, 0x9000, 0x9000, 0x9000, 0x9000, 0x63C0, 0x63C1, 0x63C2, 0x63C3, 0x63CF, 0x6983, 0x6984,
    0x6A86, 0x6A82, 0x6700, 0x6B00, 0x6C00, 0x6C04, 0x6100, 0x61FF,
];

/// How to say the answer with this status word, one of those that lead somewhere, and no data.
#[must_use]
pub fn word(word: u16) -> u8 {
    let nth = WORDS.iter().position(|known| *known == word);
    u8::try_from(nth.expect("a known word")).expect("few words")
}

/// A certificate that is one.
#[must_use]
pub fn genuine() -> &'static [u8] {
    static GENUINE: LazyLock<Vec<u8>> =
        LazyLock::new(|| card("").authentication_certificate().to_vec());
    &GENUINE
}

/// The card. Its answers are said by bytes, and begin anew when they are used up.
pub struct HostileCard {
    answers: Vec<u8>,
    next: usize,
    /// The last status word, if it answered a question for the tries left: directly or by GET RESPONSE.
    told: Option<u16>,
    /// A PIN was sent, and nothing has made the card forget it.
    open: bool,
    /// The answer that is being given is to the selection of the issuer domain.
    leaving: bool,
    /// The person has agreed to use a last try.
    last_try: LastTry,
    commands: usize,
}

impl HostileCard {
    /// A card that answers so, for a person who did or did not agree to use a last try.
    #[must_use]
    pub fn new(answers: &[u8], last_try: LastTry) -> Self {
        Self {
            answers: answers.to_vec(),
            next: 0,
            told: None,
            open: false,
            leaving: false,
            last_try,
            commands: 0,
        }
    }

    /// Begins an exchange.
    pub fn begin(&mut self) -> Box<dyn CardTransaction + '_> {
        Box::new(HostileTransaction(self))
    }

    /// How many commands it was sent.
    #[must_use]
    pub fn commands(&self) -> usize {
        self.commands
    }

    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        self.commands = self.commands.saturating_add(1);
        assert!(self.commands < WITHOUT_END, "commands without end");
        let instruction = command.get(1).copied().expect("a command has a header");
        let asks = instruction == 0x20 && matches!(command.len(), 4 | 5);
        let fetches = instruction == 0xC0;
        if instruction == 0x20 && !asks {
            self.judge_verify();
            self.open = true;
        }
        let leaves = instruction == 0xA4 && command.get(5..).is_some_and(is_issuer_domain);
        self.leaving = leaves || (fetches && self.leaving);
        let answer = self.answer(command);
        let word = answer.as_ref().ok().and_then(|answer| answer.last_chunk());
        let word = word.map(|word| u16::from_be_bytes(*word));
        self.told = word.filter(|_| asks || (fetches && self.told.is_some()));
        if self.leaving && word == Some(0x9000) {
            self.open = false;
        }
        answer
    }

    fn judge_verify(&self) {
        let least = match self.last_try {
            LastTry::Spare => 0x63C2,
            LastTry::Confirmed => 0x63C1,
        };
        let told = self
            .told
            .expect("a PIN without a question for the counter just before");
        assert!((least..=0x63CF).contains(&told), "a PIN after {told:04X}");
    }

    /// Two bits say what kind of answer it is, the others which.
    fn answer(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        let Some(kind) = self.byte() else {
            return Err(TransportError::Unresponsive);
        };
        let which = usize::from(kind & 0x3F);
        let words = WORDS.iter().cycle();
        let word = words.copied().nth(which).expect("they are repeated");
        let (mut answer, word) = match kind >> 6 {
            0 => (Vec::new(), word),
            1 => {
                let length = self.byte_or_0();
                (self.bytes(length.into()), word)
            }
            2 => (genuine_part(command), word),
            _ => match which {
                0 => return Err(TransportError::Unresponsive),
                1 => return Err(TransportError::CardRemoved),
                2 => return Err(TransportError::CardReset),
                3 => return Ok(Vec::new()),
                4 => return Ok(vec![0x90]),
                5..32 => (self.bytes(0), self.any_word()),
                // The beginning of a certificate of any length, in an answer of any length.
                _ => {
                    let mut answer = vec![0x30, 0x82, self.byte_or_0() & 0x3F, self.byte_or_0()];
                    answer.resize(which.saturating_sub(31).saturating_mul(16), 0x04);
                    (answer, word)
                }
            },
        };
        answer.extend(word.to_be_bytes());
        Ok(answer)
    }

    fn byte(&mut self) -> Option<u8> {
        let nth = self.next.checked_rem(self.answers.len())?;
        self.next = self.next.saturating_add(1);
        self.answers.get(nth).copied()
    }

    fn byte_or_0(&mut self) -> u8 {
        self.byte().unwrap_or_default()
    }

    fn bytes(&mut self, count: usize) -> Vec<u8> {
        (0..count).map(|_| self.byte_or_0()).collect()
    }

    fn any_word(&mut self) -> u16 {
        u16::from_be_bytes([self.byte_or_0(), self.byte_or_0()])
    }
}

fn is_issuer_domain(name: &[u8]) -> bool {
    name.starts_with(&ISSUER_DOMAIN)
}

/// What READ BINARY would read of the genuine certificate.
fn genuine_part(command: &[u8]) -> Vec<u8> {
    let [_, _, p1, p2, .., le] = *command else {
        return Vec::new();
    };
    let offset = match p1 & 0x80 {
        0 => usize::from(u16::from_be_bytes([p1, p2])),
        _ => 0,
    };
    let length = match le {
        0 => 256,
        le => usize::from(le),
    };
    let rest = genuine().get(offset..).unwrap_or_default();
    rest.iter().take(length).copied().collect()
}

impl fmt::Debug for HostileCard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HostileCard({} bytes)", self.answers.len())
    }
}

struct HostileTransaction<C: DerefMut<Target = HostileCard>>(C);

impl<C: DerefMut<Target = HostileCard>> CardTransaction for HostileTransaction<C> {
    fn transmit(&mut self, command: &[u8]) -> Result<Zeroizing<Vec<u8>>, TransportError> {
        self.0.transmit(command).map(Zeroizing::new)
    }

    fn power_off(&mut self) -> Result<(), TransportError> {
        self.0.open = false;
        Ok(())
    }
}

impl<C: DerefMut<Target = HostileCard>> Drop for HostileTransaction<C> {
    fn drop(&mut self) {
        let judged = !std::thread::panicking();
        assert!(!(judged && self.0.open), "the card is left open");
    }
}

/// A reader with a hostile card in it.
#[derive(Clone)]
pub struct HostileReader(Arc<Mutex<HostileCard>>, Arc<AtomicU32>);

impl HostileReader {
    /// Puts the card into a reader.
    #[must_use]
    pub fn new(card: HostileCard) -> Self {
        Self(Arc::new(Mutex::new(card)), Arc::default())
    }

    /// Puts another card in its place.
    pub fn insert(&self, card: HostileCard) {
        *self.0.lock().unwrap() = card;
        self.1.fetch_add(1, Ordering::SeqCst);
    }

    /// Another request begins, with commands of its own.
    pub fn next_request(&self) {
        self.0.lock().unwrap().commands = 0;
    }

    /// Whether the witness panicked. The service catches panics of its threads, and goes on.
    #[must_use]
    pub fn is_broken(&self) -> bool {
        self.0.is_poisoned()
    }
}

impl CardSource for HostileReader {
    fn readers(&self) -> Result<Vec<Reader>, TransportError> {
        Ok(vec![Reader {
            name: "Hostile".to_owned(),
            insertion: Some(Insertion(self.1.load(Ordering::SeqCst))),
        }])
    }

    fn connect(&self, _: &str) -> Result<Box<dyn Card>, TransportError> {
        Ok(Box::new(self.clone()))
    }

    fn wait_for_change(&self, _: &[Reader]) -> Result<Vec<Reader>, TransportError> {
        // Cards are exchanged between requests only, when nobody waits to hear of it.
        loop {
            std::thread::park();
        }
    }
}

impl Card for HostileReader {
    fn begin(&mut self) -> Result<Box<dyn CardTransaction + '_>, TransportError> {
        Ok(Box::new(HostileTransaction(self.0.lock().unwrap())))
    }
}

impl fmt::Debug for HostileReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HostileReader")
    }
}
