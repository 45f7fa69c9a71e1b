//! Clients that begin a frame and do not end it, on a clock that does not make the test wait.

#![expect(
    clippy::expect_used,
    reason = "a helper of tests fails as a test fails"
)]

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use jpkid::ipc::frame::{FRAME_TIMEOUT, FrameReader, Incoming};
use jpkid::ipc::server::{MAX_CONNECTIONS, ServerOptions, serve};
use jpkid::ipc::socket::{Listener, SocketPlace};
use jpkid::ipc::{Asking, Call, Event, Failure, Methods};
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio::net::UnixStream;
use tokio::sync::broadcast;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// Answers everything with nothing.
struct Nothing;

impl Methods for Nothing {
    type Session = ();

    fn call(self: Arc<Self>, _: Asking<()>, _: Call) -> BoxFuture<'static, Result<Value, Failure>> {
        Box::pin(async { Ok(json!({})) })
    }

    fn events(&self) -> broadcast::Receiver<Event> {
        broadcast::channel(1).1
    }
}

struct Server(tempfile::TempDir);

impl Server {
    async fn start() -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let server = Self(directory);
        let place = SocketPlace::named(server.socket());
        let listener = Listener::bind(&place).await.expect("a socket");
        let (options, stop) = (ServerOptions::default(), CancellationToken::new());
        tokio::spawn(serve(listener, Arc::new(Nothing), options, stop));
        server
    }

    fn socket(&self) -> std::path::PathBuf {
        self.0.path().join("jpkid.sock")
    }

    /// A client that has sent this much of a request.
    async fn client(&self, bytes: usize) -> UnixStream {
        let request = br#"{"jsonrpc":"2.0","id":1,"method":"status"}"#;
        let length = u32::try_from(request.len()).expect("short").to_ne_bytes();
        let mut frame = [&length, &request[..]].concat();
        frame.truncate(bytes);
        let mut stream = UnixStream::connect(self.socket())
            .await
            .expect("it listens");
        stream.write_all(&frame).await.expect("sent");
        stream
    }
}

/// All that comes until the connection ends, or the first answer where it does not.
async fn answer(stream: &mut UnixStream) -> Value {
    let (reader, _writer) = stream.split();
    match FrameReader::new(reader).next().await {
        Ok(Some(Incoming::Frame(content))) => serde_json::from_slice(&content).expect("JSON"),
        other => json!(format!("{other:?}")),
    }
}

#[tokio::test(start_paused = true)]
async fn a_client_that_does_not_end_its_frame_is_told_and_let_go_in_time() {
    let server = Server::start().await;
    // A part of the length, the length, and a part of the request.
    for bytes in [1, 4, 20] {
        let begin = Instant::now();
        let mut stalled = server.client(bytes).await;
        let told = answer(&mut stalled).await;
        assert_eq!(told["id"], json!(null), "{told}");
        assert_eq!(told["error"]["code"], -32600, "{told}");
        assert_eq!(told["error"]["data"]["code"], "invalid_request");
        assert_eq!(begin.elapsed().as_secs(), FRAME_TIMEOUT.as_secs());
        assert_eq!(answer(&mut stalled).await, json!("Ok(None)"), "let go");
    }
}

#[tokio::test(start_paused = true)]
async fn clients_that_stall_hold_up_no_other_and_their_places_are_free_in_time() {
    let server = Server::start().await;
    let mut stalled = Vec::new();
    for _ in 1..MAX_CONNECTIONS {
        stalled.push(server.client(20).await);
    }
    let begin = Instant::now();
    let mut other = server.client(usize::MAX).await;
    assert_eq!(answer(&mut other).await["result"], json!({}));
    let mut one_too_many = server.client(usize::MAX).await;
    let told = answer(&mut one_too_many).await;
    assert_eq!(told["error"]["data"]["code"], "rate_limited");
    assert!(begin.elapsed() < Duration::from_secs(1));

    tokio::time::sleep(FRAME_TIMEOUT + Duration::from_secs(1)).await;
    let mut next = server.client(usize::MAX).await;
    assert_eq!(answer(&mut next).await["result"], json!({}));
}
