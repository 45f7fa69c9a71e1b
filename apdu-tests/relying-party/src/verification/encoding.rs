//! Base64 and length, before anything is parsed.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{Field, VerificationError};

/// The longest certificate taken, in bytes. Those of real cards are near 1,800; a 200-character address adds 600.
pub const MAX_CERTIFICATE_LEN: usize = 4096;

/// The longest signature taken, in bytes: that of an RSA key of 4096 bits.
const MAX_SIGNATURE_LEN: usize = 512;

/// Decodes strict base64: RFC 4648 section 4, padded, no line breaks, no stray bits at the end.
pub(super) fn decode(field: Field, text: &str) -> Result<Vec<u8>, VerificationError> {
    let longest = match field {
        Field::Certificate => MAX_CERTIFICATE_LEN,
        Field::Signature => MAX_SIGNATURE_LEN,
    };
    if text.len() > longest.div_ceil(3).saturating_mul(4) {
        return Err(VerificationError::TooLong(field));
    }
    STANDARD
        .decode(text)
        .map_err(|_| VerificationError::Base64(field))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_standard_alphabet_with_padding_is_base64() {
        assert_eq!(decode(Field::Signature, "/+8="), Ok(vec![0xFF, 0xEF]));
        for text in ["_-8=", "/+8", "/+8=\n", "/+9=", " /+8=", "/+8=="] {
            assert_eq!(
                decode(Field::Signature, text),
                Err(VerificationError::Base64(Field::Signature)),
                "{text:?}"
            );
        }
    }

    #[test]
    fn a_part_that_is_too_long_is_not_decoded() {
        let text = "A".repeat(5468);
        assert_eq!(
            decode(Field::Certificate, &text),
            Err(VerificationError::TooLong(Field::Certificate))
        );
        assert_eq!(
            decode(Field::Signature, &text[..688]),
            Err(VerificationError::TooLong(Field::Signature))
        );
        assert_eq!(
            decode(Field::Certificate, &text[..5464]).map(|bytes| bytes.len()),
            Ok(4098)
        );
    }
}
