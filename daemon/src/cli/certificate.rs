//! A certificate as text: for programs, and for a person at a terminal.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use x509_parser::asn1_rs::{Any, FromDer, Utf8String};
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::{GeneralName, ParsedExtension};
use x509_parser::parse_x509_certificate;

use crate::language::{Language, harmless};

/// Characters of a line in PEM (RFC 7468, section 2).
const PEM_LINE: usize = 64;

/// The textual encoding of a certificate (RFC 7468).
#[must_use]
pub fn pem(der: &[u8]) -> String {
    let base64 = STANDARD.encode(der);
    let mut text = String::from("-----BEGIN CERTIFICATE-----\n");
    for line in base64.as_bytes().chunks(PEM_LINE) {
        text.extend(line.iter().copied().map(char::from));
        text.push('\n');
    }
    text.push_str("-----END CERTIFICATE-----\n");
    text
}

/// What a person wants to know of a certificate; `None` if it cannot be read. It never says that a
/// certificate is valid: revocation is not checked.
#[must_use]
pub fn summary(language: Language, der: &[u8]) -> Option<String> {
    let (_, certificate) = parse_x509_certificate(der).ok()?;
    let mut lines = vec![
        ("cli-text-subject", certificate.subject().to_string()),
        ("cli-text-issuer", certificate.issuer().to_string()),
        ("cli-text-serial", certificate.raw_serial_as_string()),
        (
            "cli-text-from",
            certificate.validity().not_before.to_string(),
        ),
        (
            "cli-text-until",
            certificate.validity().not_after.to_string(),
        ),
    ];
    lines.extend(extensions(&certificate));
    let mut text: Vec<_> = lines
        .iter()
        .map(|(id, value)| {
            // Whoever made the certificate does not command the terminal.
            let value: String = value.chars().map(harmless).collect();
            format!("{}: {value}", language.text(id, &[]))
        })
        .collect();
    text.push(language.text("cli-text-revocation", &[]));
    Some(format!("{}\n", text.join("\n")))
}

fn extensions(certificate: &X509Certificate<'_>) -> Vec<(&'static str, String)> {
    let mut lines = Vec::new();
    for extension in certificate.extensions() {
        match extension.parsed_extension() {
            ParsedExtension::KeyUsage(usage) => {
                lines.push(("cli-text-usage", usage.to_string()));
            }
            ParsedExtension::CertificatePolicies(policies) => {
                let policies: Vec<_> = policies
                    .iter()
                    .map(|policy| policy.policy_id.to_id_string())
                    .collect();
                lines.push(("cli-text-policy", policies.join(", ")));
            }
            ParsedExtension::SubjectAlternativeName(names) => {
                lines.extend(names.general_names.iter().filter_map(personal));
            }
            _ => {}
        }
    }
    lines
}

/// Name, birth date, sex or address: otherNames of the signature certificate, by object identifier. Others
/// are passed over; a birth date is an era digit and YYYYMMDD (docs/card.md).
fn personal(name: &GeneralName<'_>) -> Option<(&'static str, String)> {
    let GeneralName::OtherName(id, value) = name else {
        return None;
    };
    let (_, text) = Any::from_der(value).ok()?;
    let (_, text) = Utf8String::from_der(text.data).ok()?;
    let text = text.string();
    match id.to_id_string().strip_prefix("1.2.392.200149.8.5.5.")? {
        "1" => Some(("cli-text-name", text)),
        "4" => Some(("cli-text-birth-date", text.get(1..)?.to_owned())),
        "3" => Some(("cli-text-sex", text)),
        "5" => Some(("cli-text-address", text)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_in_a_certificate_does_not_command_the_terminal() {
        let data = include_str!("../../tests/data/signature.b64");
        let data: String = data.split_whitespace().collect();
        let mut der = STANDARD.decode(data).unwrap();
        let line = |der: &[u8]| {
            let text = summary(Language::English, der).unwrap();
            let line = text.lines().find(|line| line.starts_with("Birth date"));
            line.unwrap().to_owned()
        };
        let born = line(&der).split_off("Birth date (YYYYMMDD): ".len());
        let at = der.windows(8).position(|eight| eight == born.as_bytes());
        der[at.unwrap()] = 0x1B;
        let damaged = born.replacen("1", "\u{FFFD}", 1);
        assert_eq!(line(&der), format!("Birth date (YYYYMMDD): {damaged}"));
    }

    #[test]
    fn pem_has_lines_of_64_characters() {
        let text = pem(&[0xA5; 100]);
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines.first(), Some(&"-----BEGIN CERTIFICATE-----"));
        assert_eq!(lines[1].len(), 64);
        assert_eq!(
            STANDARD.decode(lines[1..lines.len() - 1].concat()).unwrap(),
            [0xA5; 100]
        );
    }
}
