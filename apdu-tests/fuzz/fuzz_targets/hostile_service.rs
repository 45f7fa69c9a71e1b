//! Any answers of a card to each method of the service (`apdu_tests::any_input::hostile_service`).
#![no_main]

use apdu_tests_fuzz as _;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    apdu_tests::any_input::hostile_service::check(input);
});
