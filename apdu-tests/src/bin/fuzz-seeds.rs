//! Writes the fuzz targets' first corpus: the stories as scripts, as text and recorded, the built-in profiles, and what the
//! daemon is sent.

use std::error::Error;
use std::fs;
use std::path::Path;

use apdu_tests::any_input::TARGETS;
use apdu_tests::card_model::{Act, SIGNS_FROM, Script, cards};
use apdu_tests::scenario::{self, Story};
use jpki_virtual_card::recording::Recorder;
use jpki_virtual_card::{Event, Profile, VirtualCard, profile};

const CORPUS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fuzz/corpus");

fn main() -> Result<(), Box<dyn Error>> {
    let corpus = std::env::args().nth(1);
    let corpus = Path::new(corpus.as_deref().unwrap_or(CORPUS));
    let cards = u8::try_from(cards().len())?;
    for file in scenario::files(scenario::DIRECTORY)? {
        let name = file.file_stem().unwrap_or_default().to_string_lossy();
        let text = fs::read_to_string(&file)?;
        let mut script = Script::of(&Story::parse(&text)?);
        write(corpus, "scenario", &name, text.as_bytes())?;
        write(corpus, "recording", &name, &recorded(&script)?)?;
        for card in (0..cards).chain([SIGNS_FROM]) {
            script.card = card;
            let name = format!("{name}-{card}");
            write(corpus, "card_commands", &name, &script.encode())?;
        }
    }
    let example = ("example", profile::EXAMPLE);
    let built_in = profile::BUILT_IN.iter();
    for (name, text) in built_in.map(|own| (own.name, own.text)).chain([example]) {
        for target in ["profile", "mint"] {
            write(corpus, target, name, text.as_bytes())?;
        }
    }
    for target in TARGETS {
        for (nth, seed) in (target.seeds)().iter().enumerate() {
            write(corpus, target.name, &nth.to_string(), seed)?;
        }
    }
    Ok(())
}

/// The recording of a script with the default card.
fn recorded(script: &Script) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut card = VirtualCard::mint(&Profile::parse("seed = 'scenarios'")?)?;
    let mut recording = Vec::new();
    let mut recorder = Recorder::new(&mut recording, "seed");
    recorder.record(Event::Inserted { atr: card.atr() })?;
    card.power_on();
    for act in &script.acts {
        match act {
            Act::Send(command) => {
                let answer = card.transmit(command);
                let answer = Ok(&answer[..]);
                recorder.record(Event::Exchange { command, answer })?;
            }
            Act::PowerCycle | Act::PowerOff => {
                card.power_on();
                recorder.record(Event::PowerOn)?;
            }
            Act::WarmReset => {
                card.reset();
                recorder.record(Event::Reset)?;
            }
        }
    }
    drop(recorder);
    Ok(recording)
}

fn write(corpus: &Path, target: &str, name: &str, input: &[u8]) -> std::io::Result<()> {
    let directory = corpus.join(target);
    fs::create_dir_all(&directory)?;
    fs::write(directory.join(name), input)
}
