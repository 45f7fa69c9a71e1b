//! Commands, resets and power cycles in any order: the card keeps its promises (`apdu_tests::card_model`).
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    if let Err(broken) = apdu_tests::card_model::check(input) {
        let script = apdu_tests::card_model::Script::decode(input);
        panic!("{broken}\n{script:#?}");
    }
});
