//! What can go wrong at a card or its reader, at each command of each request, as it comes through pcscd.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use apdu_tests::cases::{Case, cases, code, typing};
use apdu_tests::pcscd::Slot;
use apdu_tests::{Bench, PluggedIn, Tapped};
use jpki_virtual_card::{Fault, LengthChange, VirtualReader};
use jpkid::card::pcsc::PcscReaders;
use jpkid::card::{Card, CardSource, Reader, TransportError};
use zeroize::Zeroizing;

/// No person should wait longer for bad news.
const IN_TIME: Duration = Duration::from_secs(2);
/// vpcd knows no time limit: so long after a command a card that says nothing leaves the reader.
const GIVEN_UP: Duration = Duration::from_millis(300);

#[derive(Clone, Copy, Debug, PartialEq)]
enum Harm {
    Torn,
    Mute,
    TooShort,
    TooLong,
    Storm,
    /// 6F00, after the card did all it was told.
    Failing,
}

impl Harm {
    /// The words for it.
    fn codes(self) -> &'static [&'static str] {
        match self {
            Self::Torn => &["card_removed"],
            // vpcd gives the card up; whether pcscd sees it leave before it is back is chance.
            Self::Mute => &["card_error", "card_removed"],
            Self::TooShort | Self::TooLong | Self::Storm | Self::Failing => &["card_error"],
        }
    }

    /// An empty reader costs a second each. One authority's certificate stands for both, and what pcscd makes of silence
    /// is shown by a log-in and a status; in one process each harm strikes each request.
    fn strikes(self, case: &Case) -> bool {
        match self {
            Self::Torn => case.params["kind"] != "authentication-ca",
            Self::Mute => matches!(case.method, "authenticate" | "status"),
            _ => true,
        }
    }

    /// Whether the card leaves, and has to be put in again.
    fn ends_with_an_empty_reader(self) -> bool {
        matches!(self, Self::Torn | Self::Mute)
    }

    /// Lets it happen at the `nth` command from now.
    fn strikes_at(self, nth: NonZeroU32, reader: &VirtualReader, failing: &AtomicU32) {
        let change = |change| Fault::WrongLength { nth, change };
        match self {
            Self::Torn => reader.arm(Fault::Tear { nth }),
            Self::Mute => reader.arm(Fault::Mute { nth }),
            Self::TooShort => reader.arm(change(LengthChange::Shorter)),
            Self::TooLong => reader.arm(change(LengthChange::Longer)),
            Self::Storm => reader.arm(Fault::Storm { nth }),
            Self::Failing => failing.store(nth.get(), Ordering::SeqCst),
        }
    }
}

/// The system's readers, whose cards seem to be put in anew when the test wants it: a service then remembers nothing
/// of them. With a new service for each request pcscd's 200 connections would be used up.
#[derive(Clone, Debug, Default)]
struct Fresh {
    readers: Arc<PcscReaders>,
    times: Arc<AtomicU32>,
}

impl Fresh {
    fn insert_again(&self) {
        self.times.fetch_add(1, Ordering::SeqCst);
    }

    fn shift(&self, mut readers: Vec<Reader>) -> Vec<Reader> {
        let times = self.times.load(Ordering::SeqCst);
        for insertion in readers.iter_mut().filter_map(|it| it.insertion.as_mut()) {
            insertion.0 = insertion.0.wrapping_add(times.wrapping_mul(256));
        }
        readers
    }
}

impl CardSource for Fresh {
    fn readers(&self) -> Result<Vec<Reader>, TransportError> {
        Ok(self.shift(self.readers.readers()?))
    }

    fn connect(&self, reader: &str) -> Result<Box<dyn Card>, TransportError> {
        self.readers.connect(reader)
    }

    fn wait_for_change(&self, seen: &[Reader]) -> Result<Vec<Reader>, TransportError> {
        let now = self.readers.readers()?;
        if self.shift(now.clone()) != seen {
            return Ok(self.shift(now));
        }
        Ok(self.shift(self.readers.wait_for_change(&now)?))
    }
}

/// The service over pcscd, and what its card can suffer.
struct Stage {
    bench: Bench,
    fresh: Fresh,
    /// Counts down to the command that is answered with 6F00.
    failing: Arc<AtomicU32>,
    _plugged: PluggedIn,
}

impl Stage {
    fn new() -> Self {
        let plugged = PluggedIn::new("");
        let (fresh, failing) = (Fresh::default(), Arc::new(AtomicU32::new(0)));
        let countdown = Arc::clone(&failing);
        let source = Tapped::new(fresh.clone(), move |mut exchange| {
            let answer = exchange.pass_on()?;
            let left = countdown.load(Ordering::SeqCst);
            countdown.store(left.saturating_sub(1), Ordering::SeqCst);
            Ok(match left {
                1 => Zeroizing::new(vec![0x6F, 0x00]),
                _ => answer,
            })
        });
        Self {
            bench: Bench::over(source, plugged.reader().clone(), []),
            fresh,
            failing,
            _plugged: plugged,
        }
    }
}

async fn suffer_at_every_command(harms: &[Harm]) {
    let stage = Stage::new();
    let cases = cases().await;
    for &harm in harms {
        let mut told = 0;
        for case in cases.iter().filter(|case| harm.strikes(case)) {
            for nth in 1..=case.commands {
                told += u32::from(suffer(harm, case, nth, &stage).await);
            }
        }
        assert!(told > 10, "{harm:?}: told {told} times");
    }
}

/// Whether the harm was told.
async fn suffer(harm: Harm, case: &Case, nth: u32, stage: &Stage) -> bool {
    let Case {
        method,
        params,
        pin,
        commands,
        answer: right,
    } = case;
    let place = format!("{method} {params}: {harm:?} at command {nth}");
    let bench = &stage.bench;
    stage.fresh.insert_again();
    bench.reader.clear_trace();
    bench.person.will_only(typing(pin));
    harm.strikes_at(NonZeroU32::new(nth).unwrap(), &bench.reader, &stage.failing);
    let begin = Instant::now();
    let mut request = tokio::spawn(bench.begin(method, params.clone()));
    if harm == Harm::Mute {
        while !bench.reader.faults().is_empty() && !request.is_finished() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        tokio::time::sleep(GIVEN_UP).await;
        bench.reader.heal();
    }
    let answer = (&mut request).await.unwrap();
    assert!(begin.elapsed() < IN_TIME, "{place}: {:?}", begin.elapsed());
    bench.service.finish().await;
    let told = code(&answer);
    match &told {
        Some(told) => assert!(harm.codes().contains(&told.as_str()), "{place}: {told}"),
        None if nth == *commands => {}
        None => assert!(
            !harm.ends_with_an_empty_reader(),
            "{place}: not told: {answer:?}"
        ),
    }
    assert!(bench.pins_sent() <= 1, "{place}");
    bench.reader.heal();
    if harm.ends_with_an_empty_reader() {
        bench.insert_again();
        Slot::First.await_card(false);
        Slot::First.await_card(true);
    } else {
        bench.assert_closed();
    }
    assert_eq!(bench.tries(), (3, 5), "{place}");

    bench.person.will_only(typing(pin));
    let again = bench.call(method, params.clone()).await;
    assert_eq!(code(&again), None, "{place}: the next one: {again:?}");
    if *method != "status" {
        assert_eq!(again.as_ref().ok(), Some(right), "{place}: the next one");
    }
    assert_eq!(bench.tries(), (3, 5), "{place}: the next one");
    bench.assert_closed();
    told.is_some()
}

#[tokio::test]
async fn a_card_pulled_at_any_command_is_told_costs_no_try_and_is_closed() {
    suffer_at_every_command(&[Harm::Torn]).await;
}

#[tokio::test]
async fn a_card_that_falls_silent_at_any_command_is_told_costs_no_try_and_is_closed() {
    suffer_at_every_command(&[Harm::Mute]).await;
}

#[tokio::test]
async fn a_wrong_answer_at_any_command_is_told_costs_no_try_and_leaves_the_card_closed() {
    suffer_at_every_command(&[Harm::TooShort, Harm::TooLong, Harm::Storm, Harm::Failing]).await;
}
