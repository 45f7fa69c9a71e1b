//! COMPUTE DIGITAL SIGNATURE, judged by OpenSSL.

use super::openssl::{recovered, verifies_pss};
use super::*;

/// Sends a short case 4 command; data and status word of the answer.
fn sign(card: &mut VirtualCard, p1: u8, p2: u8, input: &[u8]) -> (Vec<u8>, String) {
    let lc = u8::try_from(input.len()).unwrap();
    let answer = card.transmit(&[&[0x80, 0x2A, p1, p2, lc], input, &[0x00]].concat());
    let (data, status) = answer.split_last_chunk::<2>().unwrap();
    (data.to_vec(), hex(status))
}

fn unlocked() -> VirtualCard {
    let mut card = jpki("");
    assert_eq!(
        statuses(&mut card, &[VERIFY_AUTHENTICATION, VERIFY_SIGNATURE]),
        ["9000", "9000"]
    );
    card
}

#[test]
fn the_input_is_padded_as_it_is_and_signed_by_the_key_that_was_named() {
    let mut card = unlocked();
    for input in [
        vec![0x00],
        b"any bytes".to_vec(),
        vec![0xFF; 51],
        vec![0x30; 245],
    ] {
        let (by_authentication, status) = sign(&mut card, 0x00, 0x97, &input);
        assert_eq!((by_authentication.len(), status.as_str()), (256, "9000"));
        assert_eq!(
            recovered(card.authentication_certificate(), &by_authentication),
            input
        );
        let (by_signature, _) = sign(&mut card, 0x00, 0x9A, &input);
        assert_eq!(
            recovered(card.signature_certificate().unwrap(), &by_signature),
            input
        );
    }
}

#[test]
fn a_selected_key_signs_the_same_as_one_named_by_its_short_id() {
    let mut card = unlocked();
    let (by_short_id, _) = sign(&mut card, 0x00, 0x97, b"input");
    assert_eq!(send(&mut card, "00A4020C02 0017"), "9000");
    assert_eq!(
        sign(&mut card, 0x00, 0x80, b"input"),
        (by_short_id, "9000".to_owned())
    );
}

#[test]
fn p1_01_to_03_hash_and_wrap_on_the_card() {
    use sha2::{Digest, Sha256};
    let mut card = unlocked();
    let message = b"to be hashed";
    let hash = Sha256::digest(message).to_vec();
    let digest_info = [
        bytes("3031300D060960864801650304020105000420"),
        hash.clone(),
    ]
    .concat();
    for (p1, input, inside) in [
        (0x01, &message[..], &hash),
        (0x02, &hash[..], &digest_info),
        (0x03, &message[..], &digest_info),
    ] {
        let (signature, status) = sign(&mut card, p1, 0x97, input);
        assert_eq!(status, "9000", "P1 = {p1:02X}");
        assert_eq!(
            &recovered(card.authentication_certificate(), &signature),
            inside,
            "P1 = {p1:02X}"
        );
    }
}

#[test]
fn p1_04_and_05_sign_by_pss_with_a_salt_that_is_never_the_same() {
    use sha2::{Digest, Sha256};
    let mut card = unlocked();
    let message = b"to be hashed";
    let hash = Sha256::digest(message);
    for (p1, input) in [(0x04, &hash[..]), (0x05, &message[..])] {
        let (first, status) = sign(&mut card, p1, 0x97, input);
        assert_eq!(status, "9000", "P1 = {p1:02X}");
        let certificate = card.authentication_certificate();
        assert!(verifies_pss(certificate, &hash, &first), "P1 = {p1:02X}");
        let other = Sha256::digest(b"another message");
        assert!(!verifies_pss(certificate, &other, &first));
        assert_ne!(sign(&mut card, p1, 0x97, input).0, first);
    }
}

#[test]
fn any_other_p1_is_wrong() {
    let mut card = unlocked();
    for p1 in 6..=0xFF {
        assert_eq!(
            sign(&mut card, p1, 0x97, &[0x31; 32]),
            (vec![], "6A86".to_owned()),
            "{p1:02X}"
        );
    }
}

#[test]
fn inputs_of_every_length_are_signed_or_refused_by_their_scheme() {
    let mut card = unlocked();
    let accepted = |p1: u8| {
        (0..=255_usize)
            .filter(|length| {
                // A tenth of the signatures is enough; no refusal is left out.
                let signs = match p1 {
                    0 => (1..=245).contains(length),
                    2 | 4 => *length == 32,
                    _ => *length > 0,
                };
                if signs && !(length % 10 == 5 || [1, 32, 245, 255].contains(length)) {
                    return false;
                }
                let command = match length {
                    0 => vec![0x80, 0x2A, p1, 0x97, 0x00],
                    _ => [
                        &[0x80, 0x2A, p1, 0x97, u8::try_from(*length).unwrap()],
                        &vec![0x31; *length][..],
                        &[0x00],
                    ]
                    .concat(),
                };
                let answer = card.transmit(&command);
                assert_eq!(answer.len() == 258, signs, "P1 = {p1:02X}, {length} bytes");
                assert!(
                    signs || answer == [0x67, 0x00],
                    "P1 = {p1:02X}, {length} bytes"
                );
                signs
            })
            .count()
    };
    assert_eq!([0, 1, 2, 3, 4, 5].map(accepted), [27, 28, 1, 28, 1, 28]);
}

#[test]
fn without_its_own_pin_no_key_signs() {
    for (verify, refused, allowed) in [
        (VERIFY_AUTHENTICATION, 0x9A, 0x97),
        (VERIFY_SIGNATURE, 0x97, 0x9A),
    ] {
        let mut card = jpki("");
        assert_eq!(sign(&mut card, 0x00, 0x97, b"x").1, "6982");
        assert_eq!(sign(&mut card, 0x00, 0x9A, b"x").1, "6982");
        assert_eq!(send(&mut card, verify), "9000");
        assert_eq!(sign(&mut card, 0x00, refused, b"x").1, "6982");
        assert_eq!(sign(&mut card, 0x00, allowed, b"x").1, "9000");
    }
}

#[test]
fn one_pin_entry_is_good_for_many_signatures() {
    let mut card = unlocked();
    for _ in 0..5 {
        assert_eq!(sign(&mut card, 0x00, 0x9A, b"x").1, "9000");
    }
}

#[test]
fn only_a_key_signs() {
    let mut card = unlocked();
    for p2 in (0..=0xFF).filter(|p2| ![0x80, 0x97, 0x9A].contains(p2)) {
        let expected = match p2 {
            0x81 | 0x82 | 0x86 | 0x88..=0x8B | 0x96 | 0x98 | 0x9B => "6981",
            0x81..=0x9E => "6A82",
            _ => "6A86",
        };
        assert_eq!(sign(&mut card, 0x00, p2, b"x").1, expected, "{p2:02X}");
    }
    let mut fresh = jpki("");
    assert_eq!(sign(&mut fresh, 0x00, 0x80, b"x").1, "6986");
}

#[test]
fn a_signature_needs_room_for_256_bytes() {
    let mut card = unlocked();
    assert_eq!(send(&mut card, "802A0097 01 31"), "6700");
    assert_eq!(send(&mut card, "802A0097 01 31 FF"), "6700");
    assert_eq!(card.transmit(&bytes("802A0097 000001 31 0100")).len(), 258);
    assert_eq!(card.transmit(&bytes("802A0097 000001 31 0000")).len(), 258);
}

#[test]
fn an_input_that_a_scheme_does_not_take_can_be_refused_with_6985() {
    let mut card = jpki("quirks = { wrong_signature_input = '6985' }");
    let too_long = format!("802A0097 F6 {} 00", "31".repeat(246));
    for command in [
        &too_long,
        "802A0297 01 31 00",
        "802A0497 01 31 00",
        "802A0097 00",
    ] {
        assert_eq!(send(&mut card, command), "6985", "{command}");
    }
    assert_eq!(send(&mut card, "802A0097 01 31"), "6700", "no Le");
}
