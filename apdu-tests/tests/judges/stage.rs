//! What each client meets: a card in pcscd's first slot, and a directory for its files.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use apdu_tests::{OpenSsl, PluggedIn, trace};
use jpki_virtual_card::{PinReference, VirtualCard};
use tempfile::TempDir;

/// A key of the JPKI applet with what belongs to it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Key {
    Authentication,
    Signature,
}

impl Key {
    pub(crate) const BOTH: [Self; 2] = [Self::Authentication, Self::Signature];

    /// The PIN of the profile that all clients meet.
    pub(crate) fn pin(self) -> &'static str {
        match self {
            Self::Authentication => "1234",
            Self::Signature => "ABC123",
        }
    }

    fn reference(self) -> PinReference {
        match self {
            Self::Authentication => PinReference::Authentication,
            Self::Signature => PinReference::Signature,
        }
    }
}

pub(crate) struct Stage {
    plugged: PluggedIn,
    directory: TempDir,
}

impl Stage {
    /// An adult's card.
    pub(crate) fn new() -> Self {
        Self::with("")
    }

    /// The card of this profile.
    pub(crate) fn with(profile: &str) -> Self {
        Self {
            plugged: PluggedIn::new(profile),
            directory: TempDir::new().unwrap(),
        }
    }

    /// Looks at the card from inside.
    pub(crate) fn card<T>(&self, look: impl FnOnce(&VirtualCard) -> T) -> T {
        self.plugged.reader().inspect(look).expect("the card")
    }

    /// The tries left of the authentication PIN and of the signature password.
    pub(crate) fn tries(&self) -> [u8; 2] {
        self.card(|card| Key::BOTH.map(|key| card.tries_left(key.reference())))
    }

    /// Whether a key can be used by whoever sends the next command.
    pub(crate) fn is_open(&self, key: Key) -> bool {
        self.card(|card| card.is_verified(key.reference()))
    }

    /// The certificate of a key, as it was minted.
    pub(crate) fn certificate(&self, key: Key) -> Vec<u8> {
        self.card(|card| match key {
            Key::Authentication => card.authentication_certificate().to_vec(),
            Key::Signature => card
                .signature_certificate()
                .expect("a signature certificate")
                .to_vec(),
        })
    }

    /// The certificate of the authority that issued it.
    pub(crate) fn authority(&self, key: Key) -> Vec<u8> {
        self.card(|card| match key {
            Key::Authentication => card.authentication_ca().to_vec(),
            Key::Signature => card.signature_ca().to_vec(),
        })
    }

    /// OpenSSL, holding the public key.
    pub(crate) fn openssl(&self, key: Key) -> OpenSsl {
        OpenSsl::with_key_of(&self.certificate(key))
    }

    /// The APDUs so far, for a message.
    pub(crate) fn trace(&self) -> String {
        trace::show(&self.plugged.reader().trace())
    }

    /// A file in the directory.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, bytes: &[u8]) {
        fs::write(self.path(name), bytes).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name))
            .unwrap_or_else(|error| panic!("{name}: {error}\n{}", self.trace()))
    }

    /// A command that runs in the directory.
    pub(crate) fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.current_dir(self.directory.path());
        command
    }

    /// Runs a program in the directory.
    pub(crate) fn run(&self, program: &str, arguments: &[&str]) -> Output {
        self.command(program)
            .args(arguments)
            .output()
            .unwrap_or_else(|error| panic!("{program} must be installed: {error}"))
    }
}

/// What a program wrote to standard output.
pub(crate) fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}
