//! OpenSSL as the judge of signatures.

use std::fs;
use std::process::Command;

use sha2::{Digest, Sha256};
use tempfile::TempDir;

use super::bytes;

/// What OpenSSL finds inside a signature of PKCS #1 v1.5 once its padding is gone.
pub(crate) fn recovered(certificate: &[u8], signature: &[u8]) -> Vec<u8> {
    let files = [("certificate", certificate), ("signature", signature)];
    let arguments =
        "-verifyrecover -certin -pkeyopt rsa_padding_mode:pkcs1 -inkey certificate -in signature";
    let (success, output) = pkeyutl(&files, arguments);
    assert!(success, "{}", String::from_utf8_lossy(&output));
    output
}

/// The same by a bare RSA-2048 key with exponent 65537.
pub(crate) fn recovered_by_key(modulus: &[u8], signature: &[u8]) -> Vec<u8> {
    assert_eq!(modulus.len(), 256);
    let public_key = [
        &bytes("30820122300D06092A864886F70D01010105000382010F003082010A0282010100"),
        modulus,
        &bytes("0203010001"),
    ]
    .concat();
    let files = [("key", &public_key[..]), ("signature", signature)];
    let arguments = "-verifyrecover -pubin -keyform DER -pkeyopt rsa_padding_mode:pkcs1 -inkey key -in signature";
    let (success, output) = pkeyutl(&files, arguments);
    assert!(success, "{}", String::from_utf8_lossy(&output));
    output
}

/// The DigestInfo of the SHA-256 hash of these bytes.
pub(crate) fn digest_info(data: &[u8]) -> Vec<u8> {
    let prefix = bytes("3031300D060960864801650304020105000420");
    [prefix, Sha256::digest(data).to_vec()].concat()
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
