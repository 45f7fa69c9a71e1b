//! Who is at the other end of the socket.

use std::io;
use std::path::{Path, PathBuf};

use tokio::net::UnixStream;

/// The id of the Chromium extension, fixed by the `key` in its manifest.
pub const CHROMIUM_EXTENSION_ID: &str = "kmbhegncnoikamoigmjkjpoehgbenimi";

/// The id of the Firefox add-on.
pub const FIREFOX_EXTENSION_ID: &str = "jpkid@extension.jpkid";

/// Program file names of browsers that start native messaging hosts themselves.
const BROWSERS: [&str; 15] = [
    "brave",
    "brave-browser",
    "chrome",
    "chromium",
    "chromium-browser",
    "firefox",
    "firefox-bin",
    "firefox-esr",
    "google-chrome",
    "librewolf",
    "microsoft-edge",
    "msedge",
    "opera",
    "vivaldi",
    "vivaldi-bin",
];

/// What the kernel's word about a peer's user means.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum PeerVerdict {
    /// The user whose daemon this is: served.
    SameUser,
    /// Anyone else, root included: closed without an answer.
    OtherUser,
}

/// Decides on the kernel's word alone; no socket is needed to test it.
#[must_use]
pub fn judge_peer(peer_uid: u32, own_uid: u32) -> PeerVerdict {
    if peer_uid == own_uid {
        PeerVerdict::SameUser
    } else {
        PeerVerdict::OtherUser
    }
}

/// Who asks, as far as the kernel and `/proc` tell.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Caller {
    /// A browser with our extension, through our native messaging host: the origin in the request is the
    /// browser's word.
    Browser {
        /// The browser's program file.
        program: PathBuf,
    },
    /// Any other program of the same user: the origin in the request is only what it claims, and the
    /// window names the program beside it.
    Program {
        /// The program file; `None` where the system does not tell.
        path: Option<PathBuf>,
    },
}

/// What the system tells of a peer.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct PeerFacts {
    /// The peer's program file.
    pub program: Option<PathBuf>,
    /// The program file of the process that started the peer.
    pub parent: Option<PathBuf>,
}

/// Whom the daemon believes to be a browser's messenger.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Trust {
    /// The native messaging host's program file, beside the daemon's own; `None` believes nobody.
    pub native_host: Option<PathBuf>,
    /// Extension ids that the settings add to our own two.
    pub extension_ids: Vec<String>,
}

impl Trust {
    /// Trusts the `jpkid-native-host` beside this process's own program file.
    #[must_use]
    pub fn beside_own_program(extension_ids: Vec<String>) -> Self {
        let native_host = program_of("self").and_then(|own| {
            let host = own.parent()?.join("jpkid-native-host");
            // `/proc` names files without symbolic links.
            host.canonicalize().ok()
        });
        Self {
            native_host,
            extension_ids,
        }
    }

    fn knows_extension(&self, started_by: &str) -> bool {
        let id = started_by
            .strip_prefix("chrome-extension://")
            .map_or(started_by, |rest| rest.strip_suffix('/').unwrap_or(rest));
        id == CHROMIUM_EXTENSION_ID
            || id == FIREFOX_EXTENSION_ID
            || self.extension_ids.iter().any(|known| known == id)
    }

    /// Decides who asks. A browser it is only if our native host speaks, a known extension had it
    /// started, and the program that started it is a browser; else the program is named.
    #[must_use]
    pub fn judge_caller(&self, facts: &PeerFacts, started_by: Option<&str>) -> Caller {
        let is_native_host = self.native_host.is_some() && facts.program == self.native_host;
        if !is_native_host {
            return Caller::Program {
                path: facts.program.clone(),
            };
        }
        match &facts.parent {
            Some(parent)
                if is_browser(parent) && started_by.is_some_and(|by| self.knows_extension(by)) =>
            {
                Caller::Browser {
                    program: parent.clone(),
                }
            }
            // The host only relays: who started it is the one who asks.
            Some(parent) => Caller::Program {
                path: Some(parent.clone()),
            },
            None => Caller::Program {
                path: facts.program.clone(),
            },
        }
    }
}

fn is_browser(program: &Path) -> bool {
    program
        .file_name()
        .and_then(|name| name.to_str())
        .is_some_and(|name| BROWSERS.contains(&name))
}

/// The kernel's word about a connected peer: its user and process, as they were when it connected.
///
/// # Errors
/// The system's error if the socket does not tell.
pub fn credentials(stream: &UnixStream) -> io::Result<(u32, Option<i32>)> {
    let credentials = stream.peer_cred()?;
    Ok((credentials.uid(), credentials.pid()))
}

/// The user of this process.
#[must_use]
pub fn own_uid() -> u32 {
    rustix::process::geteuid().as_raw()
}

/// Reads `/proc` about a process; what cannot be read stays unknown.
#[must_use]
pub fn read_facts(pid: Option<i32>) -> PeerFacts {
    let Some(pid) = pid.map(|pid| pid.to_string()) else {
        return PeerFacts::default();
    };
    PeerFacts {
        program: program_of(&pid),
        parent: parent_of(&pid).and_then(|parent| program_of(&parent)),
    }
}

fn program_of(pid: &str) -> Option<PathBuf> {
    let path = std::fs::read_link(format!("/proc/{pid}/exe")).ok()?;
    // The kernel's mark on a program that was replaced while it runs, as updates of browsers do.
    match path
        .to_str()
        .and_then(|text| text.strip_suffix(" (deleted)"))
    {
        Some(before) => Some(before.into()),
        None => Some(path),
    }
}

fn parent_of(pid: &str) -> Option<String> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let parent = status
        .lines()
        .find_map(|line| line.strip_prefix("PPid:"))?
        .trim();
    // 0 and 1: started by the system, or by a process that is gone.
    (!matches!(parent, "0" | "1")).then(|| parent.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOST: &str = "/usr/libexec/jpkid-native-host";

    fn trust() -> Trust {
        Trust {
            native_host: Some(HOST.into()),
            extension_ids: vec!["mine@example".into()],
        }
    }

    fn facts(program: &str, parent: &str) -> PeerFacts {
        PeerFacts {
            program: Some(program.into()),
            parent: Some(parent.into()),
        }
    }

    fn program(path: &str) -> Caller {
        Caller::Program {
            path: Some(path.into()),
        }
    }

    const CHROMIUM: &str = "/usr/lib/chromium/chromium";
    const STARTED: &str = "chrome-extension://kmbhegncnoikamoigmjkjpoehgbenimi/";

    #[test]
    fn only_the_same_user_is_served() {
        assert_eq!(judge_peer(1000, 1000), PeerVerdict::SameUser);
        assert_eq!(judge_peer(1001, 1000), PeerVerdict::OtherUser);
        assert_eq!(judge_peer(0, 1000), PeerVerdict::OtherUser);
    }

    #[test]
    fn our_host_started_by_a_browser_for_our_extension_is_the_browser() {
        for started_by in [STARTED, "jpkid@extension.jpkid", "mine@example"] {
            assert_eq!(
                trust().judge_caller(&facts(HOST, CHROMIUM), Some(started_by)),
                Caller::Browser {
                    program: CHROMIUM.into()
                },
                "{started_by}"
            );
        }
    }

    #[test]
    fn another_program_is_never_a_browser_whatever_it_says() {
        let facts = facts("/usr/bin/python3", CHROMIUM);
        assert_eq!(
            trust().judge_caller(&facts, Some(STARTED)),
            program("/usr/bin/python3")
        );
        assert_eq!(
            Trust::default().judge_caller(&facts, Some(STARTED)),
            program("/usr/bin/python3")
        );
    }

    #[test]
    fn our_host_started_by_another_program_speaks_for_that_program() {
        assert_eq!(
            trust().judge_caller(&facts(HOST, "/usr/bin/bash"), Some(STARTED)),
            program("/usr/bin/bash")
        );
        assert_eq!(
            trust().judge_caller(&facts(HOST, "/tmp/chromium/evil"), Some(STARTED)),
            program("/tmp/chromium/evil")
        );
    }

    #[test]
    fn another_extension_speaks_for_no_browser() {
        for started_by in [
            None,
            Some(""),
            Some("chrome-extension://aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/"),
            Some("https://kmbhegncnoikamoigmjkjpoehgbenimi/"),
            Some("chrome-extension://kmbhegncnoikamoigmjkjpoehgbenimi/x"),
        ] {
            assert_eq!(
                trust().judge_caller(&facts(HOST, CHROMIUM), started_by),
                program(CHROMIUM),
                "{started_by:?}"
            );
        }
    }

    #[test]
    fn what_the_system_does_not_tell_stays_unknown() {
        assert_eq!(
            trust().judge_caller(&PeerFacts::default(), Some(STARTED)),
            Caller::Program { path: None }
        );
        assert_eq!(
            Trust::default().judge_caller(&PeerFacts::default(), Some(STARTED)),
            Caller::Program { path: None }
        );
        let orphan = PeerFacts {
            program: Some(HOST.into()),
            parent: None,
        };
        assert_eq!(trust().judge_caller(&orphan, Some(STARTED)), program(HOST));
    }

    #[test]
    fn proc_tells_this_programs_file() {
        let own = i32::try_from(std::process::id()).expect("a process id");
        let facts = read_facts(Some(own));
        assert_eq!(facts.program, std::env::current_exe().ok());
        assert!(facts.parent.is_some());
        assert_eq!(read_facts(None), PeerFacts::default());
    }
}
