//! `relying-party`: serves the site until it is told to end.

mod options;

use std::future::Future;
use std::io::{self, IsTerminal as _};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser as _;
use relying_party::{OriginError, SiteOrigin, router};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

use options::{Options, SettingsError};

/// How long open connections may take to finish once the program was told to end.
const FAREWELL: Duration = Duration::from_secs(3);

#[derive(Debug, thiserror::Error)]
enum StartError {
    #[error(transparent)]
    Settings(#[from] SettingsError),
    #[error("the origin {text} cannot be used: {source}")]
    Origin { text: String, source: OriginError },
    #[error("{address} cannot be listened on")]
    Listen {
        address: SocketAddr,
        source: io::Error,
    },
    #[error("{} cannot be written", path.display())]
    ReadyFile { path: PathBuf, source: io::Error },
    #[error("signals of the system cannot be received")]
    Signals(#[source] io::Error),
    #[error("the server failed")]
    Serve(#[source] io::Error),
}

#[tokio::main]
async fn main() -> ExitCode {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(io::stderr().is_terminal())
        .with_writer(io::stderr)
        .init();
    match serve(&Options::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let cause = std::error::Error::source(&error);
            tracing::error!(cause = cause.map(tracing::field::display), "{error}");
            ExitCode::FAILURE
        }
    }
}

async fn serve(options: &Options) -> Result<(), StartError> {
    // First, so that a signal during the start is not lost.
    let told_to_end = told_to_end().map_err(StartError::Signals)?;
    let listen = |source| StartError::Listen {
        address: options.listen,
        source,
    };
    let listener = TcpListener::bind(options.listen).await.map_err(listen)?;
    let bound = listener.local_addr().map_err(listen)?;
    let text = options
        .origin
        .clone()
        .unwrap_or_else(|| format!("http://localhost:{}", bound.port()));
    let origin = SiteOrigin::parse(&text).map_err(|source| StartError::Origin { text, source })?;
    let url = origin.as_str().to_owned();
    let app = router(options.site(origin)?);

    tracing::info!(%bound, "listening; open {url}");
    if let Some(path) = &options.ready_file {
        write_whole(path, &url).map_err(|source| StartError::ReadyFile {
            path: path.clone(),
            source,
        })?;
    }
    let (farewell, ending) = tokio::sync::oneshot::channel();
    let server = axum::serve(listener, app).with_graceful_shutdown(async move {
        told_to_end.await;
        // The receiver waits until the server has ended, so it is there.
        let _ = farewell.send(());
    });
    let too_slow = async {
        match ending.await {
            Ok(()) => tokio::time::sleep(FAREWELL).await,
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        served = server => served.map_err(StartError::Serve)?,
        () = too_slow => tracing::warn!("connections were still open"),
    }
    tracing::info!("ended");
    Ok(())
}

/// Ends with SIGTERM or Ctrl-C.
fn told_to_end() -> io::Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

/// Writes a file so that who waits for it never reads half of it.
fn write_whole(path: &Path, content: &str) -> io::Result<()> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".new");
    std::fs::write(&beside, content)?;
    std::fs::rename(&beside, path)
}
