//! Each thing that can go wrong, at each command of each request: told by the right word and in time, no try lost, the
//! card closed, and the next request works.

use std::num::NonZeroU32;
use std::time::{Duration, Instant};

use apdu_tests::bench::reader;
use apdu_tests::source::Answer;
use apdu_tests::{Bench, Exchange, Tapped};
use jpki_virtual_card::{Fault, LengthChange, VirtualReader};
use jpkid::card::TransportError;
use zeroize::Zeroizing;

use apdu_tests::cases::{Case, cases, code, typing};

/// No person should wait longer for bad news. A guard against hanging, not a measure.
const IN_TIME: Duration = Duration::from_secs(2);

/// Something that goes wrong at one command.
struct Harm {
    name: &'static str,
    /// The word for it.
    code: &'static str,
    /// Whether it always shows: what is left may also end as if nothing had been.
    always: bool,
    /// At how many of all commands it is told: at each other one the request ends as if nothing had been.
    told: u32,
    act: Act,
}

enum Act {
    /// The card's or reader's own fault.
    Armed(fn(NonZeroU32) -> Fault),
    /// What happens in place of the exchange.
    Tapped(fn(&mut Exchange<'_>, &VirtualReader) -> Answer),
}

const HARMS: [Harm; 8] = [
    Harm {
        name: "the answer is lost",
        code: "card_error",
        always: true,
        told: 63,
        act: Act::Armed(|nth| Fault::Mute { nth }),
    },
    Harm {
        name: "the answer is too short",
        code: "card_error",
        always: false,
        told: 24,
        act: Act::Armed(|nth| Fault::WrongLength {
            nth,
            change: LengthChange::Shorter,
        }),
    },
    Harm {
        name: "the answer is too long",
        code: "card_error",
        always: false,
        told: 40,
        act: Act::Armed(|nth| Fault::WrongLength {
            nth,
            change: LengthChange::Longer,
        }),
    },
    Harm {
        name: "bytes are announced without end",
        code: "card_error",
        always: false,
        told: 61,
        act: Act::Armed(|nth| Fault::Storm { nth }),
    },
    Harm {
        name: "6F00 and nothing done",
        code: "card_error",
        always: false,
        told: 54,
        act: Act::Tapped(|_, _| Ok(Zeroizing::new(vec![0x6F, 0x00]))),
    },
    Harm {
        name: "6F00 after all was done",
        code: "card_error",
        always: false,
        told: 54,
        act: Act::Tapped(|exchange, _| {
            exchange.pass_on()?;
            Ok(Zeroizing::new(vec![0x6F, 0x00]))
        }),
    },
    Harm {
        name: "half a status word",
        code: "card_error",
        always: true,
        told: 63,
        act: Act::Tapped(|exchange, _| {
            let mut answer = exchange.pass_on()?;
            answer.truncate(1);
            Ok(answer)
        }),
    },
    Harm {
        name: "another program resets the card",
        code: "card_busy",
        always: true,
        told: 63,
        act: Act::Tapped(|_, reader| {
            reader.reset();
            Err(TransportError::CardReset)
        }),
    },
];

impl Harm {
    /// A bench where it happens at the `nth` command.
    fn strikes_at(&self, nth: u32, pin: &'static str) -> Bench {
        let reader = reader("Reader", "");
        let Act::Tapped(act) = self.act else {
            return Bench::over(reader.clone(), reader, typing(pin));
        };
        let its_reader = reader.clone();
        let source = Tapped::new(reader.clone(), move |mut exchange| {
            if exchange.nth == usize::try_from(nth).unwrap() {
                act(&mut exchange, &its_reader)
            } else {
                exchange.pass_on()
            }
        });
        Bench::over(source, reader, typing(pin))
    }
}

#[tokio::test]
async fn whatever_goes_wrong_at_any_command_is_told_costs_no_try_and_ends_with_the_card_closed() {
    let cases = cases().await;
    for harm in &HARMS {
        let mut told = 0;
        for case in &cases {
            for nth in 1..=case.commands {
                told += u32::from(suffer(harm, case, nth).await);
            }
        }
        assert_eq!(told, harm.told, "{}: told so often", harm.name);
    }
}

/// Whether the harm was told.
async fn suffer(harm: &Harm, case: &Case, nth: u32) -> bool {
    let Case {
        method,
        params,
        pin,
        commands,
        answer: right,
    } = case;
    let place = format!("{method} {params}: {} at command {nth}", harm.name);
    let bench = harm.strikes_at(nth, pin);
    if let Act::Armed(fault) = harm.act {
        bench.reader.arm(fault(NonZeroU32::new(nth).unwrap()));
    }
    let begin = Instant::now();
    let answer = bench.call(method, params.clone()).await;
    assert!(begin.elapsed() < IN_TIME, "{place}: {:?}", begin.elapsed());
    let told = code(&answer);
    match &told {
        Some(told) => assert_eq!(told, harm.code, "{place}"),
        None => {
            assert_eq!(answer.as_ref().unwrap(), right, "{place}");
            // The last command only closes the card.
            assert!(!harm.always || nth == *commands, "{place}: not told");
        }
    }
    assert!(bench.pins_sent() <= 1, "{place}");
    assert_eq!(bench.tries(), (3, 5), "{place}");
    bench.assert_closed();

    bench.reader.heal();
    bench.person.will_only(typing(pin));
    let again = bench.call(method, params.clone()).await;
    assert_eq!(again.as_ref().ok(), Some(right), "{place}: the next one");
    assert_eq!(bench.tries(), (3, 5), "{place}: the next one");
    bench.assert_closed();
    told.is_some()
}
