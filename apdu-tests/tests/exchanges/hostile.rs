//! A card that answers anything at all: no panic, no endless exchange, and no PIN that the rules forbid.

use std::sync::{Arc, Mutex};

use apdu_tests::Bench;
use apdu_tests::bench::{card, log_in, sign};
use apdu_tests::person::Reply::{Cancels, Obliges};
use jpki_virtual_card::VirtualReader;
use jpkid::card::{Card, CardSource, CardTransaction, Insertion, Reader, TransportError};
use jpkid::jpki::{Applet, Certificate, CertificateKind, Digest, HashFunction, LastTry};
use jpkid::pin::{Pin, PinKind};
use rand::seq::SliceRandom as _;
use rand::{Rng as _, RngCore as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use serde_json::json;
use zeroize::Zeroizing;

/// More commands than this in one request are without end: a certificate of 8 KiB read byte by byte, and as much again
/// for announced bytes.
const WITHOUT_END: usize = 20_000;

/// Status words that lead somewhere.
const WORDS: [u16; 20] = [
    0x9000, 0x9000, 0x9000, 0x9000, 0x9000, 0x63C0, 0x63C1, 0x63C2, 0x63C3, 0x63CF, 0x6983, 0x6984,
    0x6A86, 0x6A82, 0x6700, 0x6B00, 0x6C00, 0x6C04, 0x6100, 0x61FF,
];

/// The card and its witness: it panics when it is sent what it should not be.
struct HostileCard {
    random: ChaCha8Rng,
    /// The last status word, if it answered a question for the tries left: directly or by GET RESPONSE.
    told: Option<u16>,
    /// The person has agreed to use a last try.
    last_try: LastTry,
    commands: usize,
}

impl HostileCard {
    fn new(seed: u64, last_try: LastTry) -> Self {
        Self {
            random: ChaCha8Rng::seed_from_u64(seed),
            told: None,
            last_try,
            commands: 0,
        }
    }

    fn answer(&mut self, command: &[u8]) -> Vec<u8> {
        self.commands += 1;
        assert!(self.commands < WITHOUT_END, "commands without end");
        let asks = command[1] == 0x20 && matches!(command.len(), 4 | 5);
        let fetches = command[1] == 0xC0;
        if command[1] == 0x20 && !asks {
            self.judge_verify();
        }
        let answer = self.any_answer();
        let word = answer.last_chunk().map(|word| u16::from_be_bytes(*word));
        self.told = word.filter(|_| asks || (fetches && self.told.is_some()));
        answer
    }

    fn judge_verify(&self) {
        let least = match self.last_try {
            LastTry::Spare => 0x63C2,
            LastTry::Confirmed => 0x63C1,
        };
        let told = self
            .told
            .expect("a PIN without a question for the counter just before");
        assert!((least..=0x63CF).contains(&told), "a PIN after {told:04X}");
    }

    fn any_answer(&mut self) -> Vec<u8> {
        let length = match self.random.gen_range(0..10) {
            0 => return vec![0; self.random.gen_range(0..2)],
            1..=4 => 0,
            5 => self.random.gen_range(1..=300),
            6 => 3,
            _ => 256,
        };
        let mut answer = vec![0; length];
        self.random.fill_bytes(&mut answer);
        // Often the beginning of a certificate, of any length it may claim.
        if length > 4 && self.random.gen_bool(0.7) {
            answer[..2].copy_from_slice(&[0x30, 0x82]);
            answer[2] &= 0x3F;
        }
        let word = if self.random.gen_bool(0.9) {
            *WORDS.choose(&mut self.random).unwrap()
        } else {
            self.random.r#gen()
        };
        answer.extend(word.to_be_bytes());
        answer
    }
}

struct HostileTransaction<'c>(&'c mut HostileCard);

impl CardTransaction for HostileTransaction<'_> {
    fn transmit(&mut self, command: &[u8]) -> Result<Zeroizing<Vec<u8>>, TransportError> {
        if self.0.random.gen_ratio(1, 200) {
            self.0.told = None;
            return Err(TransportError::Unresponsive);
        }
        Ok(Zeroizing::new(self.0.answer(command)))
    }

    fn power_off_at_end(&mut self) {}
}

/// What may be done with the applet, whatever comes back; tells whether the card let itself be unlocked.
fn use_applet(card: &mut HostileCard, last_try: LastTry, certificate: &Certificate) -> bool {
    let pin = Pin::parse(PinKind::UserAuthentication, "1234").unwrap();
    let digest = Digest::new(HashFunction::Sha256, vec![7; 32]).unwrap();
    let reads_before = card.random.gen_bool(0.5);
    let Ok(mut applet) = Applet::select(Box::new(HostileTransaction(card))) else {
        return false;
    };
    if reads_before {
        applet.card_kind().ok();
        applet.available_certificates().ok();
        applet
            .read_certificate(CertificateKind::Authentication)
            .ok();
        applet.tries_left(PinKind::DigitalSignature).ok();
    }
    let Ok(mut key) = applet.unlock(&pin, last_try) else {
        return false;
    };
    assert!(
        key.sign(&digest, certificate).is_err(),
        "random bytes are no signature"
    );
    key.read_certificate().ok();
    true
}

#[test]
fn no_card_whatever_it_answers_gets_a_pin_that_the_rules_forbid() {
    let certificate = card("").authentication_certificate().to_vec();
    let certificate = Certificate::parse(certificate).unwrap();
    for last_try in [LastTry::Spare, LastTry::Confirmed] {
        let mut unlocked = 0;
        for seed in 0..20_000 {
            let mut card = HostileCard::new(seed, last_try);
            unlocked += usize::from(use_applet(&mut card, last_try, &certificate));
        }
        assert!(
            unlocked > 100,
            "unlocked {unlocked} times: too seldom to prove anything"
        );
    }
}

#[test]
fn a_certificate_of_any_bytes_is_refused_without_a_panic() {
    let der = card("").authentication_certificate().to_vec();
    let mut random = ChaCha8Rng::seed_from_u64(1);
    for _ in 0..5_000 {
        let mut broken = der.clone();
        for _ in 0..random.gen_range(1..4) {
            let at = random.gen_range(0..broken.len());
            broken[at] = random.r#gen();
        }
        broken.truncate(random.gen_range(0..=der.len() * 2));
        Certificate::parse(broken).ok();
    }
}

/// A reader with a hostile card that is always there.
#[derive(Clone)]
struct HostileReader(Arc<Mutex<HostileCard>>);

impl CardSource for HostileReader {
    fn readers(&self) -> Result<Vec<Reader>, TransportError> {
        Ok(vec![Reader {
            name: "Hostile".to_owned(),
            insertion: Some(Insertion(1)),
        }])
    }

    fn connect(&self, _: &str) -> Result<Box<dyn Card>, TransportError> {
        Ok(Box::new(self.clone()))
    }

    fn wait_for_change(&self, _: &[Reader]) -> Result<Vec<Reader>, TransportError> {
        Err(TransportError::NoService)
    }
}

impl Card for HostileReader {
    fn begin(&mut self) -> Result<Box<dyn CardTransaction + '_>, TransportError> {
        Ok(Box::new(self.clone()))
    }
}

impl CardTransaction for HostileReader {
    fn transmit(&mut self, command: &[u8]) -> Result<Zeroizing<Vec<u8>>, TransportError> {
        // A poisoned lock is the witness's panic, which the worker caught: the test sees it in the answer.
        HostileTransaction(&mut self.0.lock().unwrap()).transmit(command)
    }

    fn power_off_at_end(&mut self) {}
}

impl std::fmt::Debug for HostileReader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("HostileReader")
    }
}

#[tokio::test]
async fn no_card_whatever_it_answers_brings_the_service_down_or_gets_a_signature_out() {
    for seed in 0..300 {
        let source = HostileReader(Arc::new(Mutex::new(HostileCard::new(
            seed,
            LastTry::Confirmed,
        ))));
        let bench = Bench::over(source.clone(), VirtualReader::new("unused"), []);
        for (method, params) in [
            ("status", json!({})),
            ("authenticate", log_in()),
            ("sign", sign(2)),
            ("certificate", json!({"kind": "signature-ca"})),
        ] {
            bench
                .person
                .will_only([Obliges, Obliges, Obliges, Obliges, Cancels]);
            let answer = bench.call(method, params).await;
            match answer {
                Ok(answer) => assert_eq!(method, "status", "{answer}"),
                Err(failure) => {
                    assert_ne!(failure.code().as_str(), "internal", "seed {seed}, {method}")
                }
            }
        }
        assert!(!source.0.is_poisoned(), "seed {seed}");
    }
}
