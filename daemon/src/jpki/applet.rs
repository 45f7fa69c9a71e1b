use std::fmt;

use x509_parser::asn1_rs::{FromDer, Header};

use super::file::{AVAILABLE_CERTIFICATES, ISSUER_DOMAIN, JPKI, TOKEN_INFO, pin_file};
use super::{
    AppletError, AvailableCertificates, CardKind, Certificate, CertificateKind, Digest, KeyKind,
    UnlockError,
};
use crate::apdu::{CommandApdu, ExpectedLength, FileId, Instruction, StatusWord};
use crate::card::{CardTransaction, Channel, CommandError};
use crate::pin::{Pin, PinKind, PinStatus, TriesLeft};

/// P2 of VERIFY and of the signature command for the file that is selected.
const SELECTED_FILE: u8 = 0x80;

/// The longest certificate read, in bytes: four times the longest seen.
const MAX_CERTIFICATE_LEN: usize = 8 * 1024;

/// The most commands for a certificate after the first: twice as many as the longest takes in whole commands. A card that
/// gives it byte by byte would keep the reader for minutes.
const MAX_READS: usize = 64;

/// Whether the person agreed to use the last try.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum LastTry {
    /// Do not use it.
    Spare,
    /// The person was told, and confirmed just that.
    Confirmed,
}

/// How this card lets a file be named in P1 or P2.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Addressing {
    /// `80 + SFI`, which saves a SELECT EF.
    ShortFileId,
    /// The card refused that once; files are selected first.
    SelectedFile,
}

/// The JPKI applet, selected for the length of a transaction.
///
/// However it is left – done, refused, failed or panicking – the card's issuer domain is selected,
/// since neither selecting the applet again nor a reset makes the card forget a verified PIN.
#[derive(Debug)]
pub struct Applet<'t> {
    channel: Channel<'t>,
    addressing: Addressing,
    /// Select the issuer domain when dropped.
    leave: bool,
}

impl<'t> Applet<'t> {
    /// Selects the applet by its identifier. An answer to reset tells nothing: it differs by reader.
    ///
    /// # Errors
    /// [`AppletError::NotJpki`] for any other card, or the failed command.
    pub fn select(transaction: Box<dyn CardTransaction + 't>) -> Result<Self, AppletError> {
        let mut applet = Self {
            channel: Channel::new(transaction),
            addressing: Addressing::ShortFileId,
            leave: true,
        };
        applet.select_again().inspect_err(|error| {
            // Nothing was selected: a card of another kind is left as other programs know it.
            applet.leave = !matches!(error, AppletError::NotJpki);
        })?;
        Ok(applet)
    }

    /// Selects the issuer domain and nothing else: what is left to do for a request whose first half
    /// ended with [`Self::stay_selected`].
    pub fn leave(transaction: Box<dyn CardTransaction + 't>) {
        drop(Self {
            channel: Channel::new(transaction),
            addressing: Addressing::ShortFileId,
            leave: true,
        });
    }

    fn select_again(&mut self) -> Result<(), AppletError> {
        let select = CommandApdu::select_application(JPKI).map_err(CommandError::from)?;
        let mut status = self.channel.exchange(&select)?.status();
        if status == StatusWord::NO_DIAGNOSIS {
            // Some cards answer the first command after a cold reset so.
            status = self.channel.exchange(&select)?.status();
        }
        match status {
            StatusWord::SUCCESS => Ok(()),
            other if other.refuses_selection() => Err(AppletError::NotJpki),
            other => Err(CommandError::Refused(Instruction::SELECT, other).into()),
        }
    }

    /// Reads what kind of token this is.
    ///
    /// # Errors
    /// The failed command.
    pub fn card_kind(&mut self) -> Result<CardKind, AppletError> {
        const LABEL: Option<ExpectedLength> = ExpectedLength::new(32);
        let label = LABEL.unwrap_or(ExpectedLength::SHORT_MAXIMUM);
        Ok(CardKind::parse(&self.read_start(TOKEN_INFO, label)?))
    }

    /// Reads which certificates there are. A card that does not say is taken to have both.
    ///
    /// # Errors
    /// The failed command.
    pub fn available_certificates(&mut self) -> Result<AvailableCertificates, AppletError> {
        let file = self.read_start(AVAILABLE_CERTIFICATES, ExpectedLength::SHORT_MAXIMUM)?;
        Ok(
            AvailableCertificates::decode(&file).unwrap_or(AvailableCertificates {
                signature: true,
                authentication: true,
            }),
        )
    }

    /// Asks about a PIN by an empty VERIFY, which costs no try.
    ///
    /// # Errors
    /// [`AppletError::NoPinStatus`], or the failed command.
    pub fn pin_status(&mut self, pin: PinKind) -> Result<PinStatus, AppletError> {
        let file = pin_file(pin);
        let short = file
            .short()
            .filter(|_| self.addressing == Addressing::ShortFileId);
        let mut answer = short
            .map(|short| self.ask_tries(short.reference()))
            .transpose()?;
        if answer.is_none_or(refuses_short_file_id) {
            self.addressing = Addressing::SelectedFile;
            self.select_file(file)?;
            answer = Some(self.ask_tries(SELECTED_FILE)?);
        }
        let status = answer.unwrap_or(StatusWord::NO_DIAGNOSIS);
        PinStatus::decode(status).ok_or(AppletError::NoPinStatus(pin, status))
    }

    /// Case 1 of four bytes; some cards want the five-byte form, with Lc 00.
    fn ask_tries(&mut self, p2: u8) -> Result<StatusWord, CommandError> {
        let ask = CommandApdu::new(0x00, Instruction::VERIFY, 0x00, p2);
        let status = self.channel.exchange(&ask)?.status();
        if matches!(
            status,
            StatusWord::WRONG_LENGTH | StatusWord::LC_INCONSISTENT
        ) {
            let five_bytes = ask.expecting(ExpectedLength::SHORT_MAXIMUM);
            return Ok(self.channel.exchange(&five_bytes)?.status());
        }
        Ok(status)
    }

    /// Reads a certificate, as long as its DER header says, 256 bytes a command.
    ///
    /// # Errors
    /// [`AppletError::CertificateMissing`], [`AppletError::CertificateProtected`],
    /// [`AppletError::CertificateLength`], [`AppletError::Certificate`], or the failed command.
    pub fn read_certificate(&mut self, kind: CertificateKind) -> Result<Certificate, AppletError> {
        let mut der = self
            .read_start(kind.file(), ExpectedLength::SHORT_MAXIMUM)
            .map_err(|error| match error.status() {
                Some(StatusWord::SECURITY_STATUS_NOT_SATISFIED) => {
                    AppletError::CertificateProtected(kind)
                }
                Some(StatusWord::NOT_FOUND) => AppletError::CertificateMissing(kind),
                _ => error.into(),
            })?;
        if der.iter().all(|byte| matches!(byte, 0x00 | 0xFF)) {
            return Err(AppletError::CertificateMissing(kind));
        }
        let total = der_length(&der)
            .filter(|total| *total <= MAX_CERTIFICATE_LEN)
            .ok_or(AppletError::CertificateLength(kind))?;
        for _ in 0..MAX_READS {
            if der.len() >= total {
                break;
            }
            let missing = total.saturating_sub(der.len()).min(256);
            let command = u32::try_from(missing)
                .ok()
                .and_then(ExpectedLength::new)
                .zip(u16::try_from(der.len()).ok())
                .and_then(|(length, offset)| CommandApdu::read_binary(offset, length))
                .ok_or(AppletError::CertificateLength(kind))?;
            let chunk = self.read(&command)?;
            if chunk.is_empty() {
                return Err(AppletError::CertificateLength(kind));
            }
            der.extend(chunk);
        }
        if der.len() < total {
            return Err(AppletError::CertificateLength(kind));
        }
        der.truncate(total);
        Certificate::parse(der).map_err(|error| AppletError::Certificate(kind, error))
    }

    /// Asks for the tries left of a PIN. A PIN that another program left verified is forgotten by
    /// the card first: until then it does not tell the counter.
    ///
    /// # Errors
    /// [`UnlockError::Blocked`], [`UnlockError::CounterUnknown`], or the failed command.
    pub fn tries_left(&mut self, pin: PinKind) -> Result<TriesLeft, UnlockError> {
        let mut status = self.pin_status(pin)?;
        if status == PinStatus::Verified {
            self.forget_pins()?;
            self.select_again()?;
            status = self.pin_status(pin)?;
        }
        match status {
            PinStatus::Verified => Err(UnlockError::CounterUnknown),
            PinStatus::Blocked => Err(UnlockError::Blocked),
            PinStatus::Unverified(tries) => Ok(tries),
        }
    }

    /// Verifies a PIN after asking for its counter, and opens its key. The PIN is sent at most once.
    ///
    /// # Errors
    /// [`UnlockError`]; the PIN was sent only for `Incorrect`, `Blocked` and a failed VERIFY.
    pub fn unlock(
        &mut self,
        pin: &mut Pin,
        last_try: LastTry,
    ) -> Result<UnlockedKey<'_, 't>, UnlockError> {
        let kind = pin.kind();
        if self.tries_left(kind)?.is_last() && last_try == LastTry::Spare {
            return Err(UnlockError::LastTryUnconfirmed);
        }
        let p2 = self.reference(pin_file(kind)).unwrap_or(SELECTED_FILE);
        let verify = CommandApdu::new(0x00, Instruction::VERIFY, 0x00, p2);
        let with_pin = pin.as_data_of(verify.header());
        let status = self.channel.exchange_kept(&verify, with_pin)?.status();
        match PinStatus::decode(status) {
            Some(PinStatus::Verified) => Ok(UnlockedKey {
                applet: self,
                key: KeyKind::opened_by(kind),
            }),
            Some(PinStatus::Unverified(tries)) => Err(UnlockError::Incorrect(tries)),
            Some(PinStatus::Blocked) => Err(UnlockError::Blocked),
            None => Err(CommandError::Refused(Instruction::VERIFY, status).into()),
        }
    }

    /// Ends the transaction with the applet still selected, for the second half of a request whose
    /// first half presented no PIN. The caller sees to it that the request ends with another applet.
    pub fn stay_selected(mut self) {
        self.leave = false;
    }

    /// `80 + SFI` where this card takes it.
    fn reference(&self, file: FileId) -> Option<u8> {
        let short = file
            .short()
            .filter(|_| self.addressing == Addressing::ShortFileId);
        short.map(crate::apdu::ShortFileId::reference)
    }

    fn select_file(&mut self, file: FileId) -> Result<(), CommandError> {
        self.channel
            .demand(&CommandApdu::select_file(file)?)
            .map(drop)
    }

    /// Reads from offset 0, by short identifier where the card takes one; makes the file current.
    fn read_start(
        &mut self,
        file: FileId,
        length: ExpectedLength,
    ) -> Result<Vec<u8>, CommandError> {
        let short = file
            .short()
            .filter(|_| self.addressing == Addressing::ShortFileId);
        if let Some(short) = short {
            match self.read(&CommandApdu::read_binary_of(short, length)) {
                Err(error) if error.status().is_some_and(refuses_short_file_id) => {
                    self.addressing = Addressing::SelectedFile;
                }
                done => return done,
            }
        }
        self.select_file(file)?;
        let command = CommandApdu::new(0x00, Instruction::READ_BINARY, 0x00, 0x00);
        self.read(&command.expecting(length))
    }

    fn read(&mut self, command: &CommandApdu) -> Result<Vec<u8>, CommandError> {
        let response = self.channel.exchange(command)?;
        match response.status() {
            StatusWord::SUCCESS | StatusWord::END_OF_FILE => Ok(response.data().to_vec()),
            other => Err(CommandError::Refused(command.instruction(), other)),
        }
    }

    fn forget_pins(&mut self) -> Result<(), CommandError> {
        self.channel
            .demand(&CommandApdu::select_application(ISSUER_DOMAIN)?)
            .map(drop)
    }
}

impl Drop for Applet<'_> {
    fn drop(&mut self) {
        if !self.leave {
            return;
        }
        if let Err(error) = self.forget_pins() {
            tracing::debug!(%error, "the card is powered off instead");
            if let Err(error) = self.channel.power_off() {
                tracing::debug!(%error, "the card may still have its power");
            }
        }
    }
}

/// Proof of a verified PIN: only [`Applet::unlock`] makes one, and only it can sign.
pub struct UnlockedKey<'a, 't> {
    applet: &'a mut Applet<'t>,
    key: KeyKind,
}

impl UnlockedKey<'_, '_> {
    /// Reads the certificate of the key, which may be behind its PIN.
    ///
    /// # Errors
    /// Those of [`Applet::read_certificate`].
    pub fn read_certificate(&mut self) -> Result<Certificate, AppletError> {
        self.applet.read_certificate(self.key.certificate())
    }

    /// Signs a hash value (RSASSA-PKCS1-v1_5, 256 bytes) and checks the signature against the
    /// certificate before anyone sees it.
    ///
    /// # Errors
    /// [`AppletError::WrongSignature`], or the failed command.
    pub fn sign(
        &mut self,
        digest: &Digest,
        certificate: &Certificate,
    ) -> Result<Vec<u8>, AppletError> {
        let digest_info = digest.to_digest_info();
        let file = self.key.file();
        let mut signature = match self.applet.reference(file) {
            Some(reference) => match self.compute_signature(reference, &digest_info) {
                Err(error) if error.status().is_some_and(refuses_short_file_id) => {
                    self.applet.addressing = Addressing::SelectedFile;
                    None
                }
                done => Some(done?),
            },
            None => None,
        };
        if signature.is_none() {
            self.applet.select_file(file)?;
            signature = Some(self.compute_signature(SELECTED_FILE, &digest_info)?);
        }
        signature
            .filter(|signature| certificate.verifies(digest, signature))
            .ok_or(AppletError::WrongSignature(self.key.certificate()))
    }

    fn compute_signature(&mut self, p2: u8, digest_info: &[u8]) -> Result<Vec<u8>, CommandError> {
        let command = CommandApdu::new(0x80, Instruction::PERFORM_SECURITY_OPERATION, 0x00, p2)
            .with_data(digest_info)?
            .expecting(ExpectedLength::SHORT_MAXIMUM);
        Ok(self.applet.channel.demand(&command)?.to_vec())
    }
}

impl fmt::Debug for UnlockedKey<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "UnlockedKey({:?})", self.key)
    }
}

/// Whether a card answers so to `80 + SFI` where it wants the file selected first.
fn refuses_short_file_id(status: StatusWord) -> bool {
    matches!(
        status,
        StatusWord::WRONG_P1_P2 | StatusWord::NOT_FOUND | StatusWord::OUTSIDE_FILE
    )
}

/// The whole length of the DER object that begins here, header included.
fn der_length(start: &[u8]) -> Option<usize> {
    let (rest, header) = Header::from_der(start).ok()?;
    let header_length = start.len().checked_sub(rest.len())?;
    header.length().definite().ok()?.checked_add(header_length)
}
