//! Faults on order, in process and over vpcd.
#![expect(clippy::unwrap_used, reason = "a test ends with what went wrong")]

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::num::NonZeroU32;
use std::thread;
use std::time::{Duration, Instant};

use jpki_virtual_card::{
    Fault, LengthChange, PinReference, Profile, Silence, VirtualCard, VirtualReader, vpcd,
};

const SELECT_JPKI: [u8; 15] = [
    0x00, 0xA4, 0x04, 0x0C, 0x0A, 0xD3, 0x92, 0xF0, 0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01,
];
const WRONG_PIN: [u8; 9] = [0x00, 0x20, 0x00, 0x98, 0x04, b'0', b'0', b'0', b'0'];
/// EF 0008, three bytes.
const READ: [u8; 5] = [0x00, 0xB0, 0x88, 0x00, 0x00];

fn card() -> VirtualCard {
    VirtualCard::mint(&Profile::parse("seed = 'card'").unwrap()).unwrap()
}

fn reader_with_card() -> VirtualReader {
    let reader = VirtualReader::new("Reader 00 00");
    reader.insert(card());
    assert_eq!(reader.transmit(&SELECT_JPKI), Some(vec![0x90, 0x00]));
    reader
}

fn nth(nth: u32) -> NonZeroU32 {
    NonZeroU32::new(nth).unwrap()
}

fn send(reader: &VirtualReader, command: &[u8]) -> Result<Vec<u8>, Silence> {
    reader.exchange(reader.insertion().unwrap(), command)
}

fn tries(reader: &VirtualReader) -> Option<u8> {
    reader.inspect(|card| card.tries_left(PinReference::Authentication))
}

#[test]
fn a_mute_card_carries_out_the_nth_command_and_answers_the_next() {
    let reader = reader_with_card();
    reader.arm(Fault::Mute { nth: nth(2) });
    assert_eq!(send(&reader, &WRONG_PIN), Ok(vec![0x63, 0xC2]));
    assert_eq!(send(&reader, &WRONG_PIN), Err(Silence::Mute));
    assert_eq!(tries(&reader), Some(1));
    assert_eq!(
        send(&reader, &[0x00, 0x20, 0x00, 0x98]),
        Ok(vec![0x63, 0xC1])
    );
    assert_eq!(
        reader
            .trace()
            .iter()
            .filter(|step| step.status.is_none())
            .count(),
        1
    );
}

#[test]
fn a_torn_card_does_not_carry_out_the_nth_command() {
    let reader = reader_with_card();
    reader.arm(Fault::Tear { nth: nth(2) });
    assert_eq!(send(&reader, &WRONG_PIN), Ok(vec![0x63, 0xC2]));
    assert_eq!(send(&reader, &WRONG_PIN), Err(Silence::NoCard));
    reader.insert(reader.remove().unwrap());
    assert_eq!(tries(&reader), Some(2));
}

#[test]
fn an_answer_that_is_too_short_lacks_data_or_half_its_status_word() {
    let reader = reader_with_card();
    let good = send(&reader, &READ).unwrap();
    let wrong_length = Fault::WrongLength {
        nth: nth(2),
        change: LengthChange::Shorter,
    };
    reader.arm(wrong_length);
    assert_eq!(send(&reader, &READ), Ok(good.clone()));
    assert_eq!(send(&reader, &READ), Ok([&good[..2], &good[3..]].concat()));
    assert_eq!(send(&reader, &READ), Ok(good));
    reader.arm(wrong_length);
    assert_eq!(send(&reader, &WRONG_PIN), Ok(vec![0x63, 0xC2]));
    assert_eq!(send(&reader, &WRONG_PIN), Ok(vec![0x63]));
}

#[test]
fn an_answer_that_is_too_long_has_a_byte_before_its_status_word() {
    let reader = reader_with_card();
    let longer = || {
        reader.arm(Fault::WrongLength {
            nth: nth(1),
            change: LengthChange::Longer,
        });
    };
    let good = send(&reader, &READ).unwrap();
    longer();
    assert_eq!(
        send(&reader, &READ),
        Ok([&good[..3], &[0x00], &good[3..]].concat())
    );
    longer();
    assert_eq!(send(&reader, &WRONG_PIN), Ok(vec![0x00, 0x63, 0xC2]));
}

#[test]
fn a_storm_announces_more_data_until_it_is_healed() {
    let reader = reader_with_card();
    reader.arm(Fault::Storm { nth: nth(2) });
    assert_eq!(send(&reader, &SELECT_JPKI), Ok(vec![0x90, 0x00]));
    assert_eq!(send(&reader, &READ), Ok(vec![0x61, 0x00]));
    for le in [0x00_u8, 0x05, 0xFF] {
        let expected = if le == 0 { 256 } else { usize::from(le) };
        for _ in 0..10 {
            let answer = send(&reader, &[0x00, 0xC0, 0x00, 0x00, le]).unwrap();
            assert_eq!(answer.len(), expected + 2);
            assert_eq!(answer[expected..], [0x61, 0x00]);
        }
    }
    assert_eq!(
        send(&reader, &WRONG_PIN),
        Ok(vec![0x63, 0xC2]),
        "a refusal is no data"
    );
    assert_eq!(reader.faults(), [Fault::Storm { nth: nth(1) }]);
    reader.heal();
    assert_eq!(send(&reader, &READ).unwrap().len(), 5);
}

#[test]
fn a_slow_card_takes_its_time_for_each_apdu() {
    let reader = reader_with_card();
    let delay = Duration::from_millis(60);
    reader.arm(Fault::Slow { delay });
    for _ in 0..2 {
        let start = Instant::now();
        assert_eq!(send(&reader, &SELECT_JPKI), Ok(vec![0x90, 0x00]));
        assert!(start.elapsed() >= delay, "{:?}", start.elapsed());
    }
    assert_eq!(reader.faults(), [Fault::Slow { delay }]);
}

#[test]
fn a_removal_and_an_order_to_heal_do_not_wait_for_a_slow_card() {
    for heal in [true, false] {
        let reader = reader_with_card();
        let delay = Duration::from_secs(300);
        reader.arm(Fault::Slow { delay });
        let waiting = thread::spawn({
            let reader = reader.clone();
            move || send(&reader, &WRONG_PIN)
        });
        thread::sleep(Duration::from_millis(50));
        if heal {
            reader.heal();
            assert_eq!(waiting.join().unwrap(), Ok(vec![0x63, 0xC2]));
        } else {
            let card = reader.remove().unwrap();
            assert_eq!(waiting.join().unwrap(), Err(Silence::NoCard));
            assert_eq!(card.tries_left(PinReference::Authentication), 3);
        }
    }
}

#[test]
fn faults_of_each_kind_count_on_their_own_and_a_new_one_replaces_the_old() {
    let reader = reader_with_card();
    let storm = Fault::Storm { nth: nth(9) };
    let shorter = Fault::WrongLength {
        nth: nth(4),
        change: LengthChange::Shorter,
    };
    for fault in [
        storm,
        shorter,
        Fault::Mute { nth: nth(7) },
        Fault::Mute { nth: nth(3) },
    ] {
        reader.arm(fault);
    }
    send(&reader, &SELECT_JPKI).unwrap();
    let armed: Vec<String> = reader.faults().iter().map(Fault::to_string).collect();
    assert_eq!(armed, ["mute 2", "wrong-length 3", "storm 8"]);
}

#[test]
fn a_removal_ends_what_was_armed_and_an_empty_reader_keeps_it_for_the_next_card() {
    let reader = reader_with_card();
    reader.arm(Fault::Mute { nth: nth(2) });
    let card = reader.remove().unwrap();
    assert_eq!(reader.faults(), []);
    reader.arm(Fault::Mute { nth: nth(1) });
    reader.insert(card);
    assert_eq!(send(&reader, &SELECT_JPKI), Err(Silence::Mute));
    reader.arm(Fault::Mute { nth: nth(1) });
    reader.insert(self::card());
    assert_eq!(send(&reader, &SELECT_JPKI), Ok(vec![0x90, 0x00]));
}

#[test]
fn a_command_meant_for_one_card_does_not_reach_the_next() {
    let reader = reader_with_card();
    let first = reader.insertion().unwrap();
    reader.insert(card());
    assert_eq!(reader.exchange(first, &WRONG_PIN), Err(Silence::NoCard));
    assert_eq!(tries(&reader), Some(3));
    assert_eq!(reader.apdus(), 1);
}

/// A card behind vpcd's protocol, with this test as vpcd.
fn plugged_in(
    reader: &VirtualReader,
) -> (TcpStream, thread::JoinHandle<Result<(), vpcd::VpcdError>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let plug = thread::spawn({
        let reader = reader.clone();
        move || vpcd::plug(address, &reader, |_| {})
    });
    let (stream, _) = listener.accept().unwrap();
    (stream, plug)
}

fn frame(stream: &mut TcpStream, content: &[u8]) {
    let length = u16::try_from(content.len()).unwrap().to_be_bytes();
    stream.write_all(&[&length, content].concat()).unwrap();
}

#[test]
fn vpcd_waits_for_a_mute_card_until_it_is_healed_and_then_sees_it_leave() {
    let reader = reader_with_card();
    reader.arm(Fault::Mute { nth: nth(1) });
    let (mut stream, plug) = plugged_in(&reader);
    frame(&mut stream, &WRONG_PIN);
    stream
        .set_read_timeout(Some(Duration::from_millis(400)))
        .unwrap();
    assert!(stream.read(&mut [0]).is_err(), "nothing comes");
    assert_eq!(tries(&reader), Some(2));
    reader.heal();
    stream
        .set_read_timeout(Some(Duration::from_secs(10)))
        .unwrap();
    assert_eq!(stream.read(&mut [0]).unwrap(), 0);
    assert!(plug.join().unwrap().is_ok());
}

#[test]
fn a_mute_card_notices_that_vpcd_is_gone() {
    let reader = reader_with_card();
    reader.arm(Fault::Mute { nth: nth(1) });
    let (mut stream, plug) = plugged_in(&reader);
    frame(&mut stream, &SELECT_JPKI);
    thread::sleep(Duration::from_millis(50));
    drop(stream);
    assert!(matches!(
        plug.join().unwrap(),
        Err(vpcd::VpcdError::Connection(_))
    ));
}

#[test]
fn vpcd_sees_a_swapped_card_leave_before_the_next_one_gets_an_apdu() {
    let reader = reader_with_card();
    let (mut stream, plug) = plugged_in(&reader);
    frame(&mut stream, &[4]);
    stream.read_exact(&mut [0; 2 + 9]).unwrap();
    reader.insert(card());
    frame(&mut stream, &WRONG_PIN);
    assert_eq!(stream.read(&mut [0]).unwrap(), 0);
    assert!(plug.join().unwrap().is_ok());
    assert_eq!(tries(&reader), Some(3));
}
