//! Serves the control socket: a thread for each client.

use std::io::{self, BufRead, BufReader, Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rustix::net::{Shutdown, shutdown, sockopt};

use super::message::{Action, Answer, MAX_LINE, Request};
use super::place::{Listener, Place, PlaceError, own_uid};
use super::slot::CardSlot;
use crate::causes::with_causes;

/// How many clients are served at a time; one more is told so.
const MAX_CLIENTS: usize = 32;

/// How long to wait when no client can be accepted.
const PAUSE: Duration = Duration::from_millis(50);

/// A control socket that is served. Dropping it ends that and removes the socket.
#[derive(Debug)]
pub struct Server {
    listener: Arc<Listener>,
    stop: Arc<AtomicBool>,
    accepting: Option<JoinHandle<()>>,
}

/// Listens at `place` and serves it in the background. The first of `slots` is slot 0.
///
/// # Errors
/// [`PlaceError`] if nobody can listen there, or somebody else does.
pub fn serve(place: &Place, slots: Vec<Arc<CardSlot>>) -> Result<Server, PlaceError> {
    let listener = Arc::new(place.listen()?);
    let stop = Arc::new(AtomicBool::new(false));
    let accepting = thread::spawn({
        let (listener, stop) = (Arc::clone(&listener), Arc::clone(&stop));
        move || accept(&listener, &stop, &slots.into())
    });
    Ok(Server {
        listener,
        stop,
        accepting: Some(accepting),
    })
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        // Ends the wait for the next client.
        let woken = shutdown(&self.listener.socket, Shutdown::Both).is_ok();
        if let Some(accepting) = self.accepting.take()
            && woken
        {
            // It panics nowhere, and if it did there would be nothing left to do.
            let _ = accepting.join();
        }
    }
}

fn accept(listener: &Listener, stop: &AtomicBool, slots: &Arc<[Arc<CardSlot>]>) {
    let clients = Arc::new(AtomicUsize::new(0));
    for stream in listener.socket.incoming() {
        if stop.load(Ordering::SeqCst) {
            return;
        }
        let Ok(stream) = stream else {
            // Out of file descriptors, say: some client will leave.
            thread::sleep(PAUSE);
            continue;
        };
        let (clients, slots) = (Arc::clone(&clients), Arc::clone(slots));
        if clients.fetch_add(1, Ordering::SeqCst) >= MAX_CLIENTS {
            clients.fetch_sub(1, Ordering::SeqCst);
            let full = "there are too many clients: end some and ask again";
            let _ = answer(&stream, &Answer::Error(full.to_owned()));
            continue;
        }
        thread::spawn(move || {
            // A client that breaks off is its own business.
            let _ = converse(&stream, &slots);
            clients.fetch_sub(1, Ordering::SeqCst);
        });
    }
}

fn converse(stream: &UnixStream, slots: &[Arc<CardSlot>]) -> io::Result<()> {
    if sockopt::socket_peercred(stream)?.uid.as_raw() != own_uid() {
        return answer(
            stream,
            &Answer::Error("this is another user's virtual card: start your own".to_owned()),
        );
    }
    let mut lines = BufReader::new(stream);
    let mut line = Vec::new();
    loop {
        line.clear();
        let limit = u64::try_from(MAX_LINE).unwrap_or(u64::MAX);
        let read = lines.by_ref().take(limit).read_until(b'\n', &mut line)?;
        if read == 0 {
            return Ok(());
        }
        if read == MAX_LINE && !line.ends_with(b"\n") {
            let text =
                format!("a request has at most {MAX_LINE} bytes: send one JSON object a line");
            return answer(stream, &Answer::Error(text));
        }
        answer(stream, &reply(&line, slots))?;
    }
}

fn reply(line: &[u8], slots: &[Arc<CardSlot>]) -> Answer {
    let request: Request = match serde_json::from_slice(line) {
        Ok(request) => request,
        Err(error) => {
            return Answer::Error(format!(
                "the request is not understood ({error}): send an object like {{\"action\": \"status\"}}"
            ));
        }
    };
    if request.action == Action::Status && request.slot.is_none() {
        let each = slots.iter().enumerate();
        return Answer::Slots(each.map(|(number, slot)| slot.status(number)).collect());
    }
    let number = request.slot.unwrap_or(0);
    let Some(slot) = slots.get(number) else {
        return Answer::Error(format!(
            "there is no slot {number}: the slots are 0 to {}",
            slots.len().saturating_sub(1)
        ));
    };
    match slot.act(number, &request.action) {
        Ok(()) => Answer::Slots(vec![slot.status(number)]),
        Err(error) => Answer::Error(with_causes(&error)),
    }
}

fn answer(mut stream: &UnixStream, answer: &Answer) -> io::Result<()> {
    let mut line = serde_json::to_vec(answer)?;
    line.push(b'\n');
    stream.write_all(&line)
}
