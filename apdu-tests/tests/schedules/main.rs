//! The law of PINs as a model: over random schedules of person, clients, other programs and faults, no counter falls but
//! by a try that the person typed and, if it was the last, agreed to; and no key stays open.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::arithmetic_side_effects,
    reason = "a test ends with what went wrong"
)]

mod schedule;
mod stage;
mod witness;

use std::cell::{Cell, RefCell};
use std::env;
use std::thread;

use proptest::test_runner::{Config, RngSeed, TestCaseError, TestError, TestRunner};
use schedule::schedules;
use stage::Stage;

/// How many schedules are played, unless `SCHEDULES` says otherwise.
const SCHEDULES: u32 = 100_000;

/// Daemons at once, each with its share.
const STAGES: u32 = 4;

#[test]
fn no_schedule_burns_a_try_or_leaves_a_key_open() {
    let schedules = env::var("SCHEDULES").map_or(SCHEDULES, |number| number.parse().unwrap());
    let stages: Vec<_> = (0..STAGES)
        .map(|number| thread::spawn(move || play(schedules / STAGES, number)))
        .collect();
    let pins_sent: u64 = stages.into_iter().map(|stage| stage.join().unwrap()).sum();
    println!("{schedules} schedules, {pins_sent} PINs sent");
    assert!(
        pins_sent > u64::from(schedules) / 4,
        "{pins_sent}: too seldom to prove anything"
    );
}

/// Plays so many random schedules; how many PINs the daemon sent in them.
fn play(schedules_to_play: u32, seed: u32) -> u64 {
    let mut runner = TestRunner::new(Config {
        cases: schedules_to_play,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(seed.into()),
        ..Config::default()
    });
    let (stage, pins_sent) = (RefCell::new(Stage::new()), Cell::new(0));
    let result = runner.run(&schedules(), |schedule| {
        let played = stage.borrow_mut().play(&schedule);
        pins_sent.set(pins_sent.get() + played.map_err(TestCaseError::fail)?);
        Ok(())
    });
    match result {
        Ok(()) => pins_sent.get(),
        Err(TestError::Fail(reason, schedule)) => panic!("{schedule:#?}\n{reason}"),
        Err(error) => panic!("{error}"),
    }
}
