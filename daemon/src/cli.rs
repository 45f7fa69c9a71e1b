//! The command line `jpki`: what a person or a script can ask of the daemon.

mod arguments;
mod browsers;
mod card_programs;
pub mod certificate;
mod doctor;
mod history;
mod output;
mod requests;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::FromArgMatches;
use serde_json::{Value, json};

use crate::ipc::client::{CallError, Client, ConnectError, program_beside};
use crate::ipc::socket::SocketPlace;
use crate::ipc::{Failure, Missing};
use crate::language::Language;
use crate::settings::{Settings, SettingsError};
use arguments::{Action, Arguments, PinAction, SetupAction};
use output::Output;

/// Why a command was not done. Exit status 1, but for [`CliError::Usage`].
#[derive(Debug, thiserror::Error)]
enum CliError {
    /// The daemon refused, or could not be reached.
    #[error("{0}")]
    Refused(Failure),
    /// The daemon refused, in its own words.
    #[error("{0}")]
    Daemon(crate::ipc::client::Refusal),
    /// The settings cannot be used.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// The arguments do not go together; the message is for the person. Exit status 2.
    #[error("{0}")]
    Usage(String),
    /// A file could not be read or written.
    #[error("{path}: {source}")]
    File {
        /// The file.
        path: String,
        /// Why.
        source: std::io::Error,
    },
    /// The answer could not be printed.
    #[error("the answer cannot be printed: {0}")]
    Print(std::io::Error),
    /// The daemon's answer lacks something.
    #[error("the daemon's answer cannot be understood")]
    Answer,
    /// A check of `doctor` found a problem.
    #[error("a check failed")]
    Unwell,
}

/// Runs the command line; the exit status is 0 done, 1 refused or failed, 2 wrong usage.
pub async fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments: Vec<_> = arguments.into_iter().collect();
    let settings = Settings::load();
    let language = wished_language(&arguments)
        .or(settings
            .as_ref()
            .ok()
            .and_then(|settings| settings.language))
        .unwrap_or_else(|| Language::choose(None));
    let parsed = arguments::command(language)
        .try_get_matches_from(arguments)
        .and_then(|matches| Arguments::from_arg_matches(&matches));
    let Arguments { json, action, .. } = match parsed {
        Ok(parsed) => parsed,
        Err(error) => {
            error.print().ok();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    let output = Output { json, language };
    match act(action, &output, settings).await {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever reads the answer has stopped to: nothing is lost.
        Err(CliError::Print(error)) if error.kind() == std::io::ErrorKind::BrokenPipe => {
            ExitCode::SUCCESS
        }
        Err(error) => {
            output.complain(&error);
            ExitCode::from(if matches!(error, CliError::Usage(_)) {
                2
            } else {
                1
            })
        }
    }
}

async fn act(
    action: Action,
    output: &Output,
    settings: Result<Settings, SettingsError>,
) -> Result<(), CliError> {
    match action {
        Action::Status(arguments) => requests::status(output, &arguments).await,
        Action::Authenticate(arguments) => requests::authenticate(output, arguments).await,
        Action::Sign(arguments) => requests::sign(output, arguments).await,
        Action::Certificate(arguments) => requests::certificate(output, arguments).await,
        Action::Pin {
            action: PinAction::Status,
        } => requests::pin_status(output).await,
        Action::Doctor => doctor::examine(output, settings).await,
        Action::History(arguments) => history::show(output, &arguments, settings),
        Action::Setup {
            action: SetupAction::Browsers(arguments),
        } => browsers::set_up(output, &arguments, &settings?),
        Action::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(
                shell,
                &mut arguments::command(output.language),
                "jpki",
                &mut script,
            );
            output.bytes(&script)
        }
    }
}

/// `--lang` is looked for before the arguments are parsed, since help and errors have a language too.
fn wished_language(arguments: &[OsString]) -> Option<Language> {
    let mut arguments = arguments.iter().filter_map(|argument| argument.to_str());
    while let Some(argument) = arguments.next() {
        let tag = match argument.strip_prefix("--lang=") {
            Some(tag) => Some(tag),
            None if argument == "--lang" => arguments.next(),
            None => None,
        };
        if let Some(tag) = tag {
            return Language::parse(tag).ok().flatten();
        }
    }
    None
}

/// Asks the daemon, which is started if none listens.
async fn ask(output: &Output, method: &str, params: Value) -> Result<Value, CliError> {
    let mut client = connect().await?;
    let mut params = params;
    if let Some(fields) = params.as_object_mut() {
        fields.retain(|_, value| !value.is_null());
        fields.insert("lang".to_owned(), json!(output.language.tag()));
    }
    client
        .call(method, params)
        .await
        .map_err(|error| match error {
            CallError::Refused(refusal) => CliError::Daemon(refusal),
            other => CliError::Refused(
                Failure::no_service(Missing::Daemon).with_detail(other.to_string()),
            ),
        })
}

async fn connect() -> Result<Client, CliError> {
    let unreachable = |error: &dyn std::error::Error| {
        CliError::Refused(Failure::no_service(Missing::Daemon).with_detail(error.to_string()))
    };
    let place = SocketPlace::from_environment().map_err(|error| unreachable(&error))?;
    let daemon = program_beside("jpkid").map_err(|error| unreachable(&error))?;
    Client::connect_or_start(&place, &daemon)
        .await
        .map_err(|error: ConnectError| unreachable(&error))
}
