//! Which card: the arguments of every subcommand that makes one.

use std::path::PathBuf;

use jpki_virtual_card::profile::Seed;
use jpki_virtual_card::{Profile, ProfileError};

/// Which card.
#[derive(clap::Args)]
pub(super) struct CardArguments {
    /// What card to make: a built-in profile (`jpki-virtual-card profiles` lists them) or a file; a text with a slash or
    /// `.toml` is a file. Without one, an adult's card of a made-up holder with new keys.
    #[arg(long, value_name = "NAME|FILE")]
    profile: Option<PathBuf>,
    /// What keys and certificates derive from, instead of the profile's seed. Without any, they are new each time.
    #[arg(long, value_name = "TEXT")]
    seed: Option<String>,
}

impl CardArguments {
    /// The profile that they name.
    pub(super) fn profile(&self) -> Result<Profile, ProfileError> {
        let mut profile = self
            .profile
            .as_deref()
            .map_or_else(|| Ok(Profile::default()), Profile::load)?;
        if let Some(seed) = &self.seed {
            profile.seed = Some(Seed::from(seed));
        }
        Ok(profile)
    }
}
