use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::consent::{CardWatch, Consent};
use super::desk::Desk;
use super::exchange::{TIME_TO_ANSWER, use_card};
use super::hold::{HOLD_TIME, Hold};
use super::requests::signature_algorithm;
use super::{Service, ServiceError};
use crate::ipc::params::CertificateParams;
use crate::ipc::{self, Asking, WantedCard};
use crate::jpki::{AppletError, Certificate, CertificateKind, HashFunction};
use crate::pin::prompt::{Asker, Purpose, Subject};
use crate::pin::{Pin, PinKind};

impl Service {
    pub(super) async fn certificate(
        &self,
        asking: Asking<Hold>,
        params: CertificateParams,
    ) -> Result<Value, ServiceError> {
        let Asking {
            caller,
            session,
            progress,
        } = asking;
        let consent = self
            .consent(&caller, progress, params.origin.as_ref(), params.lang)
            .await?;
        let mut held = false;
        let card = &params.card;
        let (kind, algorithms): (_, &[HashFunction]) = match params.kind {
            ipc::CertificateKind::Authentication => {
                (CertificateKind::Authentication, &[HashFunction::Sha256])
            }
            ipc::CertificateKind::Signature => (CertificateKind::Signature, &HashFunction::ALL),
            ipc::CertificateKind::AuthenticationCa => (CertificateKind::AuthenticationCa, &[]),
            ipc::CertificateKind::SignatureCa => (CertificateKind::SignatureCa, &[]),
        };
        let certificate = match kind {
            CertificateKind::Signature => {
                let pin = PinKind::DigitalSignature;
                let purpose = Purpose::ReadSignatureCertificate;
                let origin = match &consent.asker {
                    Asker::Website { ascii, .. } => Some(ascii.clone()),
                    Asker::Program { .. } => None,
                };
                let ((certificate, password), watch) = self
                    .protected_certificate(consent, card, pin, purpose)
                    .await?;
                let hold = params.hold && self.settings.hold_signature_password;
                if let Some(origin) = origin.filter(|_| hold) {
                    let known = certificate.clone();
                    session.keep(password, known, &origin, watch.insertion, watch.changes);
                    held = true;
                }
                certificate
            }
            CertificateKind::Authentication
            | CertificateKind::AuthenticationCa
            | CertificateKind::SignatureCa => {
                let page = matches!(consent.asker, Asker::Website { .. });
                if page && kind == CertificateKind::Authentication {
                    self.admit(&consent)?;
                    let subject = Subject::ReadAuthenticationCertificate;
                    self.agree(&consent, subject).await?;
                }
                let read = self.on_card(&consent, card, |turn| async move {
                    use_card(&turn, TIME_TO_ANSWER, move |desk, answer| {
                        desk.read_certificate(kind, answer);
                    })
                    .await
                });
                match read.await {
                    Err(ServiceError::Applet(AppletError::CertificateProtected(
                        CertificateKind::Authentication,
                    ))) => {
                        let pin = PinKind::UserAuthentication;
                        let purpose = Purpose::ReadAuthenticationCertificate;
                        let ((certificate, _), _) = self
                            .protected_certificate(consent, card, pin, purpose)
                            .await?;
                        certificate
                    }
                    read => read?,
                }
            }
        };
        let algorithms: Vec<_> = algorithms
            .iter()
            .copied()
            .map(signature_algorithm)
            .collect();
        let mut result = json!({
            "certificate": STANDARD.encode(certificate.der()),
            "supportedSignatureAlgorithms": algorithms,
        });
        if let Some(fields) = result.as_object_mut().filter(|_| held) {
            fields.insert("heldSeconds".to_owned(), HOLD_TIME.as_secs().into());
        }
        Ok(result)
    }

    /// Reads the certificate of the key behind `pin`, which must be given first and comes with it.
    async fn protected_certificate(
        &self,
        consent: Consent,
        card: &WantedCard,
        pin: PinKind,
        purpose: Purpose,
    ) -> Result<((Certificate, Pin), CardWatch), ServiceError> {
        let prepared = self.prepare(&consent, card, pin).await?;
        self.unlock(prepared, consent, pin, purpose, None, |given| {
            move |desk: &mut Desk, answer| desk.read_protected_certificate(given, answer)
        })
        .await
    }
}
