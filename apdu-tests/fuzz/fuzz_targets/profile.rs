//! Any text is a profile or is refused.
#![no_main]

use jpki_virtual_card::Profile;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    Profile::parse(text).ok();
});
