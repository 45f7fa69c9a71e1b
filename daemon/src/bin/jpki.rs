//! The command line for people and scripts; a client of the daemon.

use std::process::ExitCode;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    jpkid::cli::run(std::env::args_os()).await
}
