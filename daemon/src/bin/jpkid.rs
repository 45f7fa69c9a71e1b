//! The daemon: answers requests on its socket, and is the only one that talks to the card.

use std::io::{self, IsTerminal as _};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};
use jpkid::card::CardSource;
use jpkid::card::pcsc::PcscReaders;
use jpkid::history::{History, Recorded};
use jpkid::ipc::peer::Trust;
use jpkid::ipc::server::{ServerOptions, serve};
use jpkid::ipc::socket::{Listener, SocketError, SocketPlace};
use jpkid::ipc::witness;
use jpkid::jpki::LeftOpen;
use jpkid::language::Language;
use jpkid::pin::pinentry::Pinentry;
use jpkid::service::Service;
use jpkid::settings::{Settings, SettingsError};
use rustix::process::{DumpableBehavior, Resource, Rlimit, set_dumpable_behavior, setrlimit};
use tokio::runtime::Runtime;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;
use tracing_subscriber::EnvFilter;

/// The prompt program where neither `JPKID_PINENTRY` nor the settings name one.
const DEFAULT_PINENTRY: &str = "pinentry";

/// Speaks to a My Number card for web pages and programs; asks the person for the PIN itself.
#[derive(Debug, Parser)]
#[command(name = "jpkid", version, arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Listen on the local socket until SIGTERM.
    ///
    /// The log goes to standard error; RUST_LOG chooses how much of it (error, warn, info, debug).
    Serve(Serve),
    /// Tell a confined daemon which program a process runs. systemd starts it for each question.
    ///
    /// Reads a process id from standard input and writes the files of its program and of the one that started it.
    Witness,
}

#[derive(Args, Debug)]
struct Serve {
    /// Use a software card in place of readers, made by this profile: a built-in one (`jpki-virtual-card profiles`
    /// lists them) or a file. Without one, an adult's card with new keys.
    #[cfg(feature = "virtual-card")]
    #[arg(long, value_name = "NAME|FILE", num_args = 0..=1)]
    virtual_card: Option<Option<String>>,
    /// Control the software card through this socket: `jpki-virtual-card ctl --control PATH`.
    #[cfg(feature = "virtual-card")]
    #[arg(long, value_name = "PATH", requires = "virtual_card")]
    virtual_card_control: Option<std::path::PathBuf>,
}

/// Why the daemon could not start.
#[derive(Debug, thiserror::Error)]
enum StartError {
    #[error(transparent)]
    Settings(#[from] SettingsError),
    #[error(transparent)]
    Socket(#[from] SocketError),
    #[error("the process could not be protected from being read")]
    Protect(#[source] rustix::io::Errno),
    #[error("no threads to serve clients")]
    Runtime(#[source] io::Error),
    #[error("signals cannot be caught")]
    Signals(#[source] io::Error),
    #[error("no witness could be given")]
    Witness(#[source] io::Error),
    #[cfg(feature = "virtual-card")]
    #[error(transparent)]
    VirtualCard(#[from] jpki_virtual_card::control::InsertError),
    #[cfg(feature = "virtual-card")]
    #[error(transparent)]
    Control(#[from] jpki_virtual_card::control::PlaceError),
}

/// How long the end waits for what hangs in a call of the system.
const TIME_TO_END: Duration = Duration::from_millis(500);

fn main() -> ExitCode {
    let Arguments { command } = Arguments::parse();
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .with_env_filter(
            EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info")),
        )
        .init();
    let ended = match command {
        Command::Serve(arguments) => serve_until_stopped(arguments),
        Command::Witness => {
            witness::testify(io::stdin().lock(), io::stdout()).map_err(StartError::Witness)
        }
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let cause = std::error::Error::source(&error).map(ToString::to_string);
            tracing::error!(%error, cause, "the daemon cannot start");
            ExitCode::FAILURE
        }
    }
}

/// A smart card service that does not answer holds up the end no more than it holds up a request.
fn serve_until_stopped(arguments: Serve) -> Result<(), StartError> {
    let runtime = Runtime::new().map_err(StartError::Runtime)?;
    let ended = runtime.block_on(run(arguments));
    runtime.shutdown_timeout(TIME_TO_END);
    ended
}

async fn run(arguments: Serve) -> Result<(), StartError> {
    leave_session();
    hide_memory()?;
    let settings = Settings::load()?;
    let (source, _control) = source(&arguments)?;
    let pinentry = settings.pinentry.as_ref().map_or_else(
        || DEFAULT_PINENTRY.to_owned(),
        |program| program.to_string_lossy().into_owned(),
    );
    let place = SocketPlace::from_environment()?;
    let options = ServerOptions {
        language: settings.language.unwrap_or_else(|| Language::choose(None)),
        trust: Trust::beside_own_program(settings.extension_ids.clone()),
        witness: Some(place.path().with_file_name("witness.sock")),
    };
    let listener = Listener::open(&place).await?;
    let stop = stop_on_signals()?;
    let source = Arc::new(LeftOpen::new(source, place.path().with_extension("open")));
    let earlier = Arc::clone(&source);
    // Another program may hold the card for long: neither the start nor the end waits for that.
    std::thread::spawn(move || earlier.close_all());
    let history = settings.history.then(History::of_this_user).flatten();
    let history = history.map(Arc::new);
    let prompt = Arc::new(Pinentry::new(pinentry));
    let service = Service::new(source, prompt, settings, history.clone());
    tracing::info!(version = env!("CARGO_PKG_VERSION"), "listening");
    match history {
        Some(history) => {
            let recorded = Recorded::new(Arc::clone(&service), history);
            serve(listener, recorded, options, stop).await;
        }
        None => serve(listener, Arc::clone(&service), options, stop).await,
    }
    service.finish().await;
    tracing::info!("ended");
    Ok(())
}

/// Begins a session of its own, so that the terminal of whoever started the daemon neither ends nor stops
/// it, nor a prompt program on that terminal. Refused to one that a shell started in the foreground, which
/// is a group leader and is to end by Ctrl-C.
fn leave_session() {
    if let Err(error) = rustix::process::setsid() {
        tracing::debug!(%error, "the session stays the starter's");
    }
}

/// Lets neither a core dump nor another process of this user read the memory that PINs pass through.
fn hide_memory() -> Result<(), StartError> {
    let none = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    setrlimit(Resource::Core, none).map_err(StartError::Protect)?;
    set_dumpable_behavior(DumpableBehavior::NotDumpable).map_err(StartError::Protect)
}

/// What controls the software card as long as it is kept.
#[cfg(feature = "virtual-card")]
type Control = Option<jpki_virtual_card::control::Server>;
#[cfg(not(feature = "virtual-card"))]
type Control = ();

#[cfg(feature = "virtual-card")]
fn source(arguments: &Serve) -> Result<(Arc<dyn CardSource>, Control), StartError> {
    use jpki_virtual_card::{VirtualReader, control};
    let Some(profile) = &arguments.virtual_card else {
        return Ok((Arc::new(PcscReaders::default()), None));
    };
    let reader = VirtualReader::new("Virtual reader (software card)");
    let slot = control::CardSlot::new(reader.clone(), profile.as_deref(), None)?;
    let control = arguments
        .virtual_card_control
        .as_ref()
        .map(|path| control::serve(&control::Place::named(path), vec![Arc::new(slot)]))
        .transpose()?;
    Ok((Arc::new(reader), control))
}

#[cfg(not(feature = "virtual-card"))]
fn source(_: &Serve) -> Result<(Arc<dyn CardSource>, Control), StartError> {
    Ok((Arc::new(PcscReaders::default()), ()))
}

/// Cancelled by SIGTERM or SIGINT.
fn stop_on_signals() -> Result<CancellationToken, StartError> {
    let stop = CancellationToken::new();
    for kind in [SignalKind::terminate(), SignalKind::interrupt()] {
        let mut signals = signal(kind).map_err(StartError::Signals)?;
        let stop = stop.clone();
        tokio::spawn(async move {
            signals.recv().await;
            stop.cancel();
        });
    }
    Ok(stop)
}
