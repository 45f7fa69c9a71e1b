//! A PIN try is spent only where a person typed it, could be right, and knew what it may cost.

use std::thread;
use std::time::Duration;

use apdu_tests::Bench;
use apdu_tests::ScriptedPinentry;
use apdu_tests::bench::{card, log_in, sign};
use apdu_tests::person::Reply::{self, Agrees, Cancels, Refuses, Types, Waits};
use apdu_tests::trace::{
    ASK_AUTHENTICATION_TRIES, SELECT_APPLET, SELECT_ISSUER_DOMAIN, SIGN_WITH_AUTHENTICATION_KEY,
    VERIFY_AUTHENTICATION_PIN,
};
use jpki_virtual_card::VirtualReader;
use jpkid::ipc::ErrorCode;

/// The commands of a login before its PIN is sent.
const FIRST_HALF: usize = 9;

/// While the person types, and once our own exchange is over, another program does this: between our exchanges, since the
/// system lets nobody into one.
fn meanwhile(
    bench: &Bench,
    happens: impl Fn(&VirtualReader) + Send + 'static,
    then: Reply,
) -> Reply {
    let reader = bench.reader.clone();
    let once_we_are_done = move || {
        while reader.trace().len() < FIRST_HALF {
            thread::sleep(Duration::from_millis(1));
        }
        happens(&reader);
    };
    Reply::meanwhile(once_we_are_done, then)
}

/// Another program selects the applet and tries this PIN, as raw bytes.
fn another_program_tries(reader: &VirtualReader, short_file_id: u8, pin: &[u8]) {
    reader
        .transmit(&[
            0x00, 0xA4, 0x04, 0x0C, 0x0A, 0xD3, 0x92, 0xF0, 0x00, 0x26, 0x01, 0x00, 0x00, 0x00,
            0x01,
        ])
        .unwrap();
    let length = u8::try_from(pin.len()).unwrap();
    reader
        .transmit(&[&[0x00, 0x20, 0x00, 0x80 | short_file_id, length], pin].concat())
        .unwrap();
}

#[tokio::test]
async fn a_pin_that_cannot_be_right_never_reaches_the_card() {
    let authentication = [
        "",
        "123",
        "12345",
        "12a4",
        "1 34",
        "12.4",
        "一二三四",
        "１２３",
        "１２３４５",
        "-123",
    ];
    let signature = [
        "",
        "ABC12",
        "ＡＢＣ１２",
        "ABCDEFGH123456789",
        "ABC-123",
        "ABC 123",
        "ÀBC123",
        "あいうえおか",
    ];
    for (method, params, impossible) in [
        ("authenticate", log_in(), &authentication[..]),
        ("sign", sign(1), &signature[..]),
    ] {
        let pinentry = ScriptedPinentry::typing(impossible);
        let bench = Bench::new("", []).asking_by(pinentry.prompt());
        let refused = bench.call(method, params).await.unwrap_err();
        assert_eq!(refused.code(), ErrorCode::UserCancelled, "{method}");
        assert_eq!(bench.pins_sent(), 0, "{method}");
        assert_eq!(bench.tries(), (3, 5), "{method}");
        assert_eq!(
            pinentry.times_told("GETPIN"),
            impossible.len() + 1,
            "{method}"
        );
        assert_eq!(
            pinentry.times_told("SETERROR"),
            impossible.len(),
            "{method}"
        );
        bench.assert_closed();
    }
}

#[tokio::test]
async fn full_width_and_lower_case_are_folded_to_what_the_card_knows() {
    for (method, params, typed) in [
        ("authenticate", log_in(), "1２3４"),
        ("sign", sign(1), "abc123"),
        ("sign", sign(1), "ａｂＣ１２３"),
    ] {
        let pinentry = ScriptedPinentry::typing(&[typed]);
        let bench = Bench::new("", []).asking_by(pinentry.prompt());
        bench.call(method, params).await.unwrap();
        assert_eq!(bench.pins_sent(), 1);
    }
}

#[tokio::test]
async fn an_impossible_pin_between_two_possible_ones_costs_nothing() {
    let pinentry = ScriptedPinentry::typing(&["9999", "99", "1234"]);
    let bench = Bench::new("", []).asking_by(pinentry.prompt());
    bench.log_in().await.unwrap();
    assert_eq!(bench.pins_sent(), 2);
    assert_eq!(bench.tries(), (3, 5));
}

#[tokio::test]
async fn a_wrong_pin_is_asked_for_again_with_the_tries_left() {
    let bench = Bench::new("", [Types("9999"), Types("1234")]);
    bench.log_in().await.unwrap();
    let asked = [
        "authentication PIN, 3 tries left",
        "authentication PIN, 2 tries left, the last one was wrong",
    ];
    assert_eq!(bench.person.asked(), asked);
    assert_eq!(bench.tries(), (3, 5));

    let bench = Bench::new("", [Types("ABC999"), Types("ABC998"), Cancels]);
    let gave_up = bench.sign(1).await.unwrap_err();
    assert_eq!(
        (gave_up.code(), gave_up.tries_left()),
        (ErrorCode::PinIncorrect, Some(3))
    );
    assert_eq!(bench.pins_sent(), 2);
    assert_eq!(bench.tries(), (3, 3));
}

#[tokio::test]
async fn each_try_asks_the_card_for_its_counter_first() {
    let bench = Bench::new("", [Types("9999"), Types("1234")]);
    bench.log_in().await.unwrap();
    let wrong = [
        SELECT_APPLET,
        ASK_AUTHENTICATION_TRIES,
        VERIFY_AUTHENTICATION_PIN,
        SELECT_ISSUER_DOMAIN,
    ];
    let right = [
        SELECT_APPLET,
        ASK_AUTHENTICATION_TRIES,
        VERIFY_AUTHENTICATION_PIN,
        SIGN_WITH_AUTHENTICATION_KEY,
        SELECT_ISSUER_DOMAIN,
    ];
    assert_eq!(bench.commands()[9..], [&wrong[..], &right[..]].concat());
}

#[tokio::test]
async fn the_last_try_is_used_only_if_the_person_confirms_just_that() {
    let last = "[tries]\nauthentication = 1\nsignature = 1";
    let bench = Bench::new(last, [Refuses]);
    let spared = bench.log_in().await.unwrap_err();
    assert_eq!(
        (spared.code(), spared.tries_left()),
        (ErrorCode::PinLastTryRefused, Some(1))
    );
    assert_eq!(
        bench.person.asked(),
        ["use the last try of the authentication PIN?"]
    );
    assert_eq!(bench.pins_sent(), 0);
    assert_eq!(bench.tries(), (1, 1));
    bench.assert_closed();

    bench.person.will([Agrees, Types("1234")]);
    bench.log_in().await.unwrap();
    assert_eq!(bench.tries(), (3, 1));

    bench.person.will([Agrees, Types("ABC999")]);
    let blocked = bench.sign(1).await.unwrap_err();
    assert_eq!(
        (blocked.code(), blocked.tries_left()),
        (ErrorCode::PinBlocked, Some(0))
    );
    assert_eq!(bench.tries(), (3, 0));
    assert_eq!(bench.person.unasked(), 0);
}

#[tokio::test]
async fn two_wrong_pins_lead_to_the_last_try_and_its_question() {
    let bench = Bench::new("", [Types("9999"), Types("9998"), Refuses]);
    let spared = bench.log_in().await.unwrap_err();
    assert_eq!(
        (spared.code(), spared.tries_left()),
        (ErrorCode::PinLastTryRefused, Some(1))
    );
    assert_eq!(bench.pins_sent(), 2);
    assert_eq!(bench.tries(), (1, 5));
    bench.assert_closed();
}

#[tokio::test]
async fn tries_that_another_program_spends_while_the_person_types_are_counted() {
    let bench = Bench::new("", []);
    let spend = |reader: &VirtualReader| {
        for pin in [b"9999", b"9998"] {
            another_program_tries(reader, 0x18, pin);
        }
    };
    bench
        .person
        .will([meanwhile(&bench, spend, Types("1234")), Refuses]);
    let spared = bench.log_in().await.unwrap_err();
    assert_eq!(spared.code(), ErrorCode::PinLastTryRefused);
    assert_eq!(
        bench.person.asked(),
        [
            "authentication PIN, 3 tries left",
            "use the last try of the authentication PIN?"
        ]
    );
    assert_eq!(bench.pins_sent(), 2, "the other program's own and no more");
    assert_eq!(bench.tries(), (1, 5));
}

#[tokio::test]
async fn a_last_try_that_the_person_confirms_after_all_is_typed_again() {
    let bench = Bench::new("[tries]\nauthentication = 2", []);
    let spend = |reader: &VirtualReader| another_program_tries(reader, 0x18, b"9999");
    bench.person.will([
        meanwhile(&bench, spend, Types("1234")),
        Agrees,
        Types("1234"),
    ]);
    bench.log_in().await.unwrap();
    assert_eq!(bench.tries(), (3, 5));
    bench.assert_closed();
}

#[tokio::test]
async fn a_pin_that_another_program_blocks_while_the_person_types_is_not_sent() {
    let bench = Bench::new("[tries]\nauthentication = 2", []);
    let block = |reader: &VirtualReader| {
        for _ in 0..2 {
            another_program_tries(reader, 0x18, b"9999");
        }
    };
    bench.person.will([meanwhile(&bench, block, Types("1234"))]);
    assert_eq!(
        bench.log_in().await.unwrap_err().code(),
        ErrorCode::PinBlocked
    );
    assert_eq!(bench.pins_sent(), 2, "the other program's own and no more");
}

#[tokio::test]
async fn for_a_blocked_pin_nobody_is_asked() {
    let bench = Bench::new("[tries]\nauthentication = 0\nsignature = 0", []);
    for answer in [
        bench.log_in().await,
        bench.sign(1).await,
        bench.certificate("signature").await,
    ] {
        let blocked = answer.unwrap_err();
        assert_eq!(
            (blocked.code(), blocked.tries_left()),
            (ErrorCode::PinBlocked, Some(0))
        );
    }
    assert_eq!(bench.person.asked(), [""; 0]);
    assert_eq!(bench.pins_sent(), 0);
    bench.assert_closed();
}

#[tokio::test]
async fn one_blocked_pin_does_not_block_the_other() {
    let bench = Bench::new("[tries]\nauthentication = 0", [Types("ABC123")]);
    bench.sign(1).await.unwrap();
    assert_eq!(bench.tries(), (0, 5));
}

#[tokio::test]
async fn a_pin_that_another_program_left_verified_is_asked_for_all_the_same() {
    for query in ["tries-left", "done"] {
        let profile = format!("[quirks]\nquery_after_success = '{query}'");
        let bench = Bench::new(&profile, [Cancels, Types("1234")]);
        another_program_tries(&bench.reader, 0x18, b"1234");
        assert_eq!(
            bench.log_in().await.unwrap_err().code(),
            ErrorCode::UserCancelled,
            "{query}"
        );
        bench.assert_closed();

        another_program_tries(&bench.reader, 0x18, b"1234");
        bench.log_in().await.unwrap();
        assert_eq!(
            bench.person.asked(),
            ["authentication PIN, 3 tries left"; 2],
            "{query}"
        );
        assert_eq!(bench.tries(), (3, 5));
        bench.assert_closed();
    }
}

#[tokio::test]
async fn a_wrong_pin_is_wrong_although_another_program_left_the_key_open() {
    for query in ["tries-left", "done"] {
        let profile = format!("[quirks]\nquery_after_success = '{query}'");
        let bench = Bench::new(&profile, []);
        let open = |reader: &VirtualReader| another_program_tries(reader, 0x18, b"1234");
        bench
            .person
            .will([meanwhile(&bench, open, Types("9999")), Cancels]);
        let gave_up = bench.log_in().await.unwrap_err();
        assert_eq!(
            (gave_up.code(), gave_up.tries_left()),
            (ErrorCode::PinIncorrect, Some(2)),
            "{query}"
        );
        bench.assert_closed();
    }
}

#[tokio::test]
async fn a_cancelled_request_spends_no_try() {
    let bench = Bench::new("", [Waits]);
    let request = tokio::spawn(bench.begin("authenticate", log_in()));
    bench.person.sees(1).await;
    request.abort();
    request.await.ok();
    bench.service.finish().await;
    assert_eq!(bench.person.open_windows(), 0);
    assert_eq!(bench.pins_sent(), 0);
    assert_eq!(bench.tries(), (3, 5));
    bench.assert_closed();
}

#[tokio::test]
async fn a_pin_typed_for_one_card_is_never_sent_to_the_next() {
    let (tell, reply) = Reply::when_told(Types("1234"));
    let bench = Bench::new("", [reply]);
    let request = tokio::spawn(bench.begin("authenticate", log_in()));
    bench.person.sees(1).await;
    bench.reader.insert(card("[pins]\nauthentication = '5678'"));
    // Somebody looks at the new card while the window of the old one is open.
    bench.status().await.unwrap();
    // The window may have closed already: the card that it asked for is gone.
    tell.send(()).ok();
    assert_eq!(
        request.await.unwrap().unwrap_err().code(),
        ErrorCode::CardRemoved
    );
    bench.service.finish().await;
    assert_eq!(bench.pins_sent(), 0);
    assert_eq!(bench.tries(), (3, 5));
    bench.assert_closed();
}
