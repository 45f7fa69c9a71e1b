//! What subscribers are told of readers and cards.

use std::time::Duration;

use apdu_tests::bench::{card, log_in, reader, sign};
use apdu_tests::person::Reply::Waits;
use apdu_tests::{Bench, Shelf};
use jpki_virtual_card::VirtualReader;
use jpkid::card::{Card, CardSource, Reader, TransportError};
use jpkid::ipc::{Change, ErrorCode, Event, Methods as _};
use tokio::sync::broadcast::Receiver;
use tokio::sync::watch;
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

/// A source that tells when the daemon begins to wait for a change: what happens before is no event.
#[derive(Debug)]
struct Watched<S> {
    source: S,
    waits: watch::Sender<bool>,
}

impl<S: CardSource> CardSource for Watched<S> {
    fn readers(&self) -> Result<Vec<Reader>, TransportError> {
        self.source.readers()
    }

    fn connect(&self, reader: &str) -> Result<Box<dyn Card>, TransportError> {
        self.source.connect(reader)
    }

    fn wait_for_change(&self, seen: &[Reader]) -> Result<Vec<Reader>, TransportError> {
        self.waits.send_replace(true);
        self.source.wait_for_change(seen)
    }
}

/// A service whose subscriber misses nothing from here on.
async fn subscribed(
    source: impl CardSource + 'static,
    reader: VirtualReader,
) -> (Bench, Receiver<Event>) {
    let (waits, mut waiting) = watch::channel(false);
    let bench = Bench::over(Watched { source, waits }, reader, []);
    let events = bench.service.events();
    timeout(PATIENCE, waiting.wait_for(|waits| *waits))
        .await
        .expect("the daemon watches")
        .unwrap();
    (bench, events)
}

/// As [`subscribed`], with a card in a reader.
async fn subscribed_to_a_card() -> (Bench, Receiver<Event>) {
    let reader = reader("Reader", "");
    subscribed(reader.clone(), reader).await
}

#[tokio::test]
async fn a_card_that_comes_and_goes_is_told_to_every_subscriber() {
    let (bench, mut first) = subscribed_to_a_card().await;
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
    let (bench, mut events) = subscribed_to_a_card().await;
    bench.reader.tear_at(3);
    bench.status().await.unwrap();
    assert_eq!(
        next(&mut events).await,
        card_event(Change::Removed, "Reader")
    );
}

#[tokio::test]
async fn a_card_swapped_in_a_moment_was_removed_and_inserted() {
    let (bench, mut events) = subscribed_to_a_card().await;
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
    let unused = VirtualReader::new("unused");
    let (_bench, mut events) = subscribed(shelf.clone(), unused).await;
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

#[tokio::test]
async fn a_card_taken_out_closes_the_window_that_asks_for_its_pin() {
    for profile in ["", "[tries]\nauthentication = 1\nsignature = 1"] {
        for (method, params) in [("authenticate", log_in()), ("sign", sign(1))] {
            let bench = Bench::new(profile, [Waits]);
            let request = tokio::spawn(bench.begin(method, params));
            bench.person.sees(1).await;
            // Nothing is under way: the certificate was read, and the person looks for the slip with the PINs.
            bench.service.finish().await;
            bench.insert_again();
            let answer = timeout(PATIENCE, request).await.expect("at once").unwrap();
            assert_eq!(answer.unwrap_err().code(), ErrorCode::CardRemoved);
            assert_eq!(bench.person.open_windows(), 0);
            bench.service.finish().await;
            bench.assert_closed();
            assert_eq!(bench.pins_sent(), 0);
        }
    }
}
