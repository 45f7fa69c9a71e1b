/// What kind of token holds the applet, told by its label (EF 0006, first 32 bytes).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum CardKind {
    /// `JPKIAPICCTOKEN2`: the plastic My Number card.
    MyNumberCard,
    /// `JPKIAPGPSETOKEN`: an Android phone; its authentication certificate is behind the PIN.
    Android,
    /// `JPKIAPIOSTOKEN`: an iPhone.
    IPhone,
    /// `JPKIAPICCTOKEN`: the resident register card that came before; its certificates have ended.
    JukiCard,
    /// A label that no source names.
    Unknown,
}

impl CardKind {
    /// Parses the label: 32 bytes, padded with spaces or zeros.
    #[must_use]
    pub fn parse(token_info: &[u8]) -> Self {
        let label = token_info.get(..32).unwrap_or(token_info);
        let end = label
            .iter()
            .rposition(|byte| !matches!(byte, b' ' | 0))
            .map_or(0, |last| last.saturating_add(1));
        match label.get(..end).unwrap_or_default() {
            b"JPKIAPICCTOKEN2" => Self::MyNumberCard,
            b"JPKIAPGPSETOKEN" => Self::Android,
            b"JPKIAPIOSTOKEN" => Self::IPhone,
            b"JPKIAPICCTOKEN" => Self::JukiCard,
            _ => Self::Unknown,
        }
    }

    /// The name in the local protocol.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::MyNumberCard => "my-number-card",
            Self::Android => "android",
            Self::IPhone => "iphone",
            Self::JukiCard => "juki-card",
            Self::Unknown => "unknown",
        }
    }
}

/// Which certificates the card says it holds (EF 0008). Children and others have no signature
/// certificate. `8F` stands for one that is there; that anything else means absent is an assumption.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct AvailableCertificates {
    /// Byte 0.
    pub signature: bool,
    /// Byte 1.
    pub authentication: bool,
}

impl AvailableCertificates {
    /// Decodes the file; `None` if it is shorter than two bytes.
    #[must_use]
    pub fn decode(file: &[u8]) -> Option<Self> {
        const PRESENT: u8 = 0x8F;
        match file {
            [signature, authentication, ..] => Some(Self {
                signature: *signature == PRESENT,
                authentication: *authentication == PRESENT,
            }),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_label_tells_the_kind_whatever_pads_it() {
        let padded = |label: &str, with: u8| {
            let mut info = label.as_bytes().to_vec();
            info.resize(32, with);
            info.resize(160, b'9');
            info
        };
        assert_eq!(
            CardKind::parse(&padded("JPKIAPICCTOKEN2", b' ')),
            CardKind::MyNumberCard
        );
        assert_eq!(
            CardKind::parse(&padded("JPKIAPICCTOKEN2", 0)),
            CardKind::MyNumberCard
        );
        assert_eq!(
            CardKind::parse(&padded("JPKIAPICCTOKEN", b' ')),
            CardKind::JukiCard
        );
        assert_eq!(
            CardKind::parse(&padded("JPKIAPGPSETOKEN", b' ')),
            CardKind::Android
        );
        assert_eq!(
            CardKind::parse(&padded("JPKIAPIOSTOKEN", b' ')),
            CardKind::IPhone
        );
        assert_eq!(CardKind::parse(b""), CardKind::Unknown);
        assert_eq!(
            CardKind::parse(&padded("JPKIAPICCTOKEN22", b' ')),
            CardKind::Unknown
        );
    }

    #[test]
    fn a_childs_card_has_no_signature_certificate() {
        let child = AvailableCertificates::decode(&[0x00, 0x8F, 0x00]).unwrap();
        assert!(!child.signature);
        assert!(child.authentication);
        assert_eq!(AvailableCertificates::decode(&[0x8F]), None);
    }
}
