//! The reader: insertions, removals, tears, and what it keeps of APDUs.
#![expect(clippy::unwrap_used, reason = "a test ends with what went wrong")]

use std::thread;
use std::time::{Duration, Instant};

use jpki_virtual_card::{PinReference, Profile, StatusWord, TraceStep, VirtualCard, VirtualReader};

const SELECT_JPKI: [u8; 15] = [
    0x00, 0xA4, 0x04, 0x0C, 0x0A, 0xD3, 0x92, 0xF0, 0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01,
];
const VERIFY: [u8; 9] = [0x00, 0x20, 0x00, 0x98, 0x04, b'1', b'2', b'3', b'4'];

fn card() -> VirtualCard {
    VirtualCard::mint(&Profile::parse("seed = 'card'").unwrap()).unwrap()
}

fn reader_with_card() -> VirtualReader {
    let reader = VirtualReader::new("Reader 00 00");
    reader.insert(card());
    reader
}

/// The status word of an answer; `None` without a card.
fn status(reader: &VirtualReader, command: &[u8]) -> Option<u16> {
    reader
        .transmit(command)
        .map(|answer| u16::from_be_bytes(*answer.last_chunk().unwrap()))
}

#[test]
fn an_empty_reader_answers_nothing() {
    let reader = VirtualReader::new("Reader 00 00");
    assert_eq!(reader.name(), "Reader 00 00");
    assert_eq!(
        (
            reader.insertion(),
            reader.atr(),
            reader.transmit(&SELECT_JPKI)
        ),
        (None, None, None)
    );
    assert!(reader.remove().is_none());
}

#[test]
fn an_inserted_card_has_power() {
    let reader = reader_with_card();
    assert_eq!(reader.atr().unwrap()[..2], [0x3B, 0xE0]);
    assert_eq!(status(&reader, &SELECT_JPKI), Some(0x9000));
}

#[test]
fn each_insertion_has_another_number() {
    let reader = reader_with_card();
    let first = reader.insertion().unwrap();
    let card = reader.remove().unwrap();
    assert_eq!(reader.insertion(), None);
    reader.insert(card);
    let second = reader.insertion().unwrap();
    reader.insert(self::card());
    let third = reader.insertion().unwrap();
    assert!(first != second && second != third && third != first);
}

#[test]
fn clones_are_one_reader() {
    let reader = VirtualReader::new("Reader 00 00");
    let clone = reader.clone();
    reader.insert(card());
    assert_eq!(clone.insertion(), reader.insertion());
    assert!(clone.remove().is_some());
    assert_eq!(reader.insertion(), None);
}

#[test]
fn waiting_ends_with_the_next_change() {
    let reader = VirtualReader::new("Reader 00 00");
    let seen = reader.generation();
    let waiting = thread::spawn({
        let reader = reader.clone();
        move || reader.wait_for_change(seen, Duration::from_secs(60))
    });
    reader.insert(card());
    assert_eq!(Some(waiting.join().unwrap()), reader.insertion());
}

#[test]
fn waiting_ends_at_once_if_something_changed_before_and_by_itself_if_nothing_does() {
    let reader = reader_with_card();
    let now = reader.generation();
    let start = Instant::now();
    assert_eq!(
        reader.wait_for_change(now.wrapping_sub(1), Duration::from_secs(60)),
        now
    );
    assert!(start.elapsed() < Duration::from_secs(30));
    assert_eq!(reader.wait_for_change(now, Duration::from_millis(5)), now);
}

#[test]
fn removal_and_power_off_end_a_verified_pin_but_a_warm_reset_does_not() {
    let reader = reader_with_card();
    let verified = || reader.inspect(|card| card.is_verified(PinReference::Authentication));
    let verify = || (status(&reader, &SELECT_JPKI), status(&reader, &VERIFY));
    verify();
    reader.reset();
    assert_eq!(verified(), Some(true));
    reader.power_off();
    assert_eq!(verified(), Some(false));
    assert_eq!(
        verify(),
        (Some(0x9000), Some(0x9000)),
        "the next APDU gives power"
    );
    let card = reader.remove().unwrap();
    reader.insert(card);
    assert_eq!(verified(), Some(false));
}

#[test]
fn a_trace_has_headers_and_lengths_and_no_data() {
    let reader = reader_with_card();
    let _ = reader.transmit(&SELECT_JPKI);
    reader.clear_trace();
    let commands: [&[u8]; 6] = [
        &VERIFY,
        &[0x00, 0xB0, 0x88, 0x00, 0x00],
        &[0x00, 0x20],
        &[0x00, 0x20, 0x00, 0x98, 9, 1],
        b"\x00\x20\x31\x32\x33\x34",
        b"\x80\x54\x31\x32\x33\x34",
    ];
    for command in commands {
        let _ = reader.transmit(command);
    }
    let trace: Vec<String> = reader.trace().iter().map(TraceStep::to_string).collect();
    assert_eq!(
        trace,
        [
            "00 20 00 98 Lc=4 -> [0] 9000",
            "00 B0 88 00 Lc=0 -> [3] 9000",
            "00 20 Lc=0 -> [0] 6700",
            "00 20 00 98 Lc=2 -> [0] 6700",
            "00 20 Lc=2 -> [0] 6700",
            "80 54 Lc=2 -> [0] 6700",
        ]
    );
    assert_eq!(reader.trace()[0].status, Some(StatusWord::DONE));
    let debug = format!("{:?}", reader.trace());
    assert!(!debug.contains("49, 50"), "{debug}");
}

#[test]
fn a_trace_does_not_grow_for_ever() {
    let reader = reader_with_card();
    for _ in 0..5000 {
        let _ = reader.transmit(&[0x00, 0xA4, 0x00, 0x00]);
    }
    assert_eq!(reader.trace().len(), 4096);
}

#[test]
fn a_card_can_be_torn_out_before_any_apdu() {
    for nth in 1..=4 {
        let reader = reader_with_card();
        let before = reader.generation();
        reader.tear_at(nth);
        let answered = (0..4)
            .take_while(|_| reader.transmit(&SELECT_JPKI).is_some())
            .count();
        assert_eq!(answered, usize::try_from(nth - 1).unwrap());
        assert_eq!(
            (reader.insertion(), reader.transmit(&SELECT_JPKI)),
            (None, None)
        );
        assert_ne!(reader.generation(), before);
        assert_eq!(reader.trace().len(), answered);
    }
}

#[test]
fn a_card_that_was_torn_out_can_be_put_back() {
    let reader = reader_with_card();
    assert_eq!(status(&reader, &SELECT_JPKI), Some(0x9000));
    assert_eq!(status(&reader, &VERIFY), Some(0x9000));
    reader.tear_at(1);
    assert_eq!(reader.transmit(&VERIFY), None);
    reader.insert(reader.remove().unwrap());
    assert_eq!(
        reader.inspect(|card| card.is_verified(PinReference::Authentication)),
        Some(false)
    );
    assert_eq!(status(&reader, &SELECT_JPKI), Some(0x9000));
}

#[test]
fn an_order_to_tear_can_be_taken_back() {
    let reader = reader_with_card();
    reader.tear_at(1);
    reader.tear_at(0);
    assert_eq!(status(&reader, &SELECT_JPKI), Some(0x9000));
}
