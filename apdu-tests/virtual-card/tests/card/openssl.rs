//! OpenSSL as the judge of signatures.

use std::fs;
use std::process::Command;

use tempfile::TempDir;

/// What OpenSSL finds inside a signature of PKCS #1 v1.5 once its padding is gone.
pub(crate) fn recovered(certificate: &[u8], signature: &[u8]) -> Vec<u8> {
    let files = [("certificate", certificate), ("signature", signature)];
    let arguments =
        "-verifyrecover -certin -pkeyopt rsa_padding_mode:pkcs1 -inkey certificate -in signature";
    let (success, output) = pkeyutl(&files, arguments);
    assert!(success, "{}", String::from_utf8_lossy(&output));
    output
}

/// Whether this is an RSASSA-PSS signature, salt of 32 bytes, of a SHA-256 hash.
pub(crate) fn verifies_pss(certificate: &[u8], hash: &[u8], signature: &[u8]) -> bool {
    let files = [
        ("certificate", certificate),
        ("hash", hash),
        ("signature", signature),
    ];
    let arguments = "-verify -certin -pkeyopt digest:sha256 -pkeyopt rsa_padding_mode:pss \
        -pkeyopt rsa_pss_saltlen:32 -inkey certificate -in hash -sigfile signature";
    pkeyutl(&files, arguments).0
}

/// Runs `openssl pkeyutl` beside these files; whether it succeeded, and what it wrote.
fn pkeyutl(files: &[(&str, &[u8])], arguments: &str) -> (bool, Vec<u8>) {
    let directory = TempDir::new().unwrap();
    for (name, bytes) in files {
        fs::write(directory.path().join(name), bytes).unwrap();
    }
    let output = Command::new("openssl")
        .arg("pkeyutl")
        .args(arguments.split_whitespace())
        .current_dir(&directory)
        .output()
        .unwrap();
    if output.status.success() {
        (true, output.stdout)
    } else {
        (false, output.stderr)
    }
}
