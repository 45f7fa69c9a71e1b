//! Cards that answer otherwise than most: a login works on each, and what it costs is known.

use apdu_tests::bench::NONCE;
use apdu_tests::person::Reply::Types;
use apdu_tests::source::Answer;
use apdu_tests::trace::SELECT_ISSUER_DOMAIN;
use apdu_tests::{Bench, ORIGIN, proof};
use jpkid::ipc::ErrorCode;
use zeroize::Zeroizing;

/// Logs in twice and signs, and tells how many commands each cost.
async fn costs(bench: &Bench) -> [usize; 3] {
    bench
        .person
        .will([Types("1234"), Types("1234"), Types("ABC123")]);
    let certificate = bench.card(|card| card.authentication_certificate().to_vec());
    let mut costs = [0; 3];
    for cost in &mut costs[..2] {
        let token = bench.log_in().await.unwrap();
        assert!(proof::is_token_of(&token, &certificate, ORIGIN, NONCE));
        bench.assert_closed();
        *cost = bench.commands().len();
    }
    bench.sign(1).await.unwrap();
    bench.assert_closed();
    costs[2] = bench.commands().len();
    assert_eq!(bench.tries(), (3, 5));
    costs
}

#[tokio::test]
async fn a_login_works_on_every_card_that_the_profile_can_describe() {
    for (profile, expected) in [
        ("", [14, 5, 16]),
        ("kind = 'iphone'", [14, 5, 16]),
        // The certificate is behind the PIN: one read is refused before it, and all follow after it.
        ("kind = 'android'", [15, 5, 16]),
        ("[quirks]\nquery_after_success = 'done'", [14, 5, 16]),
        ("[quirks]\nstatus_lifetime = 'iso'", [14, 5, 16]),
        // The first command of all is sent again.
        ("[quirks]\nfirst_command_fails = true", [15, 5, 16]),
        // Each half of a request finds out anew: the refused form, then SELECT of each file.
        ("[quirks]\nrefuse_short_file_id = true", [20, 8, 23]),
        // The four-byte question is refused each time.
        ("[quirks]\nrefuse_four_byte_verify = true", [16, 6, 18]),
        // Each answer with data takes a GET RESPONSE.
        ("[quirks]\nget_response = true", [22, 6, 26]),
        // The last piece of a certificate is asked for by its length; other answers are as long as expected.
        ("[quirks]\nexact_length = true", [14, 5, 17]),
    ] {
        let bench = Bench::new(profile, []);
        assert_eq!(costs(&bench).await, expected, "{profile}");
    }
}

#[tokio::test]
async fn short_file_ids_may_be_refused_with_any_of_three_words() {
    for word in [0x6A86_u16, 0x6A82, 0x6B00] {
        let bench = Bench::tapped("", [], move |mut exchange| {
            let [_, ins, p1, p2] = *exchange.command.first_chunk().unwrap();
            let short = match ins {
                0xB0 => p1 & 0x80 != 0,
                0x20 | 0x2A => p2 & 0x7F != 0,
                _ => false,
            };
            if short {
                refuse(word)
            } else {
                exchange.pass_on()
            }
        });
        // What is refused here the reader's own trace does not see.
        assert_eq!(costs(&bench).await, [18, 7, 21], "{word:04X}");
    }
}

#[tokio::test]
async fn the_tries_are_asked_for_in_five_bytes_where_four_are_refused() {
    for word in [0x6700_u16, 0x6A87] {
        let bench = Bench::tapped("", [Types("1234")], move |mut exchange| {
            let four_bytes = exchange.instruction() == 0x20 && exchange.command.len() == 4;
            if four_bytes {
                refuse(word)
            } else {
                exchange.pass_on()
            }
        });
        bench.log_in().await.unwrap();
        assert_eq!(bench.tries(), (3, 5));
    }
}

#[tokio::test]
async fn a_refused_question_is_never_followed_by_a_verify_that_announces_bytes() {
    let sent = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let seen = sent.clone();
    let bench = Bench::tapped("", [], move |mut exchange| {
        if exchange.instruction() != 0x20 {
            return exchange.pass_on();
        }
        seen.lock().unwrap().push(exchange.command.to_vec());
        refuse(if exchange.command.len() == 4 {
            0x6700
        } else {
            0x6C04
        })
    });
    assert_eq!(
        bench.log_in().await.unwrap_err().code(),
        ErrorCode::CardError
    );
    assert_eq!(
        *sent.lock().unwrap(),
        [
            &[0x00, 0x20, 0x00, 0x98][..],
            &[0x00, 0x20, 0x00, 0x98, 0x00]
        ]
    );
}

#[tokio::test]
async fn a_blocked_pin_is_known_by_any_of_three_words() {
    for word in [0x63C0_u16, 0x6983, 0x6984] {
        let bench = Bench::tapped("", [], move |mut exchange| match exchange.instruction() {
            0x20 => refuse(word),
            _ => exchange.pass_on(),
        });
        assert_eq!(
            bench.log_in().await.unwrap_err().code(),
            ErrorCode::PinBlocked,
            "{word:04X}"
        );
        bench.assert_closed();
    }
}

#[tokio::test]
async fn a_card_that_never_tells_its_counter_gets_no_pin() {
    for word in [0x9000_u16, 0x6300, 0x6E00] {
        let bench = Bench::tapped("", [Types("1234")], move |mut exchange| {
            if exchange.instruction() == 0x20 && !exchange.brings_pin() {
                refuse(word)
            } else {
                exchange.pass_on()
            }
        });
        assert_eq!(
            bench.log_in().await.unwrap_err().code(),
            ErrorCode::CardError,
            "{word:04X}"
        );
        assert_eq!(bench.person.asked(), [""; 0]);
        assert_eq!(bench.pins_sent(), 0);
        bench.assert_closed();
    }
}

#[tokio::test]
async fn a_card_that_will_not_be_closed_loses_its_power() {
    let bench = Bench::tapped("", [Types("1234")], |mut exchange| {
        let leaves = exchange.instruction() == 0xA4 && exchange.command.get(4) == Some(&7);
        if leaves {
            refuse(0x6A82)
        } else {
            exchange.pass_on()
        }
    });
    bench.log_in().await.unwrap();
    assert!(!bench.commands().contains(&SELECT_ISSUER_DOMAIN.to_owned()));
    bench.assert_closed();
}

#[tokio::test]
async fn a_card_of_another_kind_is_left_as_it_was_found() {
    let bench = Bench::tapped("", [], |mut exchange| {
        let jpki = exchange.instruction() == 0xA4 && exchange.command.get(4) == Some(&10);
        if jpki {
            refuse(0x6A82)
        } else {
            exchange.pass_on()
        }
    });
    for answer in [
        bench.log_in().await,
        bench.sign(1).await,
        bench.certificate("signature-ca").await,
    ] {
        assert_eq!(answer.unwrap_err().code(), ErrorCode::UnsupportedCard);
    }
    let status = bench.status().await.unwrap();
    assert_eq!(status["readers"][0]["error"]["code"], "unsupported_card");
    assert_eq!(
        bench.commands(),
        [""; 0],
        "only SELECT of the applet was sent, and answered here"
    );
}

fn refuse(word: u16) -> Answer {
    Ok(Zeroizing::new(word.to_be_bytes().to_vec()))
}
