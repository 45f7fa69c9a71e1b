use std::path::PathBuf;

use clap::{Args, Command, CommandFactory, Parser, Subcommand, ValueEnum};

use crate::language::Language;

/// What was asked for. The help texts are in `locales/*/cli.ftl`, by command and argument.
#[derive(Debug, Parser)]
#[command(name = "jpki", version, arg_required_else_help = true)]
pub(super) struct Arguments {
    #[arg(long, global = true)]
    pub(super) json: bool,
    #[arg(long, global = true, value_name = "TAG", value_parser = Language::ALL.map(Language::tag))]
    pub(super) lang: Option<String>,
    #[command(subcommand)]
    pub(super) action: Action,
}

#[derive(Debug, Subcommand)]
pub(super) enum Action {
    Status(Status),
    Authenticate(Authenticate),
    Sign(Sign),
    Certificate(Certificate),
    #[command(arg_required_else_help = true)]
    Pin {
        #[command(subcommand)]
        action: PinAction,
    },
    Doctor,
    History(History),
    #[command(arg_required_else_help = true)]
    Setup {
        #[command(subcommand)]
        action: SetupAction,
    },
    Completions {
        shell: clap_complete::Shell,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum PinAction {
    Status,
}

#[derive(Debug, Subcommand)]
pub(super) enum SetupAction {
    Browsers(Browsers),
}

#[derive(Args, Debug)]
pub(super) struct Status {
    #[arg(long)]
    pub(super) validity: bool,
}

#[derive(Args, Debug)]
pub(super) struct Authenticate {
    #[arg(long, value_name = "URL")]
    pub(super) origin: String,
    #[arg(long, value_name = "TEXT")]
    pub(super) nonce: String,
    #[arg(long, value_name = "NAME")]
    pub(super) reader: Option<String>,
    #[arg(long)]
    pub(super) wait: bool,
}

#[derive(Args, Debug)]
pub(super) struct Sign {
    #[arg(long, value_enum)]
    pub(super) key: Key,
    /// The window shows it as what this program claims, beside the program's path.
    #[arg(long, value_name = "URL", default_value = "https://localhost")]
    pub(super) origin: String,
    #[arg(long, value_enum, default_value = "SHA-256")]
    pub(super) hash_function: HashFunction,
    #[arg(
        long,
        value_name = "BASE64",
        num_args = 1..,
        required_unless_present = "files",
        conflicts_with = "files"
    )]
    pub(super) hash: Vec<String>,
    #[arg(value_name = "FILE")]
    pub(super) files: Vec<PathBuf>,
    #[arg(long, value_name = "FILE")]
    pub(super) out: Option<PathBuf>,
    #[arg(long, value_name = "FILE")]
    pub(super) certificate_out: Option<PathBuf>,
    #[arg(long, value_name = "NAME")]
    pub(super) reader: Option<String>,
    #[arg(long)]
    pub(super) wait: bool,
}

#[derive(Args, Debug)]
pub(super) struct Certificate {
    #[arg(value_enum)]
    pub(super) kind: CertificateKind,
    #[arg(long, value_name = "FILE")]
    pub(super) out: Option<PathBuf>,
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: Format,
    #[arg(long, value_name = "URL")]
    pub(super) origin: Option<String>,
    #[arg(long, value_name = "NAME")]
    pub(super) reader: Option<String>,
    #[arg(long)]
    pub(super) wait: bool,
}

#[derive(Args, Debug)]
pub(super) struct History {
    #[arg(long, value_name = "N", default_value_t = 50)]
    pub(super) last: usize,
    #[arg(long, conflicts_with = "last")]
    pub(super) clear: bool,
}

#[derive(Args, Debug)]
pub(super) struct Browsers {
    #[arg(long, value_enum, value_name = "NAME")]
    pub(super) browser: Vec<Browser>,
    #[arg(long)]
    pub(super) remove: bool,
    #[arg(long)]
    pub(super) dry_run: bool,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(super) enum Key {
    Signature,
    Authentication,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum HashFunction {
    #[value(name = "SHA-256")]
    Sha256,
    #[value(name = "SHA-384")]
    Sha384,
    #[value(name = "SHA-512")]
    Sha512,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum CertificateKind {
    Authentication,
    Signature,
    AuthenticationCa,
    SignatureCa,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub(super) enum Format {
    #[default]
    Pem,
    Der,
    Text,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(super) enum Browser {
    Chrome,
    Chromium,
    Edge,
    Brave,
    Vivaldi,
    Firefox,
}

/// The name that a value has on the command line.
pub(super) fn name_of(value: impl ValueEnum) -> String {
    value
        .to_possible_value()
        .map(|value| value.get_name().to_owned())
        .unwrap_or_default()
}

/// The command line with its help in one language.
pub(super) fn command(language: Language) -> Command {
    let version = clap::Arg::new("version")
        .short('V')
        .long("version")
        .action(clap::ArgAction::Version);
    let command = Arguments::command().disable_version_flag(true).arg(version);
    let command = speak(command, language, "help");
    command.subcommand_help_heading(language.text("help-heading-commands", &[]))
}

/// Gives a command, its arguments and its subcommands the texts `help-COMMAND` and `help-arg-ARGUMENT`.
fn speak(command: Command, language: Language, id: &str) -> Command {
    let heading = language.text("help-heading-options", &[]);
    let usage = language.text("help-heading-usage", &[]);
    let mut command = command
        .about(language.text(id, &[]))
        .disable_help_subcommand(true)
        .help_template(format!("{{about}}\n\n{usage}: {{usage}}\n\n{{all-args}}"))
        .disable_help_flag(true)
        .arg(
            clap::Arg::new("help")
                .short('h')
                .long("help")
                .action(clap::ArgAction::Help)
                .help(language.text("help-arg-help", &[])),
        )
        .mut_args(|argument| {
            let name = argument.get_id().as_str().replace('_', "-");
            let id = format!("help-arg-{name}");
            argument
                .help(language.text(&id, &[]))
                .help_heading(heading.clone())
        });
    let names: Vec<_> = command
        .get_subcommands()
        .map(|command| command.get_name().to_owned())
        .collect();
    for name in names {
        let id = format!("{id}-{name}");
        command = command.mut_subcommand(name, |command| speak(command, language, &id));
    }
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arguments_fit_together_and_everything_has_a_help_text() {
        for language in Language::ALL {
            let mut command = command(language);
            command.clone().debug_assert();
            command.build();
            assert_helped(&command);
        }
    }

    fn assert_helped(command: &Command) {
        let name = command.get_name();
        let about = command.get_about().expect(name).to_string();
        assert!(!about.starts_with("help"), "{name}: {about}");
        for argument in command.get_arguments() {
            let help = argument.get_help().expect(name).to_string();
            assert!(!help.starts_with("help"), "{name}: {help}");
        }
        command.get_subcommands().for_each(assert_helped);
    }
}
