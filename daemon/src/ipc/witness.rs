//! Who a peer is, where the daemon itself may not see it.
//!
//! A user's service manager can confine a service's files and network only in a user namespace, and from within one the
//! kernel does not tell the program files of processes outside. So the daemon asks beside its socket, at `witness.sock`:
//! the service manager answers each question with a `jpkid witness` that is in no such namespace.
//!
//! Question: a process id in decimal and a line feed. Answer: `{"program":…,"parent":…}`, each a path or null, and the end.

use std::io::{self, BufRead, Write};
use std::path::PathBuf;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::UnixStream;

use super::peer::{PeerFacts, PeerVerdict, credentials, judge_peer, own_uid, read_facts};

/// A witness starts and answers within milliseconds; a client does not wait longer for its name than this.
const PATIENCE: Duration = Duration::from_secs(2);

/// Two paths of 4096 bytes, of which JSON may make six times as many.
const MAX_ANSWER_LEN: u64 = 64 * 1024;

/// No process id has more digits.
const MAX_QUESTION_LEN: u64 = 16;

/// What `/proc` told, else what the witness at `place` tells; what neither does stays unknown.
pub(super) async fn complete(
    facts: PeerFacts,
    pid: Option<i32>,
    place: Option<&PathBuf>,
) -> PeerFacts {
    let (None, Some(pid), Some(place)) = (&facts.program, pid, place) else {
        return facts;
    };
    match tokio::time::timeout(PATIENCE, ask(pid, place)).await {
        Ok(Ok(told)) => told,
        Ok(Err(error)) => {
            tracing::debug!(%error, "nobody tells whose program a client is");
            facts
        }
        Err(_) => {
            tracing::warn!("the witness does not answer");
            facts
        }
    }
}

async fn ask(pid: i32, place: &PathBuf) -> io::Result<PeerFacts> {
    let mut stream = UnixStream::connect(place).await?;
    let (uid, _) = credentials(&stream)?;
    if judge_peer(uid, own_uid()) == PeerVerdict::OtherUser {
        return Err(io::Error::other("the witness is another user's"));
    }
    stream.write_all(format!("{pid}\n").as_bytes()).await?;
    let mut answer = Vec::new();
    stream.take(MAX_ANSWER_LEN).read_to_end(&mut answer).await?;
    let answer: Value = serde_json::from_slice(&answer)?;
    let path = |name| answer.get(name).and_then(Value::as_str).map(PathBuf::from);
    Ok(PeerFacts {
        program: path("program"),
        parent: path("parent"),
    })
}

/// Answers one question from `question` to `answer`.
///
/// # Errors
/// The system's, and `InvalidData` where the question is no process id.
pub fn testify(question: impl BufRead, mut answer: impl Write) -> io::Result<()> {
    let mut line = String::new();
    question.take(MAX_QUESTION_LEN).read_line(&mut line)?;
    let pid: i32 = line
        .trim_end()
        .parse()
        .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
    let PeerFacts { program, parent } = read_facts(Some(pid));
    // A path that is not text could only be shown wrong.
    let text = |path: Option<PathBuf>| path.and_then(|path| Some(path.to_str()?.to_owned()));
    let told = json!({ "program": text(program), "parent": text(parent) });
    answer.write_all(told.to_string().as_bytes())?;
    answer.flush()
}

#[cfg(test)]
mod tests {
    use std::io::BufReader;
    use std::os::unix::net::UnixListener;

    use super::*;

    #[tokio::test]
    async fn a_peer_that_cannot_be_seen_is_told_by_the_witness() {
        let directory = tempfile::tempdir().unwrap();
        let place = directory.path().join("witness.sock");
        let own = i32::try_from(std::process::id()).unwrap();
        let unseen = complete(PeerFacts::default(), Some(own), Some(&place)).await;
        assert_eq!(unseen, PeerFacts::default(), "no witness, no name");

        let listener = UnixListener::bind(&place).unwrap();
        let witness = std::thread::spawn(move || {
            let (stream, _) = listener.accept().unwrap();
            testify(BufReader::new(&stream), &stream).unwrap();
        });
        let told = complete(PeerFacts::default(), Some(own), Some(&place)).await;
        assert_eq!(told, read_facts(Some(own)));
        assert!(told.program.is_some());
        witness.join().unwrap();

        // Where /proc tells, nobody is asked: nobody listens any more.
        assert_eq!(complete(told.clone(), Some(own), Some(&place)).await, told);
    }

    #[test]
    fn what_is_no_process_id_has_no_answer() {
        for question in ["", "\n", "self\n", "../1\n", "99999999999999999999\n"] {
            let mut answer = Vec::new();
            assert!(
                testify(question.as_bytes(), &mut answer).is_err(),
                "{question}"
            );
            assert!(answer.is_empty());
        }
    }
}
