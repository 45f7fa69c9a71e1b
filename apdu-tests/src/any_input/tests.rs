//! Every check over its seeds, over damaged seeds and over random bytes.

use rand::seq::SliceRandom as _;
use rand::{Rng as _, RngCore as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use super::*;

fn target(name: &str) -> Target {
    let mut targets = TARGETS.into_iter();
    targets.find(|target| target.name == name).unwrap()
}

/// A seed with a few bytes changed, taken out or put in, or the beginning of one with the end of another.
fn damaged(seeds: &[Vec<u8>], random: &mut ChaCha8Rng) -> Vec<u8> {
    let mut input = seeds.choose(random).unwrap().clone();
    for _ in 0..random.gen_range(1..4) {
        let at = random.gen_range(0..=input.len());
        match random.gen_range(0..5) {
            0 => input.insert(at, random.r#gen()),
            1 => {
                let end = at.saturating_add(random.gen_range(0..8));
                drop(input.drain(at..end.min(input.len())));
            }
            2 => {
                let other = seeds.choose(random).unwrap();
                input.truncate(at);
                input.extend(other.iter().skip(at));
            }
            _ => {
                if let Some(byte) = input.get_mut(at) {
                    *byte = random.r#gen();
                }
            }
        }
    }
    input
}

/// Runs the check as often as said with damaged seeds and with random bytes; returns how many were taken of each.
fn run(name: &str, times: usize) -> (usize, usize) {
    let Target { check, seeds, .. } = target(name);
    let seeds = seeds();
    assert!(seeds.iter().any(|seed| check(seed)), "no seed is taken");
    let mut random = ChaCha8Rng::seed_from_u64(2026);
    let mut taken = (0_usize, 0_usize);
    for _ in 0..times {
        if check(&damaged(&seeds, &mut random)) {
            taken.0 = taken.0.saturating_add(1);
        }
        let mut input = vec![0; random.gen_range(0..400)];
        random.fill_bytes(&mut input);
        if check(&input) {
            taken.1 = taken.1.saturating_add(1);
        }
    }
    taken
}

#[test]
fn any_stream_of_bytes_is_read_as_the_frames_that_it_holds() {
    let seeds = frames::seeds();
    assert!(seeds.iter().all(|seed| frames::check(seed)));
    let (damaged, random) = run("frames", 1_000);
    assert!(damaged > 100 && random > 0, "{damaged}, {random}");
}

#[test]
fn any_text_is_a_bounded_request_or_is_refused_in_few_words() {
    let seeds = requests::seeds();
    assert!(seeds.iter().all(|seed| requests::check(seed)));
    let (damaged, _) = run("requests", 5_000);
    assert!(damaged > 300, "{damaged}");
}

#[test]
fn no_card_whatever_it_answers_gets_a_pin_that_the_rules_forbid() {
    let (damaged, random) = run("hostile_card", 20_000);
    assert!(damaged > 1_000 && random > 30, "{damaged}, {random}");
}

#[test]
fn no_card_whatever_it_answers_brings_the_service_down_or_gets_a_signature_out() {
    let (damaged, random) = run("hostile_service", 300);
    assert!(damaged > 10 && random > 10, "{damaged}, {random}");
}

#[test]
fn a_certificate_of_any_bytes_is_refused_without_a_panic() {
    let seeds = certificate::seeds();
    assert!(seeds.iter().all(|seed| certificate::check(seed)));
    let (damaged, _) = run("certificate", 5_000);
    assert!(damaged > 300, "{damaged}");
}

#[test]
fn any_text_is_settings_within_their_limits_or_is_refused() {
    let seeds = settings::seeds();
    assert!(seeds.iter().all(|seed| settings::check(seed)));
    let (damaged, _) = run("settings", 5_000);
    assert!(damaged > 300, "{damaged}");
}
