//! OpenSSL's opinion on signatures: somebody else's code (Debian: openssl).

use std::ffi::OsStr;
use std::fs;
use std::process::{Command, Output};

use rsa::pkcs8::{EncodePublicKey as _, LineEnding};
use rsa::{BigUint, RsaPublicKey};
use tempfile::TempDir;

/// A public key, for OpenSSL to verify with.
#[derive(Debug)]
pub struct OpenSsl {
    directory: TempDir,
}

impl OpenSsl {
    /// Takes the key out of a certificate (DER).
    #[must_use]
    pub fn with_key_of(certificate: &[u8]) -> Self {
        let openssl = Self::without_key();
        openssl.write("certificate", certificate);
        let said =
            openssl.run("x509 -inform DER -in certificate -noout -pubkey -out key".split(' '));
        assert!(said.status.success(), "{said:?}");
        openssl
    }

    /// Takes an RSA key by its numbers, big-endian.
    #[must_use]
    pub fn with_rsa_key(modulus: &[u8], exponent: &[u8]) -> Self {
        let [modulus, exponent] = [modulus, exponent].map(BigUint::from_bytes_be);
        let key = RsaPublicKey::new(modulus, exponent).expect("an RSA key");
        let pem = key.to_public_key_pem(LineEnding::LF).expect("a PEM text");
        let openssl = Self::without_key();
        openssl.write("key", pem.as_bytes());
        openssl
    }

    fn without_key() -> Self {
        Self {
            directory: TempDir::new().expect("a directory"),
        }
    }

    /// Whether it takes a PKCS#1 v1.5 signature over `message`. `hash` is OpenSSL's name: `sha256`, `sha1`.
    #[must_use]
    pub fn accepts(&self, hash: &str, message: &[u8], signature: &[u8]) -> bool {
        self.verify(&[&format!("-{hash}")], message, signature)
    }

    /// Whether it takes an RSASSA-PSS signature with SHA-256 over `message`, with a salt as long as the hash.
    #[must_use]
    pub fn accepts_pss(&self, message: &[u8], signature: &[u8]) -> bool {
        let options = [
            "-sha256",
            "-sigopt",
            "rsa_padding_mode:pss",
            "-sigopt",
            "rsa_pss_saltlen:32",
        ];
        self.verify(&options, message, signature)
    }

    /// What stands under the PKCS#1 v1.5 padding of a signature; `None` where there is no such padding.
    #[must_use]
    pub fn recovers(&self, signature: &[u8]) -> Option<Vec<u8>> {
        self.write("signature", signature);
        let said = self.run(
            "pkeyutl -verifyrecover -pubin -inkey key -in signature -pkeyopt rsa_padding_mode:pkcs1"
                .split(' '),
        );
        said.status.success().then_some(said.stdout)
    }

    fn verify(&self, options: &[&str], message: &[u8], signature: &[u8]) -> bool {
        self.write("message", message);
        self.write("signature", signature);
        let files = ["-verify", "key", "-signature", "signature", "message"];
        let said = self.run(["dgst"].iter().chain(options).chain(&files));
        said.stdout == b"Verified OK\n"
    }

    fn write(&self, name: &str, bytes: &[u8]) {
        fs::write(self.directory.path().join(name), bytes).expect("a file");
    }

    fn run(&self, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Output {
        Command::new("openssl")
            .args(arguments)
            .current_dir(self.directory.path())
            .output()
            .expect("openssl must be installed (Debian: openssl)")
    }
}
