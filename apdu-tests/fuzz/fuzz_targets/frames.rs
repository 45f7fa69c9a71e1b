//! Any byte stream, in any pieces, is read as the frames that it holds (`apdu_tests::any_input::frames`).
#![no_main]

use apdu_tests_fuzz as _;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    apdu_tests::any_input::frames::check(input);
});
