//! A browser's native port: the native host as a browser with the extension starts it.

use std::io::{Read as _, Write as _};
use std::process::{Child, Command, Stdio};

use jpkid::ipc::peer::CHROMIUM_EXTENSION_ID;
use serde_json::{Value, json};

use crate::daemon::{Daemon, program};

/// An open port. Closed when it is dropped, as by a browser whose page went away.
#[derive(Debug)]
pub struct Port {
    browser: Child,
}

impl Port {
    /// Opens one to this daemon.
    #[must_use]
    pub fn open(daemon: &Daemon) -> Self {
        let host = format!(
            "'{}' chrome-extension://{CHROMIUM_EXTENSION_ID}/; true",
            program("jpkid-native-host").display()
        );
        let browser = Command::new(daemon.browser())
            .args(["-c", &host])
            .env("JPKID_SOCKET", daemon.socket())
            .env("JPKID_CONFIG", "/nonexistent")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the browser starts");
        Self { browser }
    }

    /// Sends a request.
    pub fn send(&mut self, id: u32, method: &str, params: Value) {
        let request = json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params});
        let request = request.to_string();
        let length = u32::try_from(request.len()).expect("short").to_ne_bytes();
        let stdin = self.browser.stdin.as_mut().expect("piped");
        stdin
            .write_all(&[&length, request.as_bytes()].concat())
            .expect("the host reads");
    }

    /// Waits for the next message.
    pub fn receive(&mut self) -> Value {
        let stdout = self.browser.stdout.as_mut().expect("piped");
        let mut length = [0; 4];
        stdout.read_exact(&mut length).expect("a message");
        let length = usize::try_from(u32::from_ne_bytes(length)).expect("short");
        let mut content = vec![0; length];
        stdout.read_exact(&mut content).expect("a message");
        serde_json::from_slice(&content).expect("JSON")
    }

    /// Sends a request and waits for its result, which it gets.
    pub fn call(&mut self, id: u32, method: &str, params: Value) -> Value {
        self.send(id, method, params);
        let mut answer = self.receive();
        assert_eq!(answer.get("id"), Some(&id.into()), "{answer}");
        let result = answer.get_mut("result").map(Value::take);
        result.unwrap_or_else(|| panic!("no result: {answer}"))
    }
}

impl Drop for Port {
    fn drop(&mut self) {
        drop(self.browser.stdin.take());
        self.browser.wait().ok();
    }
}
