//! The files of a card that is powered on, and what each command does to them.

mod credential;
mod reading;
mod selection;
mod signing;

use crate::command::Command;
use crate::file::{Contents, DedicatedFile, FileId, FileReference, SessionKeyDelivery};
use crate::pin::ReferenceData;
use crate::profile::Quirks;
use crate::status_word::StatusWord;

/// The DFs and the two pointers of ISO/IEC 7816-4: current DF and current EF.
#[derive(Clone)]
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

    /// The PIN in `id` under the DF `name`, to change what outlives power.
    pub(crate) fn pin_mut_of(&mut self, name: &[u8], id: FileId) -> Option<&mut ReferenceData> {
        self.other_dfs
            .iter_mut()
            .chain([&mut self.current_df])
            .find(|df| df.name == name)?
            .pin_mut(id)
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
            Command::SelectApplication {
                name,
                occurrence,
                fci,
            } => {
                self.select_application(name, occurrence, quirks.status_lifetime)?;
                Ok(fci
                    .map(|_| self.file_control_information())
                    .unwrap_or_default())
            }
            Command::SelectFile(id) => self.select_file(id).map(|()| Vec::new()),
            Command::ReadBinary { file, offset, le } => {
                let id = self.resolve(file, quirks)?;
                self.read_binary(id, offset, le, quirks)
            }
            Command::ReadRecord { file, records, .. } => {
                let id = self.resolve(file, quirks)?;
                self.read_record(id, records)
            }
            Command::GetData { tag, .. } => self.data_object(tag),
            Command::Verify {
                file,
                ref presented,
            } => {
                let id = self.resolve(file, quirks)?;
                self.verify(id, presented, quirks)
            }
            Command::Change { command, file, new } => {
                let id = self.resolve(file, quirks)?;
                self.pin_mut(id)?.change(command, new)?;
                Ok(Vec::new())
            }
            Command::ComputeSignature { scheme, input, .. } if !scheme.accepts(input.len()) => {
                Err(quirks.wrong_signature_input.status())
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
            Command::InternalAuthenticate {
                file, challenge, ..
            } => {
                let id = self.resolve(file, quirks)?;
                self.internal_authenticate(id, challenge)
            }
            Command::GetChallenge { le } => Ok(signing::challenge(le)),
            Command::AuthenticateTerminal => Err(self.authenticate_terminal()),
            Command::SetSessionKey => Err(self.set_session_key()),
            Command::EndOfUse if self.current_df.knows_end_of_use => Ok(Vec::new()),
            Command::EndOfUse => Err(StatusWord::WRONG_LENGTH),
            // Only an answer that waits can be fetched, and this is asked when none does.
            Command::GetResponse { .. } => Err(StatusWord::CONDITIONS_NOT_SATISFIED),
        }
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
            FileReference::DefaultKey => self.current_df.default_key.ok_or(StatusWord::WRONG_P1_P2),
        }
    }

    /// No terminal has a certificate that this card believes: 6700, as measured for any that was tried.
    fn authenticate_terminal(&self) -> StatusWord {
        let known = self
            .current_df
            .files
            .iter()
            .any(|file| matches!(file.contents, Contents::TerminalAuthority));
        if known {
            StatusWord::WRONG_LENGTH
        } else {
            StatusWord::UNKNOWN_INSTRUCTION
        }
    }

    fn set_session_key(&self) -> StatusWord {
        match self.current_df.session_key_delivery {
            SessionKeyDelivery::NotConfigured => StatusWord::FAULTY_SECURITY_ENVIRONMENT,
            // The access rule comes before any look at the key, as measured.
            SessionKeyDelivery::After(pin) if self.current_df.is_verified(pin) => {
                StatusWord::WRONG_DATA
            }
            SessionKeyDelivery::Closed | SessionKeyDelivery::After(_) => StatusWord::NOT_VERIFIED,
        }
    }
}
