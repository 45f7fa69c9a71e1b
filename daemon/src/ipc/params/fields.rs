//! Takes the members of `params` one by one; what is left at the end is an extra field.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

use super::{HashFunction, Hashes, HistoryParams, WantedCard};
use crate::ipc::Failure;
use crate::language::Language;

/// The most characters of a certificate in base64: a JPKI certificate has about 1.6 kB, 2.2 kB in base64.
const MAX_CERTIFICATE_LEN: usize = 8 * 1024;

/// PC/SC lite's `MAX_READERNAME`, in bytes.
const MAX_READER_LEN: usize = 128;

/// The longest BCP 47 tag worth reading (RFC 5646, section 4.4.1: at least 35 characters).
const MAX_LANG_LEN: usize = 35;

pub(super) struct Fields(Map<String, Value>);

impl Fields {
    pub(super) fn new(params: Map<String, Value>) -> Self {
        Self(params)
    }

    /// Takes a member that must be text if it is there.
    pub(super) fn text(&mut self, name: &'static str) -> Result<Option<String>, Failure> {
        match self.0.remove(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(Failure::bad_field(name, "it is not a string")),
        }
    }

    pub(super) fn required_text(&mut self, name: &'static str) -> Result<String, Failure> {
        self.text(name)?
            .ok_or_else(|| Failure::bad_field(name, "it is missing"))
    }

    /// Takes a member that must be a boolean if it is there; without it, no.
    pub(super) fn flag(&mut self, name: &'static str) -> Result<bool, Failure> {
        match self.0.remove(name) {
            None => Ok(false),
            Some(Value::Bool(flag)) => Ok(flag),
            Some(_) => Err(Failure::bad_field(name, "it is not a boolean")),
        }
    }

    /// Takes `limit`, or its default.
    pub(super) fn limit(&mut self) -> Result<usize, Failure> {
        let Some(limit) = self.0.remove("limit") else {
            return Ok(HistoryParams::DEFAULT_LIMIT);
        };
        limit
            .as_u64()
            .and_then(|limit| usize::try_from(limit).ok())
            .filter(|limit| (1..=HistoryParams::MAX_LIMIT).contains(limit))
            .ok_or_else(|| {
                let most = HistoryParams::MAX_LIMIT;
                Failure::bad_field("limit", format!("it is not a number from 1 to {most}"))
            })
    }

    /// A language without messages is not an error: `None` leaves the choice to the settings.
    pub(super) fn lang(&mut self) -> Result<Option<Language>, Failure> {
        let Some(tag) = self.text("lang")? else {
            return Ok(None);
        };
        if tag.len() > MAX_LANG_LEN {
            return Err(Failure::bad_field(
                "lang",
                "it is too long for a language tag",
            ));
        }
        Language::parse(&tag).map_err(|error| Failure::bad_field("lang", error.to_string()))
    }

    pub(super) fn card(&mut self) -> Result<WantedCard, Failure> {
        let reader = self.text("reader")?;
        if let Some(name) = &reader
            && !(1..=MAX_READER_LEN).contains(&name.len())
        {
            return Err(Failure::bad_field(
                "reader",
                format!("a reader's name has 1 to {MAX_READER_LEN} bytes"),
            ));
        }
        Ok(WantedCard {
            reader,
            wait: self.flag("waitForCard")?,
        })
    }

    pub(super) fn certificate(&mut self) -> Result<Option<Vec<u8>>, Failure> {
        let Some(text) = self.text("certificate")? else {
            return Ok(None);
        };
        if text.len() > MAX_CERTIFICATE_LEN {
            return Err(Failure::bad_field(
                "certificate",
                format!("a certificate has at most {MAX_CERTIFICATE_LEN} characters"),
            ));
        }
        let der = decode_base64("certificate", &text)?;
        if der.is_empty() {
            return Err(Failure::bad_field("certificate", "it is empty"));
        }
        Ok(Some(der))
    }

    /// Takes `hashes` or `hash`; exactly one of the two must be there.
    pub(super) fn hashes(&mut self, function: HashFunction) -> Result<Hashes, Failure> {
        let one = self.text("hash")?;
        match (one, self.0.remove("hashes")) {
            (None, None) => Err(Failure::bad_field("hashes", "it is missing (or hash)")),
            (Some(_), Some(_)) => Err(Failure::bad_field("hash", "hashes is there too")),
            (Some(hash), None) => {
                Hashes::new(function, vec![decode_base64("hash", &hash)?], "hash")
            }
            (None, Some(Value::Array(list))) => {
                // Counted before decoding, so that a long list costs nothing.
                if list.len() > Hashes::MAX_COUNT {
                    return Err(Failure::bad_field(
                        "hashes",
                        format!("at most {} hashes are taken", Hashes::MAX_COUNT),
                    ));
                }
                let values = list
                    .iter()
                    .map(|hash| match hash {
                        Value::String(text) => decode_base64("hashes", text),
                        _ => Err(Failure::bad_field("hashes", "a hash is not a string")),
                    })
                    .collect::<Result<_, _>>()?;
                Hashes::new(function, values, "hashes")
            }
            (None, Some(_)) => Err(Failure::bad_field("hashes", "it is not an array")),
        }
    }

    /// Refuses whatever was not taken.
    pub(super) fn end(self) -> Result<(), Failure> {
        match self.0.into_iter().next() {
            None => Ok(()),
            Some((name, _)) => Err(Failure::bad_field(
                name.chars().take(64).collect::<String>(),
                "this method has no such parameter",
            )),
        }
    }
}

fn decode_base64(field: &'static str, text: &str) -> Result<Vec<u8>, Failure> {
    STANDARD
        .decode(text)
        .map_err(|_| Failure::bad_field(field, "it is not standard base64 with padding"))
}
