//! The program that plugs the card in, with this test as vpcd.
#![expect(clippy::unwrap_used, reason = "a test ends with what went wrong")]

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

/// The program, ended with its owner.
struct Program(Child);

impl Drop for Program {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

fn start(listener: &TcpListener) -> Program {
    let address = listener.local_addr().unwrap().to_string();
    let program = Command::new(env!("CARGO_BIN_EXE_jpki-virtual-card"))
        .args(["--seed", "card", "--vpcd", &address])
        .spawn();
    Program(program.unwrap())
}

/// Waits for the card, and asks it for its answer to reset.
fn meet_the_card(listener: &TcpListener) -> TcpStream {
    let (mut card, _) = listener.accept().unwrap();
    card.set_read_timeout(Some(Duration::from_secs(20)))
        .unwrap();
    card.write_all(&[0, 1, 4]).unwrap();
    let mut answer = [0; 11];
    card.read_exact(&mut answer).unwrap();
    assert_eq!(answer[..3], [0, 9, 0x3B]);
    card
}

#[test]
fn the_card_comes_back_when_pcscd_does() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let _program = start(&listener);
    for _ in 0..3 {
        drop(meet_the_card(&listener));
    }
}

#[test]
fn sigterm_ends_the_program_cleanly_and_takes_the_card_out() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut program = start(&listener);
    let mut card = meet_the_card(&listener);
    kill_process(Pid::from_child(&program.0), Signal::TERM).unwrap();
    assert_eq!(card.read(&mut [0]).unwrap(), 0, "the connection is closed");
    assert_eq!(program.0.wait().unwrap().code(), Some(0));
}
