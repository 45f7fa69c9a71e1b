use std::fs;
use std::io::{IsTerminal, Read};
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use jiff::tz::{self, TimeZone};
use serde_json::{Value, json};
use sha2::{Digest, Sha256, Sha384, Sha512};

use super::arguments::{
    Authenticate, Certificate, Format, HashFunction, Key, Sign, Status, name_of,
};
use super::certificate::{pem, summary};
use super::output::Output;
use super::{CliError, ask};

/// Bytes of a file hashed at a time.
const CHUNK: usize = 64 * 1024;

pub(super) async fn status(output: &Output, arguments: &Status) -> Result<(), CliError> {
    let params = json!({"validity": arguments.validity});
    let status = ask(output, "status", params).await?;
    let mut lines = Vec::new();
    for reader in readers(&status) {
        lines.push(output.say("cli-reader", &[("name", text(reader, "name"))]));
        lines.extend(describe_card(output, reader));
    }
    if lines.is_empty() {
        lines.push(output.say("cli-no-reader", &[]));
    }
    output.answer(&status, &lines.join("\n"))
}

pub(super) async fn pin_status(output: &Output) -> Result<(), CliError> {
    let status = ask(output, "status", json!({})).await?;
    let pins: Vec<_> = readers(&status)
        .iter()
        .filter_map(|reader| {
            let pins = reader.get("card")?.get("pins")?;
            Some(json!({"reader": text(reader, "name"), "pins": pins}))
        })
        .collect();
    let lines: Vec<_> = readers(&status)
        .iter()
        .flat_map(
            |reader| match reader.get("card").filter(|card| !card.is_null()) {
                Some(card) => describe_pins(output, card),
                None => describe_card(output, reader),
            },
        )
        .collect();
    let text = if lines.is_empty() {
        output.say("cli-no-reader", &[])
    } else {
        lines.join("\n")
    };
    let told = !pins.is_empty();
    output.answer(&json!({"cards": pins, "readers": readers(&status)}), &text)?;
    if told { Ok(()) } else { Err(CliError::Unwell) }
}

pub(super) async fn authenticate(output: &Output, arguments: Authenticate) -> Result<(), CliError> {
    let Authenticate {
        origin,
        nonce,
        reader,
        wait,
    } = arguments;
    output.tell_of_window();
    let params = json!({
        "origin": origin,
        "challengeNonce": nonce,
        "reader": reader,
        "waitForCard": wait,
    });
    let token = ask(output, "authenticate", params).await?;
    // A token is JSON in any case.
    output.answer(&token, &format!("{token:#}"))
}

pub(super) async fn sign(output: &Output, arguments: Sign) -> Result<(), CliError> {
    let Sign {
        key,
        origin,
        hash_function,
        hash,
        files,
        out,
        certificate_out,
        reader,
        wait,
    } = arguments;
    if key == Key::Authentication {
        return Err(CliError::Usage(output.say("cli-authentication-key", &[])));
    }
    if out.is_some() && hash.len().max(files.len()) != 1 {
        return Err(CliError::Usage(output.say("cli-one-signature", &[])));
    }
    let hashes = if hash.is_empty() {
        files
            .iter()
            .map(|file| Ok(STANDARD.encode(digest(file, hash_function)?)))
            .collect::<Result<Vec<_>, CliError>>()?
    } else {
        hash
    };
    output.tell_of_window();
    let params = json!({
        "hashes": hashes,
        "hashFunction": name_of(hash_function),
        "origin": origin,
        "reader": reader,
        "waitForCard": wait,
    });
    let signed = ask(output, "sign", params).await?;
    if let Some(path) = certificate_out {
        write(&path, pem(&binary(&signed, "certificate")?).as_bytes())?;
    }
    let signatures = signed
        .get("signatures")
        .and_then(Value::as_array)
        .ok_or(CliError::Answer)?;
    let signatures: Vec<_> = signatures.iter().filter_map(Value::as_str).collect();
    match (out, signatures.first()) {
        (Some(path), Some(signature)) => {
            write(
                &path,
                &STANDARD.decode(signature).map_err(|_| CliError::Answer)?,
            )?;
            if output.json {
                output.line(&signed.to_string())
            } else {
                Ok(())
            }
        }
        _ => output.answer(&signed, &signatures.join("\n")),
    }
}

pub(super) async fn certificate(output: &Output, arguments: Certificate) -> Result<(), CliError> {
    let Certificate {
        kind,
        out,
        format,
        origin,
        reader,
        wait,
    } = arguments;
    let name = name_of(kind);
    if out.is_none()
        && matches!(format, Format::Der)
        && !output.json
        && std::io::stdout().is_terminal()
    {
        return Err(CliError::Usage(output.say("cli-der-to-terminal", &[])));
    }
    if name == "signature" {
        output.tell_of_window();
    }
    let params = json!({"kind": name, "origin": origin, "reader": reader, "waitForCard": wait});
    let answer = ask(output, "certificate", params).await?;
    let der = binary(&answer, "certificate")?;
    let bytes = match format {
        Format::Pem => pem(&der).into_bytes(),
        Format::Text => summary(output.language, &der)
            .ok_or(CliError::Answer)?
            .into_bytes(),
        Format::Der => der,
    };
    match out {
        Some(path) => {
            write(&path, &bytes)?;
            if output.json {
                output.line(&answer.to_string())
            } else {
                Ok(())
            }
        }
        None if output.json => output.line(&answer.to_string()),
        None => output.bytes(&bytes),
    }
}

/// The readers of a `status` answer.
pub(super) fn readers(status: &Value) -> &[Value] {
    status
        .get("readers")
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

/// A text field, empty where it is missing.
pub(super) fn text<'value>(object: &'value Value, name: &str) -> &'value str {
    object.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// What lies in a reader, in lines.
pub(super) fn describe_card(output: &Output, reader: &Value) -> Vec<String> {
    if let Some(error) = reader.get("error") {
        let code = text(error, "code");
        let message = output.say(&format!("error-{code}"), &[]);
        return vec![
            format!("  {message}"),
            format!("  {}", text(error, "advice")),
        ];
    }
    let Some(card) = reader.get("card").filter(|card| !card.is_null()) else {
        return vec![format!("  {}", output.say("cli-no-card", &[]))];
    };
    let kind = output.say(&format!("cli-card-{}", text(card, "kind")), &[]);
    let certificates = card.get("certificates").and_then(Value::as_array);
    let certificates: Vec<_> = certificates
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .map(|kind| output.say(&format!("cli-certificate-{kind}"), &[]))
        .collect();
    let mut lines = vec![
        format!("  {kind}"),
        format!(
            "  {}",
            output.say("cli-certificates", &[("list", &certificates.join(", "))])
        ),
    ];
    lines.extend(describe_pins(output, card));
    lines.extend(describe_validity(output, card));
    lines
}

/// The days as they are counted in Japan, where the card's last day is printed on it; the exact time is in `--json`.
fn describe_validity(output: &Output, card: &Value) -> Vec<String> {
    let date = |validity: &Value, name| {
        let time: Timestamp = text(validity, name).parse().ok()?;
        let in_japan = time.to_zoned_datetime(TimeZone::fixed(tz::offset(9)));
        Some(in_japan.date().to_string())
    };
    ["authentication", "signature"]
        .into_iter()
        .filter_map(|name| {
            let validity = card.get("validity")?.get(name)?;
            let kind = output.say(&format!("cli-certificate-{name}"), &[]);
            let from = date(validity, "notBefore")?;
            let until = date(validity, "notAfter")?;
            let dates = [("kind", kind.as_str()), ("from", &from), ("until", &until)];
            Some(format!("  {}", output.say("cli-validity", &dates)))
        })
        .collect()
}

fn describe_pins(output: &Output, card: &Value) -> Vec<String> {
    ["authentication", "signature"]
        .into_iter()
        .filter_map(|name| {
            let pin = card.get("pins")?.get(name)?;
            let state = match pin.get("triesLeft").and_then(Value::as_u64) {
                Some(0) => output.say("cli-pin-blocked", &[]),
                Some(tries) => output.say("cli-pin-tries", &[("tries", &tries.to_string())]),
                None => output.say("cli-pin-verified", &[]),
            };
            Some(format!(
                "  {}: {state}",
                output.say(&format!("cli-pin-{name}"), &[])
            ))
        })
        .collect()
}

fn digest(path: &Path, function: HashFunction) -> Result<Vec<u8>, CliError> {
    match function {
        HashFunction::Sha256 => digest_with::<Sha256>(path),
        HashFunction::Sha384 => digest_with::<Sha384>(path),
        HashFunction::Sha512 => digest_with::<Sha512>(path),
    }
    .map_err(|source| CliError::File {
        path: path.display().to_string(),
        source,
    })
}

fn digest_with<D: Digest>(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut file = fs::File::open(path)?;
    let mut hash = D::new();
    let mut chunk = vec![0; CHUNK];
    loop {
        match file.read(&mut chunk)? {
            0 => return Ok(hash.finalize().to_vec()),
            count => hash.update(chunk.get(..count).unwrap_or_default()),
        }
    }
}

fn binary(answer: &Value, name: &str) -> Result<Vec<u8>, CliError> {
    STANDARD
        .decode(text(answer, name))
        .map_err(|_| CliError::Answer)
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), CliError> {
    fs::write(path, bytes).map_err(|source| CliError::File {
        path: path.display().to_string(),
        source,
    })
}
