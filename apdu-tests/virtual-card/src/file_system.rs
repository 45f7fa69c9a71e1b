//! The files of a card that is powered on, and what each command does to them.

use std::mem;

use rsa::Pkcs1v15Sign;
use sha2::{Digest, Sha256};

use crate::command::{Command, Presented, SignatureScheme};
use crate::file::{Access, Contents, DedicatedFile, FileId, FileReference};
use crate::pin::ReferenceData;
use crate::profile::{QueryAnswer, Quirks, StatusLifetime};
use crate::status_word::StatusWord;

/// The DFs and the two pointers of ISO/IEC 7816-4: current DF and current EF.
pub(crate) struct FileSystem {
    /// The issuer security domain, or the application that was selected last.
    current_df: DedicatedFile,
    /// All others.
    other_dfs: Vec<DedicatedFile>,
    /// The EF that P2 = 80 and READ BINARY without a short EF id mean.
    current_ef: Option<FileId>,
    /// The name of the DF that is current at power-up.
    default_df: &'static [u8],
}

impl FileSystem {
    /// A card whose power-up DF is `default_df`.
    pub(crate) fn new(default_df: DedicatedFile, applications: Vec<DedicatedFile>) -> Self {
        Self {
            default_df: default_df.name,
            current_df: default_df,
            other_dfs: applications,
            current_ef: None,
        }
    }

    /// The name of the current DF.
    pub(crate) fn current_df(&self) -> &'static [u8] {
        self.current_df.name
    }

    /// The PIN in `id` under the DF `name`.
    pub(crate) fn pin(&self, name: &[u8], id: FileId) -> Option<&ReferenceData> {
        self.other_dfs
            .iter()
            .chain([&self.current_df])
            .find(|df| df.name == name)?
            .pin(id)
    }

    /// Every PIN of every DF, with the name of its DF and the id of its EF; the default DF goes first.
    pub(crate) fn pins(&self) -> impl Iterator<Item = (&'static [u8], FileId, &ReferenceData)> {
        let mut dfs: Vec<_> = self.other_dfs.iter().chain([&self.current_df]).collect();
        // Whichever is current: the order is one of the card, not of its state.
        dfs.sort_by_key(|df| (df.name != self.default_df, df.name));
        dfs.into_iter().flat_map(|df| {
            df.files.iter().filter_map(|file| match &file.contents {
                Contents::Pin(pin) => Some((df.name, file.id, pin)),
                _ => None,
            })
        })
    }

    /// Power is gone: no PIN is verified, and the default DF will be current.
    pub(crate) fn power_off(&mut self) {
        // Of all DFs: after a warm reset it is not the current one whose PINs may be verified.
        for df in self.other_dfs.iter_mut().chain([&mut self.current_df]) {
            df.clear_security_status();
        }
        self.select_default_df();
    }

    /// A warm reset: the default DF is current again; what that does to verified PINs is a question of `lifetime`.
    pub(crate) fn warm_reset(&mut self, lifetime: StatusLifetime) {
        match lifetime {
            // Measured: the applet finds its PINs still verified when it is selected next.
            StatusLifetime::Measured => self.select_default_df(),
            StatusLifetime::Iso => self.power_off(),
        }
    }

    /// Carries out a command.
    ///
    /// # Errors
    /// The status word, if it is not 9000.
    pub(crate) fn execute(
        &mut self,
        command: &Command<'_>,
        quirks: &Quirks,
    ) -> Result<Vec<u8>, StatusWord> {
        match *command {
            Command::SelectMasterFile => self.select_master_file(),
            Command::SelectFromMasterFile => Err(StatusWord::NOT_FOUND),
            Command::SelectApplication { name, fci } => {
                self.select_application(name, quirks.status_lifetime)?;
                Ok(fci
                    .map(|_| self.file_control_information())
                    .unwrap_or_default())
            }
            Command::SelectFile(id) => self.select_file(id).map(|()| Vec::new()),
            Command::ReadBinary { file, offset, le } => {
                let id = self.resolve(file, quirks)?;
                self.read_binary(id, offset, le)
            }
            Command::Verify {
                file,
                ref presented,
            } => {
                let id = self.resolve(file, quirks)?;
                self.verify(id, presented, quirks)
            }
            Command::ChangeReferenceData { file, new } => {
                let id = self.resolve(file, quirks)?;
                self.change_reference_data(id, new)
            }
            Command::ComputeSignature {
                file,
                scheme,
                input,
                ..
            } => {
                let id = self.resolve(file, quirks)?;
                self.compute_signature(id, scheme, input)
            }
            // Only an answer that waits can be fetched, and this is asked when none does.
            Command::GetResponse { .. } => Err(StatusWord::CONDITIONS_NOT_SATISFIED),
        }
    }

    /// The master file cannot be reached: 6A86 outside an application, and inside 9000 that means nothing.
    fn select_master_file(&self) -> Result<Vec<u8>, StatusWord> {
        if self.current_df.name == self.default_df {
            Err(StatusWord::WRONG_P1_P2)
        } else {
            Ok(Vec::new())
        }
    }

    /// Makes the DF current whose name begins with `prefix`; the current one goes first.
    fn select_application(
        &mut self,
        prefix: &[u8],
        lifetime: StatusLifetime,
    ) -> Result<(), StatusWord> {
        if !self.current_df.name.starts_with(prefix) {
            let other = self
                .other_dfs
                .iter_mut()
                .find(|df| df.name.starts_with(prefix));
            mem::swap(&mut self.current_df, other.ok_or(StatusWord::NOT_FOUND)?);
        }
        self.current_ef = None;
        for left in &mut self.other_dfs {
            left.clear_security_status();
        }
        // Measured: selecting the same application again leaves its PINs verified.
        if lifetime == StatusLifetime::Iso {
            self.current_df.clear_security_status();
        }
        Ok(())
    }

    fn select_default_df(&mut self) {
        self.current_ef = None;
        if let Some(default) = self
            .other_dfs
            .iter_mut()
            .find(|df| df.name == self.default_df)
        {
            mem::swap(&mut self.current_df, default);
        }
    }

    /// `6F { 84 DF-name }`: what the real card says here is not published, a name is the least ISO asks for.
    fn file_control_information(&self) -> Vec<u8> {
        let name = tlv(0x84, self.current_df.name);
        tlv(0x6F, &name)
    }

    fn select_file(&mut self, id: FileId) -> Result<(), StatusWord> {
        self.current_df.contents(id).ok_or(StatusWord::NOT_FOUND)?;
        self.current_ef = Some(id);
        Ok(())
    }

    /// The EF that a command names; a short EF id makes it the current one.
    fn resolve(&mut self, file: FileReference, quirks: &Quirks) -> Result<FileId, StatusWord> {
        match file {
            FileReference::Current => self.current_ef.ok_or(StatusWord::NO_CURRENT_EF),
            FileReference::Short(_) if quirks.refuse_short_file_id => Err(StatusWord::WRONG_P1_P2),
            FileReference::Short(id) => {
                self.select_file(id)?;
                Ok(id)
            }
        }
    }

    /// As many bytes as there are, up to `le`: the end of the file is no error, what lies behind it is.
    fn read_binary(&self, id: FileId, offset: usize, le: usize) -> Result<Vec<u8>, StatusWord> {
        let Some(Contents::Binary { bytes, access }) = self.current_df.contents(id) else {
            return Err(StatusWord::WRONG_FILE_TYPE);
        };
        match access {
            Access::Free => {}
            Access::After(pin) if self.current_df.is_verified(*pin) => {}
            Access::After(_) | Access::Never => return Err(StatusWord::NOT_VERIFIED),
        }
        match bytes.get(offset..) {
            None | Some([]) => Err(StatusWord::OUTSIDE_EF),
            Some(rest) => Ok(rest.iter().take(le).copied().collect()),
        }
    }

    fn verify(
        &mut self,
        id: FileId,
        presented: &Presented<'_>,
        quirks: &Quirks,
    ) -> Result<Vec<u8>, StatusWord> {
        let pin = self.pin_mut(id)?;
        match presented {
            Presented::NothingInFourBytes if quirks.refuse_four_byte_verify => {
                Err(StatusWord::WRONG_LENGTH)
            }
            Presented::NothingInFourBytes | Presented::NothingWithLength => {
                match quirks.query_after_success {
                    QueryAnswer::Done if pin.is_verified() => Ok(Vec::new()),
                    // 63C0 for a blocked PIN: only a try with data is answered 6984.
                    QueryAnswer::Done | QueryAnswer::TriesLeft => {
                        Err(StatusWord::tries_left(pin.tries_left()))
                    }
                }
            }
            Presented::Data(data) => pin.verify(data).map(|()| Vec::new()),
        }
    }

    fn change_reference_data(&mut self, id: FileId, new: &[u8]) -> Result<Vec<u8>, StatusWord> {
        let pin = self.pin_mut(id)?;
        if !pin.is_verified() {
            return Err(StatusWord::NOT_VERIFIED);
        }
        pin.change(new);
        Ok(Vec::new())
    }

    fn pin_mut(&mut self, id: FileId) -> Result<&mut ReferenceData, StatusWord> {
        match self.current_df.contents_mut(id) {
            Some(Contents::Pin(pin)) => Ok(pin),
            _ => Err(StatusWord::WRONG_FILE_TYPE),
        }
    }

    fn compute_signature(
        &self,
        id: FileId,
        scheme: SignatureScheme,
        input: &[u8],
    ) -> Result<Vec<u8>, StatusWord> {
        let Some(Contents::Key { private, opened_by }) = self.current_df.contents(id) else {
            return Err(StatusWord::WRONG_FILE_TYPE);
        };
        if !self.current_df.is_verified(*opened_by) {
            return Err(StatusWord::NOT_VERIFIED);
        }
        let key = private
            .as_deref()
            .ok_or(StatusWord::CONDITIONS_NOT_SATISFIED)?;
        let bare = Pkcs1v15Sign::new_unprefixed;
        let signature = match scheme {
            SignatureScheme::Verbatim => key.sign(bare(), input),
            SignatureScheme::HashBare => key.sign(bare(), &Sha256::digest(input)),
            SignatureScheme::DigestInfo => key.sign(Pkcs1v15Sign::new::<Sha256>(), input),
            SignatureScheme::HashDigestInfo => {
                key.sign(Pkcs1v15Sign::new::<Sha256>(), &Sha256::digest(input))
            }
        };
        signature.map_err(|_| StatusWord::NO_DIAGNOSIS)
    }
}

/// A BER-TLV object with a length below 128.
fn tlv(tag: u8, value: &[u8]) -> Vec<u8> {
    let length = u8::try_from(value.len()).unwrap_or(u8::MAX);
    [&[tag, length], value].concat()
}
