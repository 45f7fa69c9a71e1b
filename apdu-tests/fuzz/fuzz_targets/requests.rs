//! Any bytes are a bounded request or are refused in few words (`apdu_tests::any_input::requests`).
#![no_main]

use apdu_tests_fuzz as _;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    apdu_tests::any_input::requests::check(input);
});
