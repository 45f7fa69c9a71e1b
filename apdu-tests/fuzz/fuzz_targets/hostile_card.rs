//! Any answers of a card to each of the applet's operations (`apdu_tests::any_input::hostile_card`).
#![no_main]

use apdu_tests_fuzz as _;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    apdu_tests::any_input::hostile_card::check(input);
});
