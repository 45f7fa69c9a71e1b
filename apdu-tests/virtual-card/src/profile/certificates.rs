//! Which certificates the card holds.

use serde::Deserialize;
use x509_cert::der::asn1::ObjectIdentifier;

/// Which certificates are on the card, and the policies they name.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(default, deny_unknown_fields)]
pub struct Certificates {
    /// Whether there is a signature certificate; a child's card has none, and its password is blocked.
    pub signature: bool,
    /// Which authorities issued them.
    pub generation: Generation,
    /// The policy of the authentication certificate.
    pub authentication_policy: PolicyOid,
    /// The policy of the signature certificate.
    pub signature_policy: PolicyOid,
}

impl Default for Certificates {
    fn default() -> Self {
        Self {
            signature: true,
            generation: Generation::default(),
            authentication_policy: PolicyOid(ObjectIdentifier::new_unwrap(
                "1.2.392.200149.8.5.1.3.30",
            )),
            signature_policy: PolicyOid(ObjectIdentifier::new_unwrap("1.2.392.200149.8.5.1.1.20")),
        }
    }
}

/// Which of the authorities that share one name; in a profile 1, 2 or 3.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, Hash, PartialEq)]
#[serde(try_from = "u8")]
pub enum Generation {
    /// Of 2015.
    First,
    /// Of 2019.
    Second,
    /// Of 2023.
    #[default]
    Third,
}

impl Generation {
    /// All of them, oldest first.
    pub const ALL: [Self; 3] = [Self::First, Self::Second, Self::Third];

    /// 1, 2 or 3.
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            Self::First => 1,
            Self::Second => 2,
            Self::Third => 3,
        }
    }
}

impl TryFrom<u8> for Generation {
    type Error = GenerationError;

    fn try_from(number: u8) -> Result<Self, GenerationError> {
        Self::ALL
            .into_iter()
            .find(|generation| generation.number() == number)
            .ok_or(GenerationError)
    }
}

/// A number without a generation.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("there are generations 1, 2 and 3")]
pub struct GenerationError;

/// The largest number in a policy: 28 bits, four bytes in DER.
const LARGEST_ARC: u32 = 0x0FFF_FFFF;

/// A certificate policy; in a profile, dotted decimals of at most 268435455.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(try_from = "String")]
pub struct PolicyOid(ObjectIdentifier);

impl PolicyOid {
    /// The identifier as the certificate builder takes it.
    pub(crate) fn object_identifier(self) -> ObjectIdentifier {
        self.0
    }
}

impl TryFrom<String> for PolicyOid {
    type Error = PolicyError;

    fn try_from(text: String) -> Result<Self, PolicyError> {
        // Larger numbers make const-oid's parser and its Display panic.
        let arc = |digits: &str| {
            let digits_alone = digits.bytes().all(|byte| byte.is_ascii_digit());
            let arc = digits.parse().ok().filter(|_| digits_alone)?;
            (arc <= LARGEST_ARC).then_some(arc)
        };
        let arcs: Option<Vec<u32>> = text.split('.').map(arc).collect();
        ObjectIdentifier::from_arcs(arcs.ok_or(PolicyError)?)
            .map(Self)
            .map_err(|_| PolicyError)
    }
}

/// A text that is no object identifier.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("a policy is an object identifier in dotted decimals of at most 268435455")]
pub struct PolicyError;

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Option<String> {
        let policy = PolicyOid::try_from(text.to_owned()).ok()?;
        Some(policy.object_identifier().to_string())
    }

    #[test]
    fn a_policy_is_what_it_says() {
        for text in ["1.2.392.200149.8.5.1.3.30", "2.39.268435455"] {
            assert_eq!(parsed(text).as_deref(), Some(text));
        }
    }

    #[test]
    fn what_is_no_object_identifier_is_refused() {
        for text in [
            "",
            "1",
            "1.2",
            "1..2.3",
            "1.2.3.",
            "1.2.+3",
            "3.1.1",
            "1.2.3&4",
            "1.2.268435456",
            "1.2.4294967296",
            "1.2.9232200149",
        ] {
            assert_eq!(parsed(text), None, "{text}");
        }
    }
}
