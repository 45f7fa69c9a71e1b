//! A story's card: what its profile changes.

use jpki_virtual_card::profile::{self, Profile};
use serde::Deserialize;
use serde::de::{Deserializer, Error as _};
use toml::{Table, Value};

/// All stories share the keys of one seed: they take long to make, and no story depends on them.
const SEED: &str = "scenarios";

/// The built-in profile that a story begins with; without a name the default one.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct BuiltIn(Table);

impl TryFrom<String> for BuiltIn {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        let named = profile::BUILT_IN.iter().find(|known| known.name == name);
        let text = named.ok_or("like names no built-in profile")?.text;
        text.parse()
            .map(Self)
            .map_err(|error| format!("the built-in profile is none: {error}"))
    }
}

/// A profile's TOML. What it does not say stays as it was.
#[derive(Clone, Debug, Default)]
pub(super) struct Changes(Table);

impl<'de> Deserialize<'de> for Changes {
    /// Refuses what is no profile here, where the line is known.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let table = Table::deserialize(deserializer)?;
        Profile::deserialize(table.clone()).map_err(D::Error::custom)?;
        Ok(Self(table))
    }
}

/// The profile that results from a built-in one by changes, one after the other.
///
/// # Errors
/// Changes that are right each for itself can be wrong together.
pub(super) fn merged(
    BuiltIn(profile): &BuiltIn,
    changes: &[&Changes],
) -> Result<Profile, toml::de::Error> {
    let mut profile = profile.clone();
    for whose in ["seed", "authority"] {
        profile.insert(whose.to_owned(), SEED.into());
    }
    for Changes(table) in changes {
        change(&mut profile, table);
    }
    Profile::deserialize(profile)
}

fn change(profile: &mut Table, changes: &Table) {
    for (field, value) in changes {
        match (profile.get_mut(field), value) {
            (Some(Value::Table(old)), Value::Table(new)) => change(old, new),
            _ => {
                profile.insert(field.clone(), value.clone());
            }
        }
    }
}
