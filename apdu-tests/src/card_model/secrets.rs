//! What only a PIN opens, by its contents: however it comes out, it is recognised.

use super::account::{self, Account, JPKI, TEXT, VISUAL};
use super::subject::Card;

/// Fewer bytes than this, padding aside, can be anything.
const TELLING: usize = 8;

/// Files that are protected, and the PINs (short identifiers) of which any opens them.
const PROTECTED: &[(&[u8], u8, &[u8])] = &[
    (JPKI, 0x01, &[0x1B]),
    (TEXT, 0x01, &[0x11, 0x14]),
    (TEXT, 0x02, &[0x11, 0x15]),
    (TEXT, 0x03, &[0x11, 0x14, 0x15]),
    (TEXT, 0x06, &[0x11, 0x14, 0x15]),
    (TEXT, 0x07, &[0x11, 0x14, 0x15]),
    (VISUAL, 0x01, &[0x11]),
    (VISUAL, 0x02, &[0x12, 0x13]),
    (VISUAL, 0x05, &[0x13]),
];

/// The contents of a card's files.
#[derive(Clone)]
pub(super) struct Secrets {
    protected: Vec<Protected>,
    free: Vec<Vec<u8>>,
}

#[derive(Clone)]
struct Protected {
    application: &'static [u8],
    opened_by: &'static [u8],
    bytes: Vec<u8>,
}

impl Secrets {
    /// Reads every file of a card that answers reads without quirks and has tries left.
    pub(super) fn read(
        card: &impl Card,
        account: &Account,
        applications: &[&'static [u8]],
    ) -> Self {
        let mut secrets = Self {
            protected: Vec::new(),
            free: Vec::new(),
        };
        for application in applications {
            let mut shut = account::powered(card);
            if !account::select_application(&mut shut, application) {
                continue;
            }
            let mut open = shut.clone();
            let its_own = |pin: &&account::Pin| pin.application == *application && pin.tries > 0;
            for pin in account.0.iter().filter(its_own) {
                let opened = account::select(&mut open, pin);
                assert!(opened && account::verify(&mut open, &pin.value));
            }
            for file in 0x01..=0x1E {
                secrets.add(
                    application,
                    file,
                    read(&mut shut, file),
                    read(&mut open, file),
                );
            }
        }
        secrets
    }

    fn add(
        &mut self,
        application: &'static [u8],
        file: u8,
        shut: Option<Vec<u8>>,
        open: Option<Vec<u8>>,
    ) {
        let known = PROTECTED
            .iter()
            .find(|(name, id, _)| *name == application && *id == file);
        match (known, shut, open) {
            (Some((_, _, opened_by)), None, Some(bytes)) => self.protected.push(Protected {
                application,
                opened_by,
                bytes,
            }),
            // A phone's certificate.
            (None, None, Some(bytes)) if (application, file) == (JPKI, 0x0A) => {
                self.protected.push(Protected {
                    application,
                    opened_by: &[0x18],
                    bytes,
                });
            }
            // Sixteen FF.
            (None, None, Some(bytes)) if tell(&bytes).is_none() => {}
            (None, None, Some(_)) => panic!("the model does not know who opens file {file:02X}"),
            (Some(_), Some(_), _) => panic!("file {file:02X} is open"),
            (None, Some(bytes), _) => self.free.push(bytes),
            (_, None, None) => {}
        }
    }

    /// Whether `data` was to be had: it is in no protected file, or it is free as well, or one that holds it is open.
    pub(super) fn allow(&self, data: &[u8], account: &Account) -> bool {
        let Some(telling) = tell(data) else {
            return true;
        };
        let mut protected = self
            .protected
            .iter()
            .filter(|file| contains(&file.bytes, telling))
            .peekable();
        let open = |file: &Protected| {
            account.0.iter().any(|pin| {
                pin.verified
                    && pin.application == file.application
                    && file.opened_by.contains(&pin.short_file_id)
            })
        };
        protected.peek().is_none()
            || protected.any(open)
            || self.free.iter().any(|file| contains(file, telling))
    }
}

/// The data without padding on either side, if enough is left to recognise.
fn tell(data: &[u8]) -> Option<&[u8]> {
    let is_padding = |byte: &u8| [0x00, 0xFF].contains(byte);
    let from = data.iter().position(|byte| !is_padding(byte))?;
    let to = data.iter().rposition(|byte| !is_padding(byte))?;
    let telling = data.get(from..=to)?;
    (telling.len() >= TELLING).then_some(telling)
}

fn contains(file: &[u8], part: &[u8]) -> bool {
    file.windows(part.len()).any(|window| window == part)
}

fn read(card: &mut impl Card, file: u8) -> Option<Vec<u8>> {
    let answer = card.send(&[0x00, 0xB0, 0x80 | file, 0x00, 0x00, 0x00, 0x00]);
    answer.strip_suffix(&[0x90, 0x00]).map(<[u8]>::to_vec)
}

/// No contents.
impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "Secrets({} protected, {} free)",
            self.protected.len(),
            self.free.len()
        )
    }
}
