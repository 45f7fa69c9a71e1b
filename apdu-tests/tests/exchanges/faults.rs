//! What goes wrong between service and card: the right word for it, no try lost, and the next request works.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use apdu_tests::Bench;
use apdu_tests::cases::{Case, cases, code, typing};
use apdu_tests::person::Reply::Types;
use jpkid::card::TransportError;
use jpkid::ipc::ErrorCode;

#[tokio::test]
async fn a_card_torn_out_before_any_command_costs_no_try_and_the_next_request_works() {
    for Case {
        method,
        params,
        pin,
        commands,
        ..
    } in cases().await
    {
        for nth in 1..=commands {
            let bench = Bench::new("", typing(pin));
            bench.reader.tear_at(nth);
            let answer = bench.call(method, params.clone()).await;
            // The last command only closes the card.
            let expected = (nth < commands).then(|| "card_removed".to_owned());
            assert_eq!(
                code(&answer),
                expected,
                "{method}, torn out before command {nth}"
            );

            let torn = bench.call(method, params.clone()).await;
            let expected = if method == "status" {
                None
            } else {
                Some("no_card".to_owned())
            };
            assert_eq!(code(&torn), expected, "{method}, while the card is away");

            bench.insert_again();
            assert_eq!(
                bench.tries(),
                (3, 5),
                "{method}, torn out before command {nth}"
            );
            let left = bench.person.unasked();
            bench.person.will(typing(pin).into_iter().skip(left));
            let again = bench.call(method, params.clone()).await;
            assert_eq!(
                code(&again),
                None,
                "{method}, after it was torn out before command {nth}"
            );
            bench.assert_closed();
        }
    }
}

#[tokio::test]
async fn a_card_torn_out_of_a_later_login_costs_no_try_and_the_next_one_works() {
    for nth in 1..=5 {
        let bench = Bench::new("", [Types("1234"), Types("1234"), Types("1234")]);
        bench.log_in().await.unwrap();
        bench.reader.tear_at(nth);
        let answer = bench.log_in().await;
        assert_eq!(
            code(&answer),
            (nth < 5).then(|| "card_removed".to_owned()),
            "before command {nth}"
        );
        bench.insert_again();
        assert_eq!(bench.tries(), (3, 5));
        bench.log_in().await.unwrap();
        bench.assert_closed();
    }
}

#[tokio::test]
async fn a_wrong_pin_whose_answer_is_lost_costs_the_one_try_that_was_typed() {
    let lost = Arc::new(AtomicBool::new(false));
    let bench = Bench::tapped("", [Types("9999"), Types("1234")], move |mut exchange| {
        let brings_pin = exchange.brings_pin();
        let answer = exchange.pass_on()?;
        if brings_pin && !lost.swap(true, Ordering::SeqCst) {
            return Err(TransportError::CardReset);
        }
        Ok(answer)
    });
    assert_eq!(
        bench.log_in().await.unwrap_err().code(),
        ErrorCode::CardBusy
    );
    assert_eq!(bench.pins_sent(), 1);
    assert_eq!(bench.tries(), (2, 5));
    bench.assert_closed();
    bench.log_in().await.unwrap();
    assert_eq!(bench.tries(), (3, 5));
}
