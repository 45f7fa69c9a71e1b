//! A story's card: what its profile changes.

use jpki_virtual_card::Profile;
use serde::Deserialize;
use serde::de::{Deserializer, Error as _};
use toml::{Table, Value};

/// All stories share the keys of one seed: they take long to make, and no story depends on them.
const SEED: &str = "scenarios";

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

/// The profile that results from changes, one after the other.
///
/// # Errors
/// Changes that are right each for itself can be wrong together.
pub(super) fn merged(changes: &[&Changes]) -> Result<Profile, toml::de::Error> {
    let mut profile = Table::new();
    profile.insert("seed".to_owned(), SEED.into());
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
