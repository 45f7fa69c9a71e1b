use futures_util::future::join_all;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::desk::CardReport;
use super::exchange::in_time;
use super::{Service, ServiceError};
use crate::ipc::Failure;
use crate::ipc::params::StatusParams;
use crate::jpki::Validity;
use crate::pin::PinStatus;

impl Service {
    /// What lies in the readers.
    pub(super) async fn status(&self, params: StatusParams) -> Result<Value, ServiceError> {
        let language = self.language(params.lang);
        let validity = params.validity;
        let readers = self.readers().await?.into_iter().map(|reader| async move {
            let name = reader.name.clone();
            let card = match reader.insertion {
                None => Ok(None),
                Some(_) => match self.worker(reader.name) {
                    Ok(worker) => in_time(worker.run(move |desk| desk.inspect(validity)))
                        .await
                        .flatten()
                        .map(Some),
                    Err(error) => Err(error),
                },
            };
            match card {
                Ok(card) => json!({"name": name, "card": card.as_ref().map(describe)}),
                Err(error) => {
                    let error = Failure::from(error).data(language);
                    json!({"name": name, "card": null, "error": error})
                }
            }
        });
        let readers = join_all(readers).await;
        Ok(json!({"version": env!("CARGO_PKG_VERSION"), "readers": readers}))
    }
}

fn describe(card: &CardReport) -> Value {
    let certificates: Vec<_> = [
        (card.available.authentication, "authentication"),
        (card.available.signature, "signature"),
    ]
    .into_iter()
    .filter_map(|(there, kind)| there.then_some(kind))
    .collect();
    let mut described = json!({
        "kind": card.kind.as_str(),
        "certificates": certificates,
        "pins": {
            "authentication": describe_pin(card.authentication),
            "signature": describe_pin(card.signature),
        },
    });
    if let (Some(known), Some(card)) = (card.validity, described.as_object_mut()) {
        let dates: Map<_, _> = [
            ("authentication", known.authentication),
            ("signature", known.signature),
        ]
        .into_iter()
        .filter_map(|(kind, validity)| Some((kind.to_owned(), describe_validity(validity?)?)))
        .collect();
        card.insert("validity".to_owned(), Value::Object(dates));
    }
    described
}

/// Both dates as RFC 3339 in UTC; `None` for years that it cannot write.
fn describe_validity(validity: Validity) -> Option<Value> {
    let date = |seconds| Some(Timestamp::from_second(seconds).ok()?.to_string());
    Some(json!({
        "notBefore": date(validity.not_before)?,
        "notAfter": date(validity.not_after)?,
    }))
}

fn describe_pin(status: PinStatus) -> Value {
    let state = match status {
        PinStatus::Verified => "verified",
        PinStatus::Unverified(_) => "unverified",
        PinStatus::Blocked => "blocked",
    };
    match status.tries_left() {
        Some(tries) => json!({"state": state, "triesLeft": tries}),
        None => json!({"state": state}),
    }
}
