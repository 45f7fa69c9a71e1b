//! `completions`: a script for a shell.

use clap::CommandFactory;
use clap_complete::Shell;

use super::failure::{self, Failure};

pub(super) fn run<Arguments: CommandFactory>(shell: Shell) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(
        shell,
        &mut Arguments::command(),
        env!("CARGO_PKG_NAME"),
        &mut script,
    );
    failure::print(&script)
}
