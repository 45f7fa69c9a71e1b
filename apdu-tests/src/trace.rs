//! Traces as people read them. A PIN is in none: the reader keeps no data.

use jpki_virtual_card::TraceStep;

/// SELECT, of the JPKI applet: its identifier has ten bytes.
pub const SELECT_APPLET: &str = "00 A4 04 0C Lc=10";
/// SELECT, of the issuer domain: its identifier has seven bytes. The card forgets its PINs.
pub const SELECT_ISSUER_DOMAIN: &str = "00 A4 04 0C Lc=7";
/// VERIFY without data, which asks for the tries left and costs none.
pub const ASK_AUTHENTICATION_TRIES: &str = "00 20 00 98";
/// VERIFY without data, which asks for the tries left and costs none.
pub const ASK_SIGNATURE_TRIES: &str = "00 20 00 9B";
/// VERIFY with four digits.
pub const VERIFY_AUTHENTICATION_PIN: &str = "00 20 00 98 Lc=4";
/// VERIFY with a password of six characters.
pub const VERIFY_SIGNATURE_PIN: &str = "00 20 00 9B Lc=6";
/// The signature command, over a DigestInfo of SHA-256.
pub const SIGN_WITH_AUTHENTICATION_KEY: &str = "80 2A 00 97 Lc=51";
/// The signature command, over a DigestInfo of SHA-256.
pub const SIGN_WITH_SIGNATURE_KEY: &str = "80 2A 00 9A Lc=51";

/// The headers of a trace with Lc where there is one, and nothing that came back.
#[must_use]
pub fn headers(trace: &[TraceStep]) -> Vec<String> {
    trace.iter().map(header).collect()
}

/// READ BINARY of a whole file of `length` bytes by its short identifier, 256 bytes a command.
#[must_use]
pub fn reads(short_file_id: u8, length: usize) -> Vec<String> {
    let first = format!("00 B0 {:02X} 00", 0x80 | short_file_id);
    let rest = (1..length.div_ceil(256)).map(|chunk| format!("00 B0 {chunk:02X} 00"));
    [first].into_iter().chain(rest).collect()
}

/// How many PINs were sent to the card.
#[must_use]
pub fn pins_sent(trace: &[TraceStep]) -> usize {
    trace
        .iter()
        .filter(|step| step.header[1] == 0x20 && step.lc > 0)
        .count()
}

/// A trace with the name of each command, one a line.
#[must_use]
pub fn show(trace: &[TraceStep]) -> String {
    let line = |(nth, step): (usize, &TraceStep)| {
        format!("{:2}  {step}  {}\n", nth.saturating_add(1), meaning(step))
    };
    trace.iter().enumerate().map(line).collect()
}

fn header(step: &TraceStep) -> String {
    let [cla, ins, p1, p2] = step.header;
    let lc = if step.lc > 0 {
        format!(" Lc={}", step.lc)
    } else {
        String::new()
    };
    format!("{cla:02X} {ins:02X} {p1:02X} {p2:02X}{lc}")
}

fn meaning(step: &TraceStep) -> &'static str {
    match (step.header, step.lc) {
        ([0x00, 0xA4, 0x04, ..], 10) => "SELECT JPKI applet",
        ([0x00, 0xA4, 0x04, ..], 7) => "SELECT issuer domain",
        ([0x00, 0xA4, 0x02, ..], _) => "SELECT file",
        ([0x00, 0xB0, ..], _) => "READ BINARY",
        ([0x00, 0xC0, ..], _) => "GET RESPONSE",
        ([0x00, 0x20, ..], 0) => "VERIFY, empty: how many tries are left?",
        ([0x00, 0x20, ..], _) => "VERIFY, with the PIN (not shown)",
        ([0x80, 0x2A, ..], _) => "compute the signature",
        _ => "?",
    }
}
