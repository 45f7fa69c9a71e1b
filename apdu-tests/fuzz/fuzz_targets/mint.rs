//! A card is minted of any profile, or the profile is refused. Slow: each card takes a dozen signatures.
#![no_main]

use jpki_virtual_card::profile::Seed;
use jpki_virtual_card::{Profile, VirtualCard};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(mut profile) = Profile::parse(text) {
        // The keys of one seed are made once.
        let seed = Some(Seed::from("scenarios"));
        (profile.seed, profile.authority) = (seed.clone(), seed);
        if let Ok(mut card) = VirtualCard::mint(&profile) {
            card.power_on();
        }
    }
});
