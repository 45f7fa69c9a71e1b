//! Any text is a recording or is refused; a recording is played to whoever sends the wrong command without a panic.
#![no_main]

use jpki_virtual_card::recording::{Recording, Replay};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(recording) = Recording::parse(text) {
        let commands = recording.commands();
        let mut replay = Replay::new(recording);
        replay.power_on();
        let answered = replay.transmit(&[0x00, 0x20, 0x00, 0x98]).is_ok();
        assert!(!answered || commands > 0);
        assert!(commands == 0 || replay.finish().is_err() || commands == 1);
    }
});
