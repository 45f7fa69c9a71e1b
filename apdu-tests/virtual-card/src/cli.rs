//! The command line: one module a subcommand, and [`plug_in`] for the program without one.

mod card_arguments;
mod failure;
mod mint;
mod plug_in;
mod profile;

use clap::{Parser, Subcommand};

use failure::Failure;

/// A software My Number card for tests: puts it into pcscd's virtual reader until it is ended by SIGTERM or Ctrl-C.
///
/// Needs pcscd with vsmartcard's virtual reader (Debian: pcscd, vsmartcard-vpcd). Beware: that reader listens on all
/// network interfaces unless it is configured otherwise.
#[derive(Parser)]
#[command(version, args_conflicts_with_subcommands = true)]
struct Arguments {
    #[command(flatten)]
    plug_in: plug_in::PlugIn,
    #[command(subcommand)]
    command: Option<Action>,
}

#[derive(Subcommand)]
enum Action {
    /// Write the certificates of the card's authorities, as PEM and DER, for a relying party to trust.
    Mint(mint::Mint),
    /// Print a profile: a built-in one, or an example of every field.
    Profile(profile::Print),
    /// List the built-in profiles.
    Profiles(profile::List),
}

/// Does what the command line says.
///
/// # Errors
/// [`Failure`]; the process then ends with status 1. For wrong usage it ends at once with status 2.
pub(crate) fn run() -> Result<(), Failure> {
    let arguments = Arguments::parse();
    match arguments.command {
        None => plug_in::run(&arguments.plug_in),
        Some(Action::Mint(arguments)) => mint::run(&arguments),
        Some(Action::Profile(arguments)) => profile::print(&arguments),
        Some(Action::Profiles(arguments)) => profile::list(&arguments),
    }
}
