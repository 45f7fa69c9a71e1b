//! Any text is settings within their limits or is refused (`apdu_tests::any_input::settings`).
#![no_main]

use apdu_tests_fuzz as _;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    apdu_tests::any_input::settings::check(input);
});
