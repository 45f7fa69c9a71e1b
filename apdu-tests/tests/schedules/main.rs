//! The law of PINs as a model: over random schedules of person, clients, other programs and faults, no counter falls but
//! by a try that the person typed and, if it was the last, agreed to; and no key stays open.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test ends with what went wrong"
)]

mod schedule;
mod stage;
mod witness;

use std::cell::{Cell, RefCell};
use std::collections::hash_map::RandomState;
use std::env;
use std::hash::BuildHasher as _;
use std::thread;

use proptest::test_runner::{Config, RngSeed, TestCaseError, TestError, TestRunner};
use schedule::schedules;
use stage::{Played, Stage};

/// How many schedules are played, unless the environment's `SCHEDULES` says otherwise.
const SCHEDULES: u32 = 100_000;

/// Daemons at once, each with its share.
const STAGES: u32 = 4;

#[test]
fn no_schedule_burns_a_try_or_leaves_a_key_open() {
    let number_in = |name| env::var(name).map(|number| number.parse().unwrap());
    let schedules = number_in("SCHEDULES").unwrap_or(SCHEDULES.into());
    // Other schedules each time; the same ones for who sets the seed of a failure.
    let seed = number_in("SCHEDULES_SEED").unwrap_or_else(|_| RandomState::new().hash_one(()));
    println!("SCHEDULES_SEED={seed}");
    let share = u32::try_from(schedules).unwrap() / STAGES;
    let stages: Vec<_> = (0..STAGES)
        .map(|number| thread::spawn(move || play(share, seed.wrapping_add(number.into()))))
        .collect();
    let (mut pins_sent, mut held_used) = (0, 0);
    for stage in stages {
        let played = stage
            .join()
            .unwrap_or_else(|_| panic!("SCHEDULES_SEED={seed}"));
        pins_sent += played.pins_sent;
        held_used += played.held_used;
    }
    println!("{schedules} schedules, {pins_sent} PINs sent, {held_used} times one that waited");
    assert!(
        pins_sent > schedules / 4 && held_used > schedules / 1000,
        "{pins_sent} and {held_used}: too seldom to prove anything"
    );
}

/// Plays so many random schedules; what was done in all of them.
fn play(schedules_to_play: u32, seed: u64) -> Played {
    let mut runner = TestRunner::new(Config {
        cases: schedules_to_play,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(seed),
        ..Config::default()
    });
    let (stage, pins_sent, held_used) = (RefCell::new(Stage::new()), Cell::new(0), Cell::new(0));
    let result = runner.run(&schedules(), |schedule| {
        let played = stage.borrow_mut().play(&schedule);
        let played = played.map_err(TestCaseError::fail)?;
        pins_sent.set(pins_sent.get() + played.pins_sent);
        held_used.set(held_used.get() + played.held_used);
        Ok(())
    });
    match result {
        Ok(()) => Played {
            pins_sent: pins_sent.get(),
            held_used: held_used.get(),
        },
        Err(TestError::Fail(reason, schedule)) => panic!("{schedule:#?}\n{reason}"),
        Err(error) => panic!("{error}"),
    }
}
