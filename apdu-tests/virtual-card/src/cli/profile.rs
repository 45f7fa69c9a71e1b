//! `profile` and `profiles`: the profiles there are, on standard output.

use jpki_virtual_card::ProfileError;
use jpki_virtual_card::profile::{BUILT_IN, EXAMPLE};

use super::failure::{self, Failure};

#[derive(clap::Args)]
pub(super) struct Print {
    /// A built-in profile. Without one, an example with every field, its default, and what it does.
    name: Option<String>,
}

#[derive(clap::Args)]
pub(super) struct List {
    /// As a JSON array of objects with `name`, `summary.en` and `summary.ja`.
    #[arg(long)]
    json: bool,
}

/// Prints one profile.
pub(super) fn print(arguments: &Print) -> Result<(), Failure> {
    let Some(name) = &arguments.name else {
        return failure::print(EXAMPLE.as_bytes());
    };
    match BUILT_IN.iter().find(|built_in| built_in.name == name) {
        Some(built_in) => failure::print(built_in.text.as_bytes()),
        None => Err(ProfileError::Unknown(name.clone()).into()),
    }
}

/// Lists the built-in profiles.
pub(super) fn list(arguments: &List) -> Result<(), Failure> {
    let text: String = if arguments.json {
        let profiles: Vec<_> = BUILT_IN
            .iter()
            .map(|built_in| {
                serde_json::json!({
                    "name": built_in.name,
                    "summary": { "en": built_in.english, "ja": built_in.japanese },
                })
            })
            .collect();
        format!("{:#}\n", serde_json::Value::from(profiles))
    } else {
        BUILT_IN
            .iter()
            .map(|built_in| {
                format!(
                    "{}\n    {}\n    {}\n",
                    built_in.name, built_in.english, built_in.japanese
                )
            })
            .collect()
    };
    failure::print(text.as_bytes())
}
