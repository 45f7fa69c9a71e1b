//! Sees every command on its way to the card, knows what the person did, and notes each breach of the law.

use std::fmt::Write as _;

use jpki_virtual_card::PinReference;

/// What the law allows at this moment, and what was seen.
#[derive(Default)]
pub(crate) struct Witness {
    /// PINs that the person typed and that were not sent yet.
    typed: Vec<(PinReference, Vec<u8>)>,
    /// The signature certificate that the page read last. It goes on naming it, whether or not its password waits.
    pub(crate) certificate: Option<String>,
    /// A password waits.
    held: bool,
    /// A password waited when the request under way was made, and may be sent if the person agrees.
    held_for_request: bool,
    /// The person has agreed to the last try of this PIN in a window of the request under way.
    last_try: Vec<PinReference>,
    /// The tries that the card has told in this transaction, since its last PIN.
    told: Option<(PinReference, u8)>,
    /// A PIN was accepted in this transaction.
    unlocked: Option<PinReference>,
    /// What the counters must be: the person's tries and those of other programs, and nothing else.
    pub(crate) authentication_tries: u8,
    pub(crate) signature_tries: u8,
    /// Times that a password which waited could be used.
    pub(crate) held_used: u64,
    /// VERIFY commands with a PIN that the daemon sent.
    pub(crate) pins_sent: u64,
    story: String,
    pub(crate) breaches: Vec<String>,
}

impl Witness {
    pub(crate) fn of_card(tries: (u8, u8)) -> Self {
        Self {
            authentication_tries: tries.0,
            signature_tries: tries.1,
            ..Self::default()
        }
    }

    /// Another request begins: nothing that was typed or agreed to before counts for it. What waits is for it alone,
    /// unless it only asks for the state.
    pub(crate) fn begin(&mut self, only_status: bool) {
        self.typed.clear();
        self.last_try.clear();
        self.held_for_request = !only_status && std::mem::take(&mut self.held);
    }

    /// The page has read the certificate, and its password waits.
    pub(crate) fn holds(&mut self, certificate: &str) {
        self.certificate = Some(certificate.to_owned());
        self.held = true;
    }

    /// The card has left, or the page has withdrawn what it asked for.
    pub(crate) fn nothing_is_held(&mut self) {
        (self.held, self.held_for_request) = (false, false);
    }

    /// The person agrees to the use of a password typed for an earlier request, once.
    pub(crate) fn person_agrees_to_use(&mut self, pin: PinReference, value: &[u8]) {
        self.note(format_args!(
            "the person agrees to the {pin:?} PIN that waits"
        ));
        if std::mem::take(&mut self.held_for_request) {
            self.typed.push((pin, value.to_vec()));
            self.held_used += 1;
        }
    }

    pub(crate) fn person_types(&mut self, pin: PinReference, value: &[u8]) {
        self.note(format_args!("the person types the {pin:?} PIN"));
        self.typed.push((pin, value.to_vec()));
    }

    pub(crate) fn person_agrees(&mut self, pin: PinReference) {
        self.note(format_args!("the person agrees to the last {pin:?} try"));
        self.last_try.push(pin);
    }

    /// The daemon sends a command.
    pub(crate) fn sees(&mut self, command: &[u8]) {
        let header: Vec<_> = command
            .iter()
            .take(4)
            .map(|byte| format!("{byte:02X}"))
            .collect();
        self.note(format_args!(
            "{} ({} bytes)",
            header.join(" "),
            command.len()
        ));
        match *command {
            [_, 0xA4, 0x04, ..] => (self.told, self.unlocked) = (None, None),
            [_, 0x20, _, p2, lc, ref pin @ ..] if lc > 0 => self.judge_pin(p2, pin),
            [_, 0x2A, _, p2, ..] if self.unlocked != reference(p2 & 0x1F) => {
                self.breach(format_args!(
                    "a signature without its PIN in this transaction"
                ));
            }
            [_, 0x24 | 0x32, ..] => self.breach(format_args!("a change of a PIN")),
            _ => {}
        }
    }

    fn judge_pin(&mut self, p2: u8, value: &[u8]) {
        self.pins_sent += 1;
        let Some(pin) = reference(p2 & 0x1F) else {
            return self.breach(format_args!("VERIFY of {p2:02X}"));
        };
        match self
            .typed
            .iter()
            .position(|typed| (typed.0, &typed.1[..]) == (pin, value))
        {
            Some(typed) => drop(self.typed.remove(typed)),
            None => self.breach(format_args!(
                "a PIN that nobody typed, or that was sent before"
            )),
        }
        match self.told.take() {
            Some((of, tries)) if of == pin && tries > 1 => {}
            Some((of, 1)) if of == pin && self.last_try.contains(&pin) => {}
            told => self.breach(format_args!("a PIN after the card told {told:?}")),
        }
    }

    /// The card has carried the command out; what it answers may still be lost.
    pub(crate) fn carried_out(&mut self, command: &[u8], status: u16) {
        if let [_, 0x20, _, p2, lc, ..] = *command
            && lc > 0
            && let Some(pin) = reference(p2 & 0x1F)
        {
            self.count(pin, status == 0x9000);
            if status == 0x9000 {
                self.unlocked = Some(pin);
            }
        }
    }

    /// The daemon hears this.
    pub(crate) fn answered(&mut self, command: &[u8], answer: &[u8]) {
        let status = answer.last_chunk().map(|word| u16::from_be_bytes(*word));
        self.note(format_args!(
            "  {}",
            status.map_or("cut".to_owned(), |word| format!("{word:04X}"))
        ));
        if let ([_, 0x20, _, p2] | [_, 0x20, _, p2, 0], Some(status)) = (command, status)
            && let Some(pin) = reference(p2 & 0x1F)
            && status & 0xFFF0 == 0x63C0
            && answer.len() == 2
        {
            self.told = Some((pin, status.to_be_bytes()[1] & 0x0F));
        }
    }

    /// A PIN was presented to the card, by whomever.
    pub(crate) fn count(&mut self, pin: PinReference, right: bool) {
        let (tries, full) = match pin {
            PinReference::Authentication => (&mut self.authentication_tries, 3),
            PinReference::Signature => (&mut self.signature_tries, 5),
        };
        *tries = match *tries {
            0 => 0,
            _ if right => full,
            tries => tries - 1,
        };
    }

    pub(crate) fn note(&mut self, what: std::fmt::Arguments<'_>) {
        writeln!(self.story, "{what}").unwrap();
    }

    pub(crate) fn breach(&mut self, what: std::fmt::Arguments<'_>) {
        self.note(format_args!("BREACH: {what}"));
        self.breaches.push(what.to_string());
    }

    /// All that happened.
    pub(crate) fn story(&self) -> &str {
        &self.story
    }
}

/// The PIN that a short EF id stands for, its key's as well.
fn reference(short_id: u8) -> Option<PinReference> {
    match short_id {
        0x17 | 0x18 => Some(PinReference::Authentication),
        0x1A | 0x1B => Some(PinReference::Signature),
        _ => None,
    }
}
