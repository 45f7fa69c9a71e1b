//! `jpki-virtual-card`: plugs a software My Number card into pcscd.

mod cli;

use std::process::ExitCode;

use jpki_virtual_card::with_causes;

fn main() -> ExitCode {
    match cli::run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("jpki-virtual-card: {}", with_causes(&failure));
            ExitCode::FAILURE
        }
    }
}
