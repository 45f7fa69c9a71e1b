//! The command line: one module a subcommand, and [`plug_in`] for the program without one.

mod card_arguments;
mod completions;
mod ctl;
mod failure;
mod mint;
mod plug_in;
mod profile;
mod replay;
mod signals;
mod vpcd_arguments;

use clap::{Parser, Subcommand};

use failure::Failure;

/// A software My Number card for tests: puts it into pcscd's virtual reader until it is ended by SIGTERM or Ctrl-C.
///
/// Needs pcscd with vsmartcard's virtual reader (Debian: pcscd, vsmartcard-vpcd). Beware: that reader listens on all
/// network interfaces; docs/virtual-card.md shows how to keep it to this machine.
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
    /// Change what a running virtual card does: insert, remove, swap, arm faults; or look at it.
    Ctl(ctl::Ctl),
    /// Write the certificates of the card's authorities, as PEM and DER, for a relying party to trust.
    Mint(mint::Mint),
    /// Print a profile: a built-in one, or an example of every field.
    Profile(profile::Print),
    /// List the built-in profiles.
    Profiles(profile::List),
    /// Play a recording in pcscd's virtual reader; status 0 if everything in it was asked for, in order, and nothing else;
    /// 1 where something else came or nothing more does.
    Replay(replay::Replaying),
    /// Print a script that completes this program's arguments in a shell.
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
}

/// Does what the command line says.
///
/// # Errors
/// [`Failure`]; the process then ends with status 1. For wrong usage it ends at once with status 2.
pub(crate) fn run() -> Result<(), Failure> {
    let arguments = Arguments::parse();
    match arguments.command {
        None => plug_in::run(&arguments.plug_in),
        Some(Action::Ctl(arguments)) => ctl::run(&arguments),
        Some(Action::Mint(arguments)) => mint::run(&arguments),
        Some(Action::Profile(arguments)) => profile::print(&arguments),
        Some(Action::Profiles(arguments)) => profile::list(&arguments),
        Some(Action::Replay(arguments)) => replay::run(&arguments),
        Some(Action::Completions { shell }) => completions::run::<Arguments>(shell),
    }
}
