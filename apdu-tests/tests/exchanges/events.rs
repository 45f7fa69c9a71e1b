//! What subscribers are told of readers and cards.

use std::time::Duration;

use apdu_tests::bench::{card, reader};
use apdu_tests::{Bench, Shelf};
use jpki_virtual_card::VirtualReader;
use jpkid::ipc::{Change, Event, Methods as _};
use tokio::sync::broadcast::Receiver;
use tokio::time::timeout;

/// For what comes at once.
const PATIENCE: Duration = Duration::from_secs(10);

async fn next(events: &mut Receiver<Event>) -> Event {
    timeout(PATIENCE, events.recv())
        .await
        .expect("an event")
        .unwrap()
}

fn card_event(change: Change, reader: &str) -> Event {
    Event::Card {
        change,
        reader: reader.to_owned(),
    }
}

fn reader_event(change: Change, name: &str) -> Event {
    Event::Reader {
        change,
        name: name.to_owned(),
    }
}

/// The watch begins on a thread of its own: what happens before its first look is no event.
async fn subscribed(bench: &Bench) -> Receiver<Event> {
    let events = bench.service.events();
    tokio::time::sleep(Duration::from_millis(50)).await;
    events
}

#[tokio::test]
async fn a_card_that_comes_and_goes_is_told_to_every_subscriber() {
    let bench = Bench::new("", []);
    let mut first = subscribed(&bench).await;
    let mut second = bench.service.events();
    let card = bench.reader.remove().unwrap();
    for events in [&mut first, &mut second] {
        assert_eq!(next(events).await, card_event(Change::Removed, "Reader"));
    }
    bench.reader.insert(card);
    for events in [&mut first, &mut second] {
        assert_eq!(next(events).await, card_event(Change::Inserted, "Reader"));
    }
    assert!(first.is_empty() && second.is_empty());
}

#[tokio::test]
async fn a_card_torn_out_of_a_request_is_told_as_well() {
    let bench = Bench::new("", []);
    let mut events = subscribed(&bench).await;
    bench.reader.tear_at(3);
    bench.status().await.unwrap();
    assert_eq!(
        next(&mut events).await,
        card_event(Change::Removed, "Reader")
    );
}

#[tokio::test]
async fn a_card_swapped_in_a_moment_was_removed_and_inserted() {
    let bench = Bench::new("", []);
    let mut events = subscribed(&bench).await;
    bench.reader.insert(card(""));
    assert_eq!(
        next(&mut events).await,
        card_event(Change::Removed, "Reader")
    );
    assert_eq!(
        next(&mut events).await,
        card_event(Change::Inserted, "Reader")
    );
}

#[tokio::test]
async fn a_reader_that_is_plugged_in_with_a_card_is_two_events() {
    let shelf = Shelf::default();
    let bench = Bench::over(shelf.clone(), VirtualReader::new("unused"), []);
    let mut events = subscribed(&bench).await;
    shelf.plug_in(reader("New", ""));
    assert_eq!(
        next(&mut events).await,
        reader_event(Change::Inserted, "New")
    );
    assert_eq!(next(&mut events).await, card_event(Change::Inserted, "New"));
    shelf.unplug("New");
    assert_eq!(next(&mut events).await, card_event(Change::Removed, "New"));
    assert_eq!(
        next(&mut events).await,
        reader_event(Change::Removed, "New")
    );
}
