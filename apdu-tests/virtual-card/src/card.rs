//! The card as a reader sees it: power, answer to reset, bytes in and bytes out.

use std::fmt;
use std::time::SystemTime;

use crate::command::Command;
use crate::file_system::FileSystem;
use crate::issuance::MintError;
use crate::jpki;
use crate::minting::{self, Minted};
use crate::pin::{PinReference, ReferenceData};
use crate::profile::{Profile, Quirks};
use crate::state::Memory;
use crate::status_word::StatusWord;

/// A software My Number card. A clone is another card in the same state, with counters and keys of its own.
#[derive(Clone)]
pub struct VirtualCard {
    atr: Vec<u8>,
    quirks: Quirks,
    certificates: CertificateView,
    files: FileSystem,
    /// `None` while the card has no power.
    session: Option<Session>,
}

/// One of a card's PINs, as [`VirtualCard::pins`] lists them.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct PinView {
    /// The name (AID) of its application.
    pub application: &'static [u8],
    /// The id of its EF.
    pub file: u16,
    /// The tries left; 0 is blocked.
    pub tries_left: u8,
    /// The tries of a counter that no wrong PIN has touched.
    pub max_tries: u8,
    /// Whether it is verified.
    pub verified: bool,
}

/// What lasts from one power-on to the next power-off.
#[derive(Clone, Default)]
struct Session {
    /// A command has been answered.
    in_use: bool,
    /// The rest of an answer that was announced by 61xx.
    waiting: Vec<u8>,
}

/// The certificates in DER, beside the files that hold them, for who mints the card.
#[derive(Clone)]
struct CertificateView {
    authentication: Vec<u8>,
    authentication_ca: Vec<u8>,
    signature: Option<Vec<u8>>,
    signature_ca: Vec<u8>,
}

impl VirtualCard {
    /// Makes the card of a profile, without power. Takes as long as its RSA keys take: once per seed and process.
    ///
    /// # Errors
    /// [`MintError`] for a profile that makes no certificate. A parsed profile fails only for a holder whose data
    /// do not fit the signature certificate's EF.
    pub fn mint(profile: &Profile) -> Result<Self, MintError> {
        let Minted {
            issuer_domain,
            applications,
            credentials,
        } = minting::mint(profile, SystemTime::now())?;
        Ok(Self {
            atr: profile.atr.as_bytes().to_vec(),
            quirks: profile.quirks,
            files: FileSystem::new(issuer_domain, applications),
            certificates: CertificateView {
                authentication: credentials.authentication,
                authentication_ca: credentials.authentication_ca,
                signature: credentials.signature,
                signature_ca: credentials.signature_ca,
            },
            session: None,
        })
    }

    /// The answer to reset.
    #[must_use]
    pub fn atr(&self) -> &[u8] {
        &self.atr
    }

    /// Gives the card power; the issuer domain is current and no PIN verified. Power that is there is cut first.
    pub fn power_on(&mut self) {
        self.power_off();
        self.session = Some(Session::default());
    }

    /// Cuts power. Counters stay, the security status does not.
    pub fn power_off(&mut self) {
        self.session = None;
        self.files.power_off();
    }

    /// Warm reset: the issuer domain is current; PINs stay verified, as measured on real cards, unless the profile's
    /// `status_lifetime` is `iso`. A card without power is powered on.
    pub fn reset(&mut self) {
        match &mut self.session {
            Some(session) => session.waiting.clear(),
            None => return self.power_on(),
        }
        self.files.warm_reset(self.quirks.status_lifetime);
    }

    /// Whether the card has power.
    #[must_use]
    pub fn is_powered(&self) -> bool {
        self.session.is_some()
    }

    /// Answers a command APDU: data and SW1-SW2. Without power there is no answer: no bytes at all.
    pub fn transmit(&mut self, command: &[u8]) -> Vec<u8> {
        let Some(session) = &mut self.session else {
            return Vec::new();
        };
        let first = !session.in_use;
        session.in_use = true;
        let (data, status) = if first && self.quirks.first_command_fails {
            (Vec::new(), StatusWord::NO_DIAGNOSIS)
        } else {
            Self::answer(&mut self.files, session, &self.quirks, command)
        };
        [&data[..], &u16::from(status).to_be_bytes()].concat()
    }

    fn answer(
        files: &mut FileSystem,
        session: &mut Session,
        quirks: &Quirks,
        raw: &[u8],
    ) -> (Vec<u8>, StatusWord) {
        let command = match Command::try_from(raw) {
            Ok(command) => command,
            Err(status) => return (Vec::new(), status),
        };
        if let Command::GetResponse { le } = command
            && !session.waiting.is_empty()
        {
            return session.fetch(le);
        }
        session.waiting.clear();
        let data = match files.execute(&command, quirks) {
            Ok(data) => data,
            Err(status) => return (Vec::new(), status),
        };
        match command.expected_length() {
            _ if data.is_empty() => (data, StatusWord::DONE),
            Some(le) if quirks.exact_length && le != data.len() => match data.len() {
                ..=0x100 => (Vec::new(), StatusWord::exact_length(data.len())),
                _ => (Vec::new(), StatusWord::WRONG_LENGTH),
            },
            Some(le) if le < data.len() => (Vec::new(), StatusWord::WRONG_LENGTH),
            _ if quirks.get_response => {
                session.waiting = data;
                (Vec::new(), StatusWord::waiting(session.waiting.len()))
            }
            _ => (data, StatusWord::DONE),
        }
    }

    /// The certificate of the authority behind the authentication certificate (EF 000B), DER.
    #[must_use]
    pub fn authentication_ca(&self) -> &[u8] {
        &self.certificates.authentication_ca
    }

    /// The certificate of the authority behind the signature certificate (EF 0002), DER.
    #[must_use]
    pub fn signature_ca(&self) -> &[u8] {
        &self.certificates.signature_ca
    }

    /// The authentication certificate (EF 000A), DER, whatever the card itself asks for it.
    #[must_use]
    pub fn authentication_certificate(&self) -> &[u8] {
        &self.certificates.authentication
    }

    /// The signature certificate (EF 0001), DER, where the card has one.
    #[must_use]
    pub fn signature_certificate(&self) -> Option<&[u8]> {
        self.certificates.signature.as_deref()
    }

    /// The tries a PIN has left; 0 is blocked. Asking this way is not seen by the card.
    #[must_use]
    pub fn tries_left(&self, pin: PinReference) -> u8 {
        self.pin(pin).map_or(0, ReferenceData::tries_left)
    }

    /// Whether a PIN is verified: whoever speaks to the card now can use its key.
    #[must_use]
    pub fn is_verified(&self, pin: PinReference) -> bool {
        self.pin(pin).is_some_and(ReferenceData::is_verified)
    }

    /// Every PIN on the card, in an order that does not change. Asking this way is not seen by the card.
    pub fn pins(&self) -> impl Iterator<Item = PinView> {
        self.files.pins().map(|(application, file, pin)| PinView {
            application,
            file: file.into(),
            tries_left: pin.tries_left(),
            max_tries: pin.max_tries(),
            verified: pin.is_verified(),
        })
    }

    /// The name (AID) of the selected application; the issuer domain's where none is.
    #[must_use]
    pub fn selected_application(&self) -> &[u8] {
        self.files.current_df()
    }

    /// What outlives power.
    pub(crate) fn memory(&self) -> Memory {
        Memory::of(&self.files)
    }

    /// Takes on what outlived power. Nothing is verified, and no answer waits.
    pub(crate) fn set_memory(&mut self, memory: &Memory) {
        memory.write_to(&mut self.files);
        if let Some(session) = &mut self.session {
            session.waiting.clear();
        }
    }

    fn pin(&self, pin: PinReference) -> Option<&ReferenceData> {
        self.files.pin(jpki::JPKI, jpki::pin_file(pin))
    }
}

impl Session {
    /// GET RESPONSE: the next `le` bytes of what waits.
    fn fetch(&mut self, le: usize) -> (Vec<u8>, StatusWord) {
        let rest = self.waiting.split_off(le.min(self.waiting.len()));
        let data = std::mem::replace(&mut self.waiting, rest);
        match self.waiting.len() {
            0 => (data, StatusWord::DONE),
            left => (data, StatusWord::waiting(left)),
        }
    }
}

impl fmt::Debug for VirtualCard {
    /// Neither keys nor PINs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VirtualCard")
            .field("powered", &self.is_powered())
            .field("selected_application", &self.selected_application())
            .finish_non_exhaustive()
    }
}
