//! Any bytes as a certificate, and as a person reads it (`apdu_tests::any_input::certificate`).
#![no_main]

use apdu_tests_fuzz as _;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    apdu_tests::any_input::certificate::check(input);
});
