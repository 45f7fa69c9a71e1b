use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::consent::Consent;
use super::desk::Desk;
use super::requests::signature_algorithm;
use super::{Service, ServiceError};
use crate::ipc::params::CertificateParams;
use crate::ipc::{self, Asking, WantedCard};
use crate::jpki::{AppletError, Certificate, CertificateKind, HashFunction};
use crate::pin::PinKind;
use crate::pin::prompt::{Asker, Purpose, Subject};

impl Service {
    pub(super) async fn certificate(
        &self,
        asking: Asking,
        params: CertificateParams,
    ) -> Result<Value, ServiceError> {
        let consent = self.consent(asking, params.origin.as_ref(), params.lang)?;
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
                self.protected_certificate(consent, card, pin, purpose)
                    .await?
            }
            CertificateKind::Authentication
            | CertificateKind::AuthenticationCa
            | CertificateKind::SignatureCa => {
                let page = matches!(consent.asker, Asker::Website { .. });
                if page && kind == CertificateKind::Authentication {
                    self.admit(&consent)?;
                    let subject = Subject::ReadAuthenticationCertificate;
                    if !self.confirm(&consent, subject).await? {
                        return Err(ServiceError::NotAgreed);
                    }
                }
                let read = self.on_card(&consent, card, |turn| async move {
                    turn.worker()
                        .run(move |desk| desk.read_certificate(kind))
                        .await
                        .flatten()
                });
                match read.await {
                    Err(ServiceError::Applet(AppletError::CertificateProtected(
                        CertificateKind::Authentication,
                    ))) => {
                        let pin = PinKind::UserAuthentication;
                        let purpose = Purpose::ReadAuthenticationCertificate;
                        self.protected_certificate(consent, card, pin, purpose)
                            .await?
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
        Ok(json!({
            "certificate": STANDARD.encode(certificate.der()),
            "supportedSignatureAlgorithms": algorithms,
        }))
    }

    /// Reads the certificate of the key behind `pin`, which must be given first.
    async fn protected_certificate(
        &self,
        consent: Consent,
        card: &WantedCard,
        pin: PinKind,
        purpose: Purpose,
    ) -> Result<Certificate, ServiceError> {
        let prepared = self.prepare(&consent, card, pin).await?;
        self.unlock(prepared, consent, pin, purpose, |pin, last_try| {
            move |desk: &mut Desk, answer| desk.read_protected_certificate(&pin, last_try, answer)
        })
        .await
    }
}
