//! The program: its options, its ready file and its end.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::holder::Holder;

struct Files {
    folder: TempDir,
}

impl Files {
    fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let holder = Holder::new();
        std::fs::write(
            folder.path().join("authentication.der"),
            holder.card().authentication_ca(),
        )
        .unwrap();
        let line_ending = x509_cert::der::pem::LineEnding::LF;
        let pem = x509_cert::der::pem::encode_string(
            "CERTIFICATE",
            line_ending,
            holder.card().signature_ca(),
        )
        .unwrap();
        std::fs::write(folder.path().join("signature.pem"), pem).unwrap();
        std::fs::write(folder.path().join("jpkid.js"), "export {};").unwrap();
        Self { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_relying-party"));
        command
            .args(["--listen", "127.0.0.1:0"])
            .arg("--authentication-ca")
            .arg(self.path("authentication.der"))
            .arg("--signature-ca")
            .arg(self.path("signature.pem"))
            .arg("--page-module")
            .arg(self.path("jpkid.js"))
            .arg("--ready-file")
            .arg(self.path("ready"))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }
}

fn wait_for<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(
            start.elapsed() < Duration::from_secs(10),
            "{what} did not come"
        );
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn ready(path: &Path) -> String {
    wait_for("the ready file", || std::fs::read_to_string(path).ok())
}

fn end(child: &mut Child, signal: &str) -> String {
    let status = Command::new("kill")
        .args([signal, &child.id().to_string()])
        .status()
        .unwrap();
    assert!(status.success());
    let status = wait_for("the end", || child.try_wait().unwrap());
    let (mut output, mut log) = (String::new(), String::new());
    child
        .stdout
        .take()
        .unwrap()
        .read_to_string(&mut output)
        .unwrap();
    child
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut log)
        .unwrap();
    assert!(status.success(), "{log}");
    assert_eq!(output, "", "nothing but the log is written");
    log
}

#[test]
fn it_serves_where_the_ready_file_says_and_ends_when_told() {
    for signal in ["-TERM", "-INT"] {
        let files = Files::new();
        let mut child = files.command().spawn().unwrap();
        let url = ready(&files.path("ready"));
        let host = url.strip_prefix("http://").unwrap();
        assert!(host.starts_with("localhost:"), "{url}");
        let port = host.strip_prefix("localhost:").unwrap().parse().unwrap();
        let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        write!(stream, "GET / HTTP/1.1\r\nHost: {host}\r\n\r\n").unwrap();
        let mut start = [0; 15];
        stream.read_exact(&mut start).unwrap();
        assert_eq!(&start, b"HTTP/1.1 200 OK");
        // The connection stays open; the end does not wait for it for ever.
        let log = end(&mut child, signal);
        assert!(log.contains(&format!("open {url}")), "{log}");
    }
}

#[test]
fn a_wrong_setting_is_named() {
    let files = Files::new();
    for (option, value, complaint) in [
        (
            "--origin",
            "http://example.jp".to_owned(),
            "neither https nor http on localhost",
        ),
        (
            "--origin",
            "https://example.jp/".to_owned(),
            "browsers write this origin https://example.jp",
        ),
        (
            "--signature-ca",
            files.path("missing").display().to_string(),
            "missing cannot be read",
        ),
        (
            "--signature-ca",
            files.path("jpkid.js").display().to_string(),
            "holds no certificate in PEM or DER",
        ),
    ] {
        let output = files.command().arg(option).arg(value).output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        let log = String::from_utf8(output.stderr).unwrap();
        assert!(log.contains(complaint), "{log}");
    }
    let leaf = files.path("leaf.der");
    std::fs::write(&leaf, Holder::new().card().authentication_certificate()).unwrap();
    let output = files
        .command()
        .arg("--signature-ca")
        .arg(leaf)
        .output()
        .unwrap();
    assert!(
        String::from_utf8(output.stderr)
            .unwrap()
            .contains("is no authority's certificate")
    );
}
