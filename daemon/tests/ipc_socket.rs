//! The rules of the socket's place, in a temporary directory.

#![expect(
    clippy::expect_used,
    reason = "a helper of tests fails as a test fails"
)]

#[path = "support/stub.rs"]
mod stub;

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::time::Duration;

use jpkid::ipc::client::{Client, ConnectError};
use jpkid::ipc::socket::{Listener, SocketError, SocketPlace};

fn mode(path: &Path) -> u32 {
    fs::symlink_metadata(path).expect("it is there").mode() & 0o777
}

#[tokio::test]
async fn the_directory_is_0700_and_the_socket_0600() {
    let runtime = tempfile::tempdir().expect("a directory");
    let place = SocketPlace::in_runtime_directory(runtime.path());
    let listener = Listener::bind(&place).await.expect("a socket");
    assert_eq!(place.path(), runtime.path().join("jpkid/jpkid.sock"));
    assert_eq!(mode(place.directory()), 0o700);
    assert_eq!(mode(place.path()), 0o600);
    Client::connect(place.path()).await.expect("it listens");
    drop(listener);
    assert!(!place.path().exists(), "it removes what it made");
}

#[tokio::test]
async fn an_open_directory_is_refused() {
    let runtime = tempfile::tempdir().expect("a directory");
    let place = SocketPlace::in_runtime_directory(runtime.path());
    fs::create_dir(place.directory()).expect("made");
    for wide in [0o755, 0o710, 0o777] {
        fs::set_permissions(place.directory(), Permissions::from_mode(wide)).expect("set");
        let refused = Listener::bind(&place).await;
        assert!(
            matches!(&refused, Err(SocketError::UnsafeDirectory { mode, .. }) if *mode == wide),
            "{wide:o}: {refused:?}"
        );
        assert_eq!(mode(place.directory()), wide, "it is left as it was");
    }
}

#[tokio::test]
async fn a_link_in_place_of_the_directory_is_refused() {
    let runtime = tempfile::tempdir().expect("a directory");
    let elsewhere = tempfile::tempdir().expect("a directory");
    fs::set_permissions(elsewhere.path(), Permissions::from_mode(0o700)).expect("set");
    let place = SocketPlace::in_runtime_directory(runtime.path());
    symlink(elsewhere.path(), place.directory()).expect("linked");
    assert!(matches!(
        Listener::bind(&place).await,
        Err(SocketError::UnsafeDirectory { .. })
    ));
}

#[tokio::test]
async fn a_named_place_where_others_could_replace_files_is_refused() {
    let directory = tempfile::tempdir().expect("a directory");
    let place = SocketPlace::named(directory.path().join("jpkid.sock"));
    let set = |mode| fs::set_permissions(directory.path(), Permissions::from_mode(mode));
    set(0o777).expect("set");
    assert!(matches!(
        Listener::bind(&place).await,
        Err(SocketError::UnsafeDirectory { .. })
    ));
    set(0o1777).expect("set");
    let listener = Listener::bind(&place).await.expect("sticky, as /tmp is");
    assert_eq!(mode(place.path()), 0o600);
    drop(listener);
}

/// Binds where a socket or lock was just closed. Another test of this program may be starting a process: until
/// that has called exec, it holds a copy of every open file.
async fn bind_when_free(place: &SocketPlace) -> Listener {
    for _ in 0..100 {
        match Listener::bind(place).await {
            Err(SocketError::InUse(_)) => tokio::time::sleep(Duration::from_millis(10)).await,
            done => return done.expect("it is free"),
        }
    }
    Listener::bind(place).await.expect("it is free by now")
}

#[tokio::test]
async fn a_stale_socket_is_replaced() {
    let directory = tempfile::tempdir().expect("a directory");
    let place = SocketPlace::named(directory.path().join("jpkid.sock"));
    drop(UnixListener::bind(place.path()).expect("a socket"));
    assert!(place.path().exists(), "it is left behind, as by kill -9");
    let _listener = bind_when_free(&place).await;
    Client::connect(place.path()).await.expect("it listens");
}

#[tokio::test]
async fn a_live_socket_is_never_replaced() {
    let directory = tempfile::tempdir().expect("a directory");
    let place = SocketPlace::named(directory.path().join("jpkid.sock"));
    let live = UnixListener::bind(place.path()).expect("a socket");
    assert!(matches!(
        Listener::bind(&place).await,
        Err(SocketError::InUse(_))
    ));
    drop(live);
    let first = bind_when_free(&place).await;
    assert!(matches!(
        Listener::bind(&place).await,
        Err(SocketError::InUse(_))
    ));
    Client::connect(place.path())
        .await
        .expect("the first goes on");
    drop(first);
}

#[tokio::test]
async fn another_kind_of_file_is_left_alone() {
    let directory = tempfile::tempdir().expect("a directory");
    let place = SocketPlace::named(directory.path().join("jpkid.sock"));
    fs::write(place.path(), "a letter").expect("written");
    assert!(matches!(
        Listener::bind(&place).await,
        Err(SocketError::NotASocket(_))
    ));
    assert_eq!(fs::read(place.path()).expect("still there"), b"a letter");
    fs::remove_file(place.path()).expect("removed");
    symlink("/etc/hostname", place.path()).expect("linked");
    assert!(matches!(
        Listener::bind(&place).await,
        Err(SocketError::NotASocket(_))
    ));
}

#[tokio::test]
async fn a_socket_that_took_our_place_is_not_removed_at_the_end() {
    let directory = tempfile::tempdir().expect("a directory");
    let place = SocketPlace::named(directory.path().join("jpkid.sock"));
    let listener = Listener::bind(&place).await.expect("a socket");
    fs::remove_file(place.path()).expect("removed by someone");
    let _other = UnixListener::bind(place.path()).expect("another's socket");
    drop(listener);
    assert!(place.path().exists());
}

#[tokio::test]
async fn a_client_without_a_daemon_says_where_it_looked() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("jpkid.sock");
    let error = Client::connect(&path).await.expect_err("nobody listens");
    assert!(matches!(error, ConnectError::Connect { .. }));
    assert!(error.to_string().contains("jpkid.sock"));
}

#[tokio::test]
async fn a_daemon_that_does_not_start_leaves_its_last_words() {
    let directory = tempfile::tempdir().expect("a directory");
    let program = directory.path().join("jpkid");
    stub::write_script(&program, "#!/bin/sh\necho no reader driver >&2\nexit 3\n");
    let place = SocketPlace::named(directory.path().join("socket"));
    let error = Client::connect_or_start(&place, &program)
        .await
        .expect_err("it ended");
    assert!(error.to_string().ends_with("no reader driver"), "{error}");
    assert_eq!(mode(&directory.path().join("socket.log")), 0o600);
}
