//! `jpki-virtual-card`: plugs a software My Number card into pcscd.

mod cli;

use std::error::Error;
use std::process::ExitCode;

fn main() -> ExitCode {
    match cli::run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("jpki-virtual-card: {}", with_causes(&failure));
            ExitCode::FAILURE
        }
    }
}

/// An error with all its causes, on one line where they are.
fn with_causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(source) = cause {
        text.push_str(": ");
        text.push_str(&source.to_string());
        cause = source.source();
    }
    text
}
