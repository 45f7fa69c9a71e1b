//! A person with a service manager of their own, as after logging in to a desktop.

use std::fs;
use std::io::{Read as _, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::UNITS;

/// Keys are made first, by a program that is not optimised.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// Not root, and need not be in the list of users.
const UID: &str = "1000";

/// What is other than in the unit: the card, who types, and where the log goes.
const OVERRIDE: &str = "[Service]
ExecStart=
ExecStart=jpkid serve --virtual-card adult
Environment=JPKID_PINENTRY=/home/person/typing
StandardError=append:/home/person/log
";

/// Types the PIN, and tries what a window has no business to do.
const TYPING: &str = r#"#!/bin/sh
echo 'OK ready'
while read -r line; do
    case $line in
    BYE*) echo OK; exit ;;
    GETPIN*) /home/person/attempts >"$XDG_RUNTIME_DIR/jpkid/attempts"; printf 'D 1234\nOK\n' ;;
    *) echo OK ;;
    esac
done
"#;

/// Each is done where nothing is confined.
const ATTEMPTS: &str = r#"#!/bin/bash
attempt() {
    if "${@:2}" >/dev/null 2>&1; then echo "$1: done"; else echo "$1: refused"; fi
}
attempt home touch /home/person/attempted
attempt programs touch /home/person/chromium
attempt network bash -c ': >/dev/udp/127.0.0.1/9'
attempt namespace unshare --user true
"#;

pub(crate) struct LoggedIn {
    manager: Child,
    _home: TempDir,
}

impl LoggedIn {
    /// With the units installed and their socket started.
    pub(crate) fn new() -> Self {
        let home = TempDir::new().unwrap();
        let units = home.path().join(".config/systemd/user");
        fs::create_dir_all(units.join("jpkid.service.d")).unwrap();
        for unit in fs::read_dir(UNITS).unwrap() {
            let unit = unit.unwrap();
            fs::copy(unit.path(), units.join(unit.file_name())).unwrap();
        }
        fs::write(units.join("jpkid.service.d/test.conf"), OVERRIDE).unwrap();
        for (name, script) in [("typing", TYPING), ("attempts", ATTEMPTS)] {
            let path = home.path().join(name);
            fs::write(&path, script).unwrap();
            fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
        }
        // A browser is known by its program's file name.
        fs::copy("/bin/bash", home.path().join("chromium")).unwrap();

        let manager = Command::new("unshare")
            .args(["--mount", "sh"])
            .arg(concat!(
                env!("CARGO_MANIFEST_DIR"),
                "/tests/confined/person.sh"
            ))
            .args([
                UID.as_ref(),
                programs().as_os_str(),
                home.path().as_os_str(),
            ])
            .stdin(Stdio::null())
            .spawn()
            .unwrap();
        let person = Self {
            manager,
            _home: home,
        };
        let begin = Instant::now();
        while !person
            .command("systemctl", &["--user", "start", "jpkid.socket"])
            .stderr(Stdio::null())
            .status()
            .unwrap()
            .success()
        {
            assert!(begin.elapsed() < PATIENCE, "no service manager");
            thread::sleep(Duration::from_millis(100));
        }
        person
    }

    /// What a program of the person's writes. It succeeds.
    pub(crate) fn run(&self, program: &str, arguments: &[&str]) -> String {
        let output = self.command(program, arguments).output().unwrap();
        assert!(
            output.status.success(),
            "{program}: {output:?}\n{}",
            self.read("home/person/log")
        );
        String::from_utf8(output.stdout).unwrap()
    }

    /// The daemon's process id; `0` where it does not run.
    pub(crate) fn daemon(&self) -> String {
        let shown = [
            "--user",
            "show",
            "--property=MainPID",
            "--value",
            "jpkid.service",
        ];
        self.run("systemctl", &shown).trim().to_owned()
    }

    /// The text of a file as the person sees it; the path is from the root.
    pub(crate) fn read(&self, path: &str) -> String {
        fs::read_to_string(self.seen(path)).unwrap_or_default()
    }

    pub(crate) fn has(&self, path: &str) -> bool {
        self.seen(path).exists()
    }

    /// Starts the native host as a browser with the extension does.
    pub(crate) fn browser(&self) -> Browser {
        let host = format!(
            "jpkid-native-host chrome-extension://{}/; true",
            jpkid::ipc::peer::CHROMIUM_EXTENSION_ID
        );
        let mut process = self
            .command("/home/person/chromium", &["-c", &host])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        Browser {
            to_host: process.stdin.take().unwrap(),
            from_host: process.stdout.take().unwrap(),
            process,
        }
    }

    fn seen(&self, path: &str) -> PathBuf {
        Path::new("/proc")
            .join(self.manager.id().to_string())
            .join("root")
            .join(path)
    }

    fn command(&self, program: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new("nsenter");
        command
            .args(["--mount", "--target", &self.manager.id().to_string()])
            .args(["setpriv", "--reuid", UID, "--regid", UID, "--clear-groups"])
            .args([
                "env",
                "-i",
                "HOME=/home/person",
                "XDG_RUNTIME_DIR=/run/user/1000",
            ])
            .args(["PATH=/usr/local/bin:/usr/bin:/bin", program])
            .args(arguments)
            .current_dir("/");
        command
    }
}

impl Drop for LoggedIn {
    fn drop(&mut self) {
        // The manager ends its services, then itself.
        self.command("systemctl", &["--user", "exit"]).status().ok();
        self.manager.wait().ok();
    }
}

/// A browser's end of native messaging.
pub(crate) struct Browser {
    process: Child,
    to_host: ChildStdin,
    from_host: ChildStdout,
}

impl Browser {
    pub(crate) fn call(&mut self, method: &str, params: &Value) -> Value {
        let request = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params});
        let request = request.to_string();
        let length = u32::try_from(request.len()).unwrap();
        self.to_host.write_all(&length.to_ne_bytes()).unwrap();
        self.to_host.write_all(request.as_bytes()).unwrap();
        let mut length = [0; 4];
        self.from_host.read_exact(&mut length).unwrap();
        let mut answer = vec![0; usize::try_from(u32::from_ne_bytes(length)).unwrap()];
        self.from_host.read_exact(&mut answer).unwrap();
        serde_json::from_slice(&answer).unwrap()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

/// Where this workspace's programs were built.
fn programs() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    test.ancestors().nth(2).unwrap().to_owned()
}
