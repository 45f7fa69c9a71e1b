use std::path::{Path, PathBuf};

use clap::ValueEnum;
use native_messaging::Scope;
use native_messaging::install::paths::{manifest_path, manifest_paths};
use serde_json::{Value, json};

use super::CliError;
use super::arguments::{Browser, Browsers, name_of};
use super::output::Output;
use crate::ipc::client::program_beside;
use crate::ipc::peer::{CHROMIUM_EXTENSION_ID, FIREFOX_EXTENSION_ID};
use crate::settings::Settings;

/// The name by which the extension asks for the host.
const HOST_NAME: &str = "jpkid";

/// What lies where a browser looks for the native host's manifest.
pub(super) enum Manifest {
    /// The browser's configuration folder is not there: the browser is not used here.
    NoBrowser,
    /// There is no manifest.
    Missing,
    /// There is one, and it names another program or extension, or cannot be read.
    Wrong,
    /// There is one, for this installation.
    Right,
}

/// Writes or removes the manifests for the current user.
pub(super) fn set_up(
    output: &Output,
    arguments: &Browsers,
    settings: &Settings,
) -> Result<(), CliError> {
    let host = native_host()?;
    if !arguments.remove && !host.is_file() {
        return Err(CliError::File {
            path: host.display().to_string(),
            source: std::io::ErrorKind::NotFound.into(),
        });
    }
    let browsers = match arguments.browser.as_slice() {
        [] => Browser::value_variants(),
        chosen => chosen,
    };
    let mut done = Vec::new();
    for browser in browsers {
        let key = name_of(*browser);
        let path = path_of(&key)?;
        if !arguments.dry_run {
            let failed = |source| CliError::File {
                path: path.display().to_string(),
                source,
            };
            if arguments.remove {
                native_messaging::remove(HOST_NAME, &[&key], Scope::User).map_err(failed)?;
            } else {
                install(&key, &host, settings).map_err(failed)?;
            }
        }
        done.push((key, path));
    }
    let id = match (arguments.dry_run, arguments.remove) {
        (true, true) => "cli-manifest-would-remove",
        (true, false) => "cli-manifest-would-write",
        (false, true) => "cli-manifest-removed",
        (false, false) => "cli-manifest-written",
    };
    let lines: Vec<_> = done
        .iter()
        .map(|(_, path)| output.say(id, &[("path", &path.display().to_string())]))
        .collect();
    let manifests: Vec<_> = done
        .iter()
        .map(|(browser, path)| json!({"browser": browser, "manifest": path.display().to_string()}))
        .collect();
    let object = json!({
        "removed": arguments.remove,
        "dryRun": arguments.dry_run,
        "manifests": manifests,
    });
    output.answer(&object, &lines.join("\n"))
}

/// The manifests of all browsers as they are: the user's own, else the one that a package installed for
/// everyone.
pub(super) fn manifests() -> Result<Vec<(String, Manifest)>, CliError> {
    let host = native_host()?;
    Browser::value_variants()
        .iter()
        .map(|browser| {
            let key = name_of(*browser);
            let path = path_of(&key)?;
            let found = match look(*browser, &path, &host) {
                Manifest::Missing => everyones(&key)
                    .iter()
                    .map(|path| look(*browser, path, &host))
                    .find(|manifest| matches!(manifest, Manifest::Right | Manifest::Wrong))
                    .unwrap_or(Manifest::Missing),
                found => found,
            };
            Ok((key, found))
        })
        .collect()
}

/// Where a browser looks for manifests of all users; nowhere, for some.
fn everyones(key: &str) -> Vec<PathBuf> {
    manifest_paths(key, Scope::System, HOST_NAME).unwrap_or_default()
}

pub(super) fn native_host() -> Result<PathBuf, CliError> {
    program_beside("jpkid-native-host").map_err(|source| CliError::File {
        path: "jpkid-native-host".to_owned(),
        source,
    })
}

fn install(key: &str, host: &Path, settings: &Settings) -> std::io::Result<()> {
    // What the settings add, for a developer's own build of the extension.
    let (chromium, firefox): (Vec<_>, Vec<_>) = settings
        .extension_ids
        .iter()
        .partition(|id| is_chromium_id(id));
    let origins: Vec<_> = std::iter::once(CHROMIUM_EXTENSION_ID)
        .chain(chromium.into_iter().map(String::as_str))
        .map(|id| format!("chrome-extension://{id}/"))
        .collect();
    let add_ons: Vec<_> = std::iter::once(FIREFOX_EXTENSION_ID.to_owned())
        .chain(firefox.into_iter().cloned())
        .collect();
    native_messaging::install(
        HOST_NAME,
        "jpkid: log in with a My Number card",
        host,
        &origins,
        &add_ons,
        &[key],
        Scope::User,
    )
}

/// Chromium's ids are 32 of the letters a to p; a Firefox add-on chooses its own.
fn is_chromium_id(id: &str) -> bool {
    id.len() == 32 && id.bytes().all(|letter| matches!(letter, b'a'..=b'p'))
}

fn path_of(key: &str) -> Result<PathBuf, CliError> {
    manifest_path(key, Scope::User, HOST_NAME).map_err(|source| CliError::File {
        path: key.to_owned(),
        source,
    })
}

fn look(browser: Browser, path: &Path, host: &Path) -> Manifest {
    let Ok(text) = std::fs::read_to_string(path) else {
        // …/BROWSER/NativeMessagingHosts/jpkid.json
        let used = path
            .parent()
            .and_then(Path::parent)
            .is_some_and(Path::is_dir);
        return if used {
            Manifest::Missing
        } else {
            Manifest::NoBrowser
        };
    };
    let manifest: Value = serde_json::from_str(&text).unwrap_or_default();
    let (list, id) = match browser {
        Browser::Firefox => ("allowed_extensions", FIREFOX_EXTENSION_ID.to_owned()),
        Browser::Chrome | Browser::Chromium | Browser::Edge | Browser::Brave | Browser::Vivaldi => {
            (
                "allowed_origins",
                format!("chrome-extension://{CHROMIUM_EXTENSION_ID}/"),
            )
        }
    };
    let names_extension = manifest
        .get(list)
        .and_then(Value::as_array)
        .is_some_and(|ids| ids.iter().any(|known| known.as_str() == Some(&id)));
    let program = manifest.get("path").and_then(Value::as_str).map(Path::new);
    let right = program == Some(host) && names_extension;
    if right {
        Manifest::Right
    } else {
        Manifest::Wrong
    }
}
