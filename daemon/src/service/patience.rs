use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// No wait is longer.
const LONGEST_WAIT: Duration = Duration::from_secs(300);

/// Who was last refused so long ago begins anew.
const MEMORY: Duration = Duration::from_secs(600);

/// The most askers remembered; whoever was refused longest ago goes first.
const MAX_ASKERS: usize = 256;

/// Keeps an asker whose window a person closed from opening the next at once: each time it waits twice as
/// long, until the person answers one.
#[derive(Debug)]
pub(super) struct Patience {
    first_wait: Duration,
    refused: Mutex<HashMap<String, Refusals>>,
}

#[derive(Clone, Copy, Debug)]
struct Refusals {
    times: u32,
    last: Instant,
}

impl Patience {
    /// After the first refusal an asker waits for `first_wait`; zero lets it ask at once, always.
    pub(super) fn new(first_wait: Duration) -> Self {
        Self {
            first_wait,
            refused: Mutex::default(),
        }
    }

    /// How long this asker has to wait yet, if it has to.
    pub(super) fn wait(&self, asker: &str, now: Instant) -> Option<Duration> {
        let refused = self.lock();
        let refusals = refused.get(asker)?;
        let passed = now.saturating_duration_since(refusals.last);
        self.wait_after(refusals.times)
            .checked_sub(passed)
            .filter(|left| !left.is_zero())
    }

    /// The person did not answer this asker's window.
    pub(super) fn refuse(&self, asker: &str, now: Instant) {
        if self.first_wait.is_zero() {
            return;
        }
        let mut refused = self.lock();
        refused.retain(|_, refusals| now.saturating_duration_since(refusals.last) < MEMORY);
        let times = refused.get(asker).map_or(0, |refusals| refusals.times);
        if times == 0 && refused.len() >= MAX_ASKERS {
            let oldest = refused.iter().min_by_key(|(_, refusals)| refusals.last);
            if let Some(oldest) = oldest.map(|(asker, _)| asker.clone()) {
                refused.remove(&oldest);
            }
        }
        let times = times.saturating_add(1);
        refused.insert(asker.to_owned(), Refusals { times, last: now });
    }

    /// The person answered this asker's window: it may ask again as if nothing had been.
    pub(super) fn forgive(&self, asker: &str) {
        self.lock().remove(asker);
    }

    fn wait_after(&self, times: u32) -> Duration {
        let doubled = 2_u32.saturating_pow(times.saturating_sub(1));
        self.first_wait.saturating_mul(doubled).min(LONGEST_WAIT)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Refusals>> {
        self.refused.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A window that is open. Dropped without an answer – its client went away or cancelled – it counts as one that the
/// person closed, or a page could flash windows without end; unless the card failed it.
#[derive(Debug)]
pub(super) struct OpenWindow<'a> {
    pub(super) patience: &'a Patience,
    pub(super) asker: &'a str,
    /// Set when the window ends through no fault of the asker.
    pub(super) excused: &'a AtomicBool,
    pub(super) answered: bool,
}

impl Drop for OpenWindow<'_> {
    fn drop(&mut self) {
        if self.answered {
            self.patience.forgive(self.asker);
        } else if !self.excused.load(Ordering::Relaxed) {
            self.patience.refuse(self.asker, Instant::now());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SITE: &str = "https://www.example.jp";

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn each_refusal_doubles_the_wait_up_to_five_minutes() {
        let (patience, start) = (Patience::new(seconds(1)), Instant::now());
        assert_eq!(patience.wait(SITE, start), None);
        let mut now = start;
        for expected in [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300] {
            patience.refuse(SITE, now);
            assert_eq!(patience.wait(SITE, now), Some(seconds(expected)));
            now += seconds(expected);
            assert_eq!(patience.wait(SITE, now), None);
        }
    }

    #[test]
    fn an_answer_or_ten_minutes_make_good() {
        let (patience, start) = (Patience::new(seconds(1)), Instant::now());
        for _ in 0..5 {
            patience.refuse(SITE, start);
        }
        patience.forgive(SITE);
        patience.refuse(SITE, start);
        assert_eq!(patience.wait(SITE, start), Some(seconds(1)));
        patience.refuse(SITE, start + MEMORY);
        assert_eq!(patience.wait(SITE, start + MEMORY), Some(seconds(1)));
    }

    #[test]
    fn nobody_waits_for_anothers_refusals() {
        let (patience, now) = (Patience::new(seconds(1)), Instant::now());
        patience.refuse("https://www.example.com", now);
        assert_eq!(patience.wait(SITE, now), None);
    }

    #[test]
    fn only_so_many_are_remembered() {
        let (patience, start) = (Patience::new(seconds(1)), Instant::now());
        for number in 0..MAX_ASKERS + 1 {
            patience.refuse(
                &number.to_string(),
                start + Duration::from_millis(number as u64),
            );
        }
        assert_eq!(patience.lock().len(), MAX_ASKERS);
        assert_eq!(patience.wait("0", start), None, "the oldest is forgotten");
        assert!(patience.wait("1", start).is_some());
    }

    #[test]
    fn a_wait_of_nothing_is_none() {
        let (patience, now) = (Patience::new(Duration::ZERO), Instant::now());
        patience.refuse(SITE, now);
        assert_eq!(patience.wait(SITE, now), None);
    }

    #[test]
    fn a_window_that_vanishes_counts_as_refused_unless_the_card_failed_it() {
        let patience = Patience::new(seconds(60));
        for (answered, excused, waits) in [
            (false, true, false),
            (false, false, true),
            (true, false, false),
        ] {
            drop(OpenWindow {
                patience: &patience,
                asker: SITE,
                excused: &AtomicBool::new(excused),
                answered,
            });
            assert_eq!(patience.wait(SITE, Instant::now()).is_some(), waits);
        }
    }
}
