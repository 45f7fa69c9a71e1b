use std::path::{Path, PathBuf};

use clap::ValueEnum;
use native_messaging::Scope;
use native_messaging::install::paths::manifest_path;
use serde_json::{Value, json};

use super::CliError;
use super::arguments::{Browser, Browsers, name_of};
use super::output::Output;
use crate::ipc::client::program_beside;
use crate::ipc::peer::{CHROMIUM_EXTENSION_ID, FIREFOX_EXTENSION_ID};

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
pub(super) fn set_up(output: &Output, arguments: &Browsers) -> Result<(), CliError> {
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
                install(&key, &host).map_err(failed)?;
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

/// The manifests of all browsers as they are.
pub(super) fn manifests() -> Result<Vec<(String, Manifest)>, CliError> {
    let host = native_host()?;
    Browser::value_variants()
        .iter()
        .map(|browser| {
            let key = name_of(*browser);
            let path = path_of(&key)?;
            Ok((key, look(&path, &host)))
        })
        .collect()
}

pub(super) fn native_host() -> Result<PathBuf, CliError> {
    program_beside("jpkid-native-host").map_err(|source| CliError::File {
        path: "jpkid-native-host".to_owned(),
        source,
    })
}

fn install(key: &str, host: &Path) -> std::io::Result<()> {
    native_messaging::install(
        HOST_NAME,
        "jpkid: log in with a My Number card",
        host,
        &[format!("chrome-extension://{CHROMIUM_EXTENSION_ID}/")],
        &[FIREFOX_EXTENSION_ID.to_owned()],
        &[key],
        Scope::User,
    )
}

fn path_of(key: &str) -> Result<PathBuf, CliError> {
    manifest_path(key, Scope::User, HOST_NAME).map_err(|source| CliError::File {
        path: key.to_owned(),
        source,
    })
}

fn look(path: &Path, host: &Path) -> Manifest {
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
    let names = |list: &str, id: &str| {
        manifest
            .get(list)
            .and_then(Value::as_array)
            .is_some_and(|ids| {
                ids.iter()
                    .filter_map(Value::as_str)
                    .any(|known| known == id)
            })
    };
    let extension = format!("chrome-extension://{CHROMIUM_EXTENSION_ID}/");
    let right = manifest.get("path").and_then(Value::as_str).map(Path::new) == Some(host)
        && (names("allowed_origins", &extension)
            || names("allowed_extensions", FIREFOX_EXTENSION_ID));
    if right {
        Manifest::Right
    } else {
        Manifest::Wrong
    }
}
