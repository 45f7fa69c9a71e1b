//! Our verifier in the words of the vectors.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use relying_party::verification::{
    AuthenticationToken, Authority, CertificateKind, CertificateVerifier, Challenge, Challenges,
    Flow, Nonce, Proof, Purpose, VerificationError,
};
use relying_party::{Language, SiteOrigin};

use super::{ACCEPT, Vector, Vectors};

const LOG_IN: Purpose = Purpose {
    flow: Flow::LogInAuthentication,
    proof: Proof::Authentication,
};

/// What our verifier says of a vector.
pub(super) fn verdict(vectors: &Vectors, vector: &Vector) -> String {
    let mut challenges = Challenges::default();
    let challenge = Challenge {
        nonce: Nonce::restore(vector.nonce.clone()),
        issued_at: vector.nonce_issued,
        language: Language::English,
    };
    challenges.restore(LOG_IN, challenge);
    let challenge = match challenges.take(LOG_IN, vector.now) {
        Ok(challenge) => challenge,
        Err(error) => return reason(&error).to_owned(),
    };
    let Ok(token) = serde_json::from_str::<AuthenticationToken>(&vector.token) else {
        return "token_malformed".to_owned();
    };
    let authorities = vector.trusted.iter().map(|name| {
        let der = STANDARD.decode(&vectors.authorities[name]).unwrap();
        Authority::decode(&der).unwrap()
    });
    let verifier = CertificateVerifier::new(
        CertificateKind::UserAuthentication,
        authorities.collect(),
        vector
            .policies
            .iter()
            .map(|oid| oid.parse().unwrap())
            .collect(),
    );
    let origin = SiteOrigin::parse(&vector.origin).unwrap();
    match token.verify(&origin, &challenge, &verifier, vector.now) {
        Ok(_) => ACCEPT.to_owned(),
        Err(error) => reason(&error).to_owned(),
    }
}

fn reason(error: &VerificationError) -> &'static str {
    use VerificationError as E;
    match error {
        E::ChallengeExpired(_) => "challenge_expired",
        E::TokenFormat => "token_format",
        E::Algorithm => "token_algorithm",
        E::Base64(_) | E::TooLong(_) => "token_encoding",
        E::CertificateEncoding(_) | E::CertificateAlgorithm => "certificate_malformed",
        E::IssuerUnnamed | E::IssuerUnknown | E::IssuerSignature => "certificate_issuer",
        E::IssuerDates => "issuer_dates",
        E::NotYet => "certificate_not_yet",
        E::Expired => "certificate_expired",
        E::CriticalExtension(_) => "certificate_extension",
        E::CertificateOfAuthority | E::KeyUsage(_) | E::ExtendedKeyUsage => "certificate_usage",
        E::Policy(_) => "certificate_policy",
        E::PublicKey => "certificate_key",
        E::SignatureMismatch => "signature_mismatch",
        E::ChallengeMissing(_) | E::SignatureCount(_) | E::PersonalAttribute(_) => {
            "no log-in ends so"
        }
    }
}
