//! `profile`: an example profile on standard output.

use std::io::{self, Write as _};
use std::path::Path;

use jpki_virtual_card::profile;

use super::failure::Failure;

pub(super) fn run() -> Result<(), Failure> {
    io::stdout()
        .write_all(profile::EXAMPLE.as_bytes())
        .map_err(Failure::write(Path::new("standard output")))
}
