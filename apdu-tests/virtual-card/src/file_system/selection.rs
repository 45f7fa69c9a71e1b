//! SELECT, and what makes a DF or EF the current one.

use std::mem;

use super::FileSystem;
use crate::ber;
use crate::command::Occurrence;
use crate::file::FileId;
use crate::profile::StatusLifetime;
use crate::status_word::StatusWord;

impl FileSystem {
    /// Power is gone: no PIN is verified, and the default DF will be current.
    pub(crate) fn power_off(&mut self) {
        // Of all DFs: after a warm reset it is not the current one whose PINs may be verified.
        for df in self.other_dfs.iter_mut().chain([&mut self.current_df]) {
            df.clear_security_status();
        }
        self.make_current(self.default_df);
    }

    /// A warm reset: the default DF is current again; what that does to verified PINs is a question of `lifetime`.
    pub(crate) fn warm_reset(&mut self, lifetime: StatusLifetime) {
        match lifetime {
            // Measured: the applet finds its PINs still verified when it is selected next.
            StatusLifetime::Measured => self.make_current(self.default_df),
            StatusLifetime::Iso => self.power_off(),
        }
    }

    /// The master file cannot be reached: 6A86 outside an application, and inside 9000 that means nothing.
    pub(super) fn select_master_file(&self) -> Result<Vec<u8>, StatusWord> {
        if self.current_df.name == self.default_df {
            Err(StatusWord::WRONG_P1_P2)
        } else {
            Ok(Vec::new())
        }
    }

    /// Makes a DF current whose name begins with `prefix`: of several the first by name, or the next after the
    /// current one. In which order a real card has them is not known.
    pub(super) fn select_application(
        &mut self,
        prefix: &[u8],
        occurrence: Occurrence,
        lifetime: StatusLifetime,
    ) -> Result<(), StatusWord> {
        let current = self.current_df.name;
        let name = self
            .other_dfs
            .iter()
            .map(|df| df.name)
            .chain([current])
            .filter(|name| name.starts_with(prefix))
            .filter(|name| occurrence == Occurrence::First || *name > current)
            .min()
            .ok_or(StatusWord::NOT_FOUND)?;
        self.make_current(name);
        for left in &mut self.other_dfs {
            left.clear_security_status();
        }
        // Measured: selecting the same application again leaves its PINs verified.
        if lifetime == StatusLifetime::Iso {
            self.current_df.clear_security_status();
        }
        Ok(())
    }

    fn make_current(&mut self, name: &[u8]) {
        self.current_ef = None;
        if let Some(other) = self.other_dfs.iter_mut().find(|df| df.name == name) {
            mem::swap(&mut self.current_df, other);
        }
    }

    /// `6F { 84 DF-name }`: what the real card says here is not published, a name is the least ISO asks for.
    pub(super) fn file_control_information(&self) -> Vec<u8> {
        ber::object(0x6F, &ber::object(0x84, self.current_df.name))
    }

    pub(super) fn select_file(&mut self, id: FileId) -> Result<(), StatusWord> {
        self.current_df.contents(id).ok_or(StatusWord::NOT_FOUND)?;
        self.current_ef = Some(id);
        Ok(())
    }
}
