//! What people call the card's applications and PINs.

/// The application of an AID in hexadecimal.
pub(super) fn application(aid: &str) -> Option<&'static str> {
    Some(match aid {
        "A0000001510000" => "issuer domain",
        "D392F000260100000001" => "JPKI",
        "D3921000310001010100" => "common",
        "D3921000310001010401" => "juki",
        "D3921000310001010402" => "visual",
        "D3921000310001010408" => "text",
        _ => return None,
    })
}

/// The PIN in an EF of an application, both in hexadecimal.
pub(super) fn pin(aid: &str, file: &str) -> Option<&'static str> {
    Some(match (application(aid)?, file) {
        ("JPKI", "0018") => "authentication PIN",
        ("JPKI", "001B") => "signature password",
        ("common", "001C") => "common PIN",
        ("juki", "001C") => "juki PIN",
        ("visual", "0011") => "birth date",
        ("visual", "0012") | ("text", "0015") => "code B",
        ("visual", "0013") | ("text", "0014") => "code A",
        ("text", "0011") => "text PIN",
        _ => return None,
    })
}
