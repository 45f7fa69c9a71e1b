//! `jpki-virtual-card`: plugs a software My Number card into pcscd.

mod cli;

use std::process::ExitCode;

fn main() -> ExitCode {
    match cli::run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("jpki-virtual-card: {}", cli::with_causes(&failure));
            ExitCode::FAILURE
        }
    }
}
