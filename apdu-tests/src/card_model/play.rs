//! Playing a script, and watching.

use rsa::{BigUint, Pkcs1v15Sign, Pss, RsaPublicKey, traits::PublicKeyParts as _};
use sha2::{Digest as _, Sha256};

use super::account::{self, Account, JPKI};
use super::apdu::Apdu;
use super::script::{Act, Script};
use super::subject::{Card, Subject};
use super::{Broken, SIGNS_FROM};

/// A promise that was not kept.
type Verdict = Result<(), &'static str>;

struct Game<'s, C> {
    subject: &'s Subject<C>,
    card: C,
    account: Account,
    powered: bool,
    /// Whether the script's signature is still to be made.
    may_sign: bool,
}

/// Plays a script to its end or to the first promise that is broken.
pub(super) fn play<C: Card>(subject: &Subject<C>, script: &Script) -> Result<(), Broken> {
    let mut game = Game {
        subject,
        card: subject.card.clone(),
        account: subject.account.clone(),
        powered: true,
        may_sign: script.card >= SIGNS_FROM,
    };
    game.card.power_on();
    for (step, act) in (1..).zip(&script.acts) {
        game.step(act).map_err(|promise| Broken {
            step,
            act: act.to_string(),
            promise,
        })?;
    }
    game.at_the_end().map_err(|promise| Broken {
        step: 0,
        act: "at the end".to_owned(),
        promise,
    })
}

impl<C: Card> Game<'_, C> {
    fn step(&mut self, act: &Act) -> Verdict {
        match act {
            Act::Send(command) => return self.send(command),
            Act::PowerCycle => {
                self.card.power_on();
                self.powered = true;
                self.account.forget_all_but(&[]);
            }
            Act::PowerOff => {
                self.card.power_off();
                self.powered = false;
                self.account.forget_all_but(&[]);
            }
            Act::WarmReset => {
                self.card.warm_reset();
                // Without power it is a cold one.
                if self.subject.forgets || !self.powered {
                    self.account.forget_all_but(&[]);
                }
                self.powered = true;
            }
        }
        Ok(())
    }

    fn send(&mut self, command: &[u8]) -> Verdict {
        let apdu = Apdu::decode(command);
        let instruction = apdu.map(|apdu| apdu.instruction());
        let signs = matches!(instruction, Some((_, 0x2A | 0x88)));
        if signs && !self.may_sign && self.some_key_is_open() {
            return Ok(());
        }
        let verifies = |apdu: &Apdu<'_>| apdu.instruction() == (0x00, 0x20);
        let verified = apdu.filter(|apdu| verifies(apdu) && !apdu.data.is_empty());
        if verified.is_some() && !self.account.agrees_with(&self.card) {
            return Err("no counter changes but by a VERIFY with data");
        }
        let before = self.card.selected();
        let answer = self.card.send(command);
        let Some((data, status)) = answer.split_last_chunk::<2>() else {
            let silent = answer.is_empty() && !self.powered;
            return keep(silent, "an answer has a status word");
        };
        if !self.powered {
            return Err("without power there is no answer");
        }
        if data.len() > apdu.map_or(0, |apdu| apdu.ne) {
            return Err("an answer has at most Ne bytes");
        }
        let succeeded = matches!(status, [0x90, 0x00] | [0x61, _]);
        if self.card.selected() != before {
            self.account.forget_all_but(&self.card.selected());
        }
        if let Some(apdu) = apdu {
            match instruction {
                Some((0x00, 0x20)) if verified.is_some() => self.verified(&apdu, *status)?,
                Some((0x00, 0x24) | (0x80, 0x32)) if succeeded => self.changed(&apdu)?,
                Some((_, 0x2A)) if succeeded => self.signed(&apdu, data)?,
                Some((0x00, 0xA4)) if succeeded && apdu.p1 == 0x04 && self.subject.forgets => {
                    self.account.forget_all_but(&[]);
                }
                _ => {}
            }
        }
        self.may_sign &= !(signs && succeeded);
        let allowed = signs || self.subject.secrets.allow(data, &self.account);
        keep(
            allowed,
            "nothing of a protected file is read before a PIN that opens it",
        )
    }

    /// Whether a signature is made, should it be asked for: only the JPKI applet's keys have a PIN.
    fn some_key_is_open(&self) -> bool {
        let mut keys = self.subject.keys.iter();
        self.card.selected() != JPKI || keys.any(|(_, pin)| self.account.jpki_verified(*pin))
    }

    /// A VERIFY with data was answered.
    fn verified(&mut self, apdu: &Apdu<'_>, status: [u8; 2]) -> Verdict {
        let application = self.card.selected();
        let counters = self.account.counters(&self.card);
        let mut passed = false;
        let mut failed = false;
        for (pin, counter) in self.account.0.iter_mut().zip(counters) {
            let counter = counter.ok_or("a PIN can be asked for")?;
            let meant = pin.application == application
                && apdu
                    .short_file_id()
                    .is_none_or(|id| id == pin.short_file_id);
            let right = pin.value == apdu.data;
            if status == [0x90, 0x00] && meant && right && pin.tries > 0 {
                passed = true;
                // Where the current file is meant, it may be another PIN of the same value.
                if counter != pin.most_tries && apdu.short_file_id().is_some() {
                    return Err("the right PIN gives all tries back");
                }
                pin.verified = true;
            }
            if counter == pin.tries {
                continue;
            }
            if counter > pin.tries && !(pin.verified && meant && counter == pin.most_tries) {
                return Err("no counter rises but by a VERIFY with the right PIN");
            }
            if counter < pin.tries {
                let counted = counter.checked_add(1) == Some(pin.tries);
                if !meant || right || failed || !counted || status != [0x63, 0xC0 | counter] {
                    return Err("a wrong PIN costs one try of its own, which the card tells");
                }
                failed = true;
                pin.verified = false;
            }
            pin.tries = counter;
        }
        match status {
            [0x90, 0x00] if !passed => Err("only the right PIN passes, and none that is blocked"),
            [0x63, _] if !failed => Err("a wrong PIN costs a try"),
            _ => Ok(()),
        }
    }

    /// A change of a PIN succeeded.
    fn changed(&mut self, apdu: &Apdu<'_>) -> Verdict {
        let application = self.card.selected();
        let mut allowed = false;
        for pin in &mut self.account.0 {
            let meant = pin.application == application
                && apdu
                    .short_file_id()
                    .is_none_or(|id| id == pin.short_file_id);
            if meant && pin.verified {
                allowed = true;
                // Where the current file is meant, which one it is shows in what the card takes now.
                if !account::accepts(&self.card, pin, &pin.value) {
                    pin.value = apdu.data.to_vec();
                }
            }
        }
        keep(allowed, "no PIN changes but while it is verified")
    }

    /// A signature, or the announcement of one.
    fn signed(&mut self, apdu: &Apdu<'_>, signature: &[u8]) -> Verdict {
        if self.card.selected() != JPKI {
            return Ok(());
        }
        let mut keys = self.subject.keys.iter();
        let opened = match signature {
            [] => keys.any(|(_, pin)| self.account.jpki_verified(*pin)),
            _ => {
                let maker = keys.find(|(key, _)| made(key, apdu, signature));
                let (_, pin) = maker.ok_or("a signature is made by a key of the card")?;
                self.account.jpki_verified(*pin)
            }
        };
        keep(opened, "no key signs before its PIN")
    }

    fn at_the_end(&mut self) -> Verdict {
        if !self.account.agrees_with(&self.card) {
            return Err("no counter changes but by a VERIFY with data");
        }
        let usable = self.account.0.iter().filter(|pin| pin.tries > 0);
        for pin in usable {
            if !account::accepts(&self.card, pin, &pin.value) {
                return Err("no PIN changes but by a change of that PIN");
            }
        }
        Ok(())
    }
}

fn keep(kept: bool, promise: &'static str) -> Verdict {
    kept.then_some(()).ok_or(promise)
}

/// Whether this key made the signature.
fn made(key: &RsaPublicKey, apdu: &Apdu<'_>, signature: &[u8]) -> bool {
    let hashed = Sha256::digest(apdu.data);
    match apdu.p1 {
        0x04 => key
            .verify(Pss::new::<Sha256>(), apdu.data, signature)
            .is_ok(),
        0x05 => key.verify(Pss::new::<Sha256>(), &hashed, signature).is_ok(),
        0x00 => padded_by(key, signature),
        0x01 => key
            .verify(Pkcs1v15Sign::new_unprefixed(), &hashed, signature)
            .is_ok(),
        0x02 => key
            .verify(Pkcs1v15Sign::new::<Sha256>(), apdu.data, signature)
            .is_ok(),
        _ => key
            .verify(Pkcs1v15Sign::new::<Sha256>(), &hashed, signature)
            .is_ok(),
    }
}

/// Whether a signature of this key has PKCS #1 padding inside, around whatever.
fn padded_by(key: &RsaPublicKey, signature: &[u8]) -> bool {
    let inside = BigUint::from_bytes_be(signature).modpow(key.e(), key.n());
    // Without the leading 00.
    inside
        .to_bytes_be()
        .starts_with(&[0x01, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF])
}
