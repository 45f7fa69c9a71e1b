//! Sessions and accounts, in memory.

use std::collections::HashMap;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::RngCore as _;
use rand::rngs::OsRng;
use time::{Duration, OffsetDateTime};

use crate::Person;
use crate::verification::{
    CHALLENGE_LIFETIME, Challenges, CheckedCertificate, Fingerprint, Flow, RandomnessError,
};

/// A session ends when it was not used for this long.
const SESSION_IDLE_LIMIT: Duration = Duration::minutes(30);

/// More sessions than this push out the one that was idle longest.
const MAX_SESSIONS: usize = 10_000;

/// 32 random bytes that only the browser and the server know, as 43 characters of base64url.
#[derive(Clone, Eq, Hash, PartialEq)]
pub(crate) struct SessionId(String);

impl SessionId {
    fn random() -> Result<Self, RandomnessError> {
        let mut bytes = [0; 32];
        OsRng.try_fill_bytes(&mut bytes)?;
        Ok(Self(URL_SAFE_NO_PAD.encode(bytes)))
    }

    /// The id that a browser sent back.
    pub(crate) fn from_cookie(value: &str) -> Self {
        Self(value.to_owned())
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionId(..)")
    }
}

/// A statement whose signature was checked, waiting for the authentication that must follow.
#[derive(Clone, Debug)]
pub(crate) struct SignedStatement {
    flow: Flow,
    accepted_at: OffsetDateTime,
    /// The certificate that signed.
    pub(crate) certificate: CheckedCertificate,
    /// What the certificate says about the person.
    pub(crate) person: Person,
}

/// A registration that waits for the person to confirm it.
#[derive(Clone, Debug)]
pub(crate) struct Registration {
    pub(crate) authentication: CheckedCertificate,
    pub(crate) signature: CheckedCertificate,
    pub(crate) person: Person,
}

/// A log-in: whose, how, and when the one before it was.
#[derive(Clone, Debug)]
pub(crate) struct LogIn {
    pub(crate) account: Fingerprint,
    pub(crate) flow: Flow,
    pub(crate) at: OffsetDateTime,
    pub(crate) previous: Option<OffsetDateTime>,
}

/// What the server remembers about one browser.
#[derive(Debug)]
pub(crate) struct Session {
    last_used: OffsetDateTime,
    pub(crate) challenges: Challenges,
    signed: Option<SignedStatement>,
    pub(crate) registration: Option<Registration>,
    pub(crate) log_in: Option<LogIn>,
}

impl Session {
    fn new(now: OffsetDateTime) -> Self {
        Self {
            last_used: now,
            challenges: Challenges::default(),
            signed: None,
            registration: None,
            log_in: None,
        }
    }

    /// Keeps a signed statement until the authentication comes.
    pub(crate) fn accept_statement(
        &mut self,
        flow: Flow,
        certificate: CheckedCertificate,
        person: Person,
        now: OffsetDateTime,
    ) {
        self.signed = Some(SignedStatement {
            flow,
            accepted_at: now,
            certificate,
            person,
        });
    }

    /// Whether an authentication may follow now.
    pub(crate) fn has_statement(&self, flow: Flow, now: OffsetDateTime) -> bool {
        self.signed
            .as_ref()
            .is_some_and(|signed| signed.serves(flow, now))
    }

    /// Takes the signed statement of this flow out, if it is not too old.
    pub(crate) fn take_statement(
        &mut self,
        flow: Flow,
        now: OffsetDateTime,
    ) -> Option<SignedStatement> {
        self.signed.take().filter(|signed| signed.serves(flow, now))
    }
}

impl SignedStatement {
    fn serves(&self, flow: Flow, now: OffsetDateTime) -> bool {
        self.flow == flow && now <= self.accepted_at.saturating_add(CHALLENGE_LIFETIME)
    }
}

/// Somebody who registered. The key of an account is the authentication certificate's [`Fingerprint`].
#[derive(Clone, Debug)]
pub(crate) struct Account {
    pub(crate) signature: Fingerprint,
    pub(crate) person: Person,
    pub(crate) last_log_in: Option<OffsetDateTime>,
}

/// All that the site remembers.
#[derive(Debug, Default)]
pub(crate) struct Store {
    sessions: HashMap<SessionId, Session>,
    accounts: HashMap<Fingerprint, Account>,
}

impl Store {
    /// The session of this id, unless it has been idle too long.
    pub(crate) fn session(&mut self, id: &SessionId, now: OffsetDateTime) -> Option<&mut Session> {
        self.sessions
            .retain(|_, session| now <= session.last_used.saturating_add(SESSION_IDLE_LIMIT));
        let session = self.sessions.get_mut(id)?;
        session.last_used = now;
        Some(session)
    }

    /// A new session.
    ///
    /// # Errors
    /// [`RandomnessError`] if the system has no random bytes.
    pub(crate) fn open_session(
        &mut self,
        now: OffsetDateTime,
    ) -> Result<(SessionId, &mut Session), RandomnessError> {
        if self.sessions.len() >= MAX_SESSIONS {
            let idlest = self
                .sessions
                .iter()
                .min_by_key(|(_, session)| session.last_used);
            if let Some(id) = idlest.map(|(id, _)| id.clone()) {
                self.sessions.remove(&id);
            }
        }
        let id = SessionId::random()?;
        let session = self
            .sessions
            .entry(id.clone())
            .or_insert_with(|| Session::new(now));
        Ok((id, session))
    }

    /// Ends a session; what it held is gone.
    pub(crate) fn close_session(&mut self, id: &SessionId) {
        self.sessions.remove(id);
    }

    /// Makes the account, or renews what it holds; the last log-in stays.
    pub(crate) fn register(&mut self, registration: Registration) {
        let key = registration.authentication.fingerprint();
        let last_log_in = self
            .accounts
            .get(&key)
            .and_then(|account| account.last_log_in);
        let signature = registration.signature.fingerprint();
        self.accounts.insert(
            key,
            Account {
                signature,
                person: registration.person,
                last_log_in,
            },
        );
    }

    /// The account of an authentication certificate.
    pub(crate) fn account(&self, key: &Fingerprint) -> Option<&Account> {
        self.accounts.get(key)
    }

    /// Notes a log-in and tells when the one before it was. `None` if there is no such account.
    pub(crate) fn note_log_in(
        &mut self,
        account: Fingerprint,
        flow: Flow,
        now: OffsetDateTime,
    ) -> Option<LogIn> {
        let previous = self.accounts.get_mut(&account)?.last_log_in.replace(now);
        Some(LogIn {
            account,
            flow,
            at: now,
            previous,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: OffsetDateTime = OffsetDateTime::UNIX_EPOCH;

    #[test]
    fn a_session_ends_after_half_an_hour_without_use() {
        let mut store = Store::default();
        let (id, _) = store.open_session(NOW).unwrap();
        let later = NOW + Duration::minutes(29);
        assert!(store.session(&id, later).is_some());
        assert!(store.session(&id, later + Duration::minutes(30)).is_some());
        assert!(store.session(&id, later + Duration::minutes(61)).is_none());
        assert!(store.session(&id, NOW).is_none());
    }

    #[test]
    fn sessions_have_a_bound_and_the_idlest_goes_first() {
        let mut store = Store::default();
        let (first, _) = store.open_session(NOW).unwrap();
        let (second, _) = store.open_session(NOW + Duration::seconds(1)).unwrap();
        for _ in 2..=MAX_SESSIONS {
            store.open_session(NOW + Duration::seconds(2)).unwrap();
        }
        assert_eq!(store.sessions.len(), MAX_SESSIONS);
        assert!(store.session(&first, NOW).is_none());
        assert!(store.session(&second, NOW).is_some());
    }
}
