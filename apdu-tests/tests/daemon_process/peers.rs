//! Another user of the machine gets nothing from the daemon.

use std::fs::{Permissions, set_permissions};
use std::io::{ErrorKind, Read as _, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use apdu_tests::Daemon;
use jpkid::ipc::server::MAX_CONNECTIONS;
use rustix::process::{Gid, Uid};
use rustix::thread::{set_thread_groups, set_thread_res_gid, set_thread_res_uid};
use serde_json::json;

/// Debian's `nobody` and `nogroup`.
const NOBODY: u32 = 65_534;

/// What the other user gets for a request, or why there is no connection.
fn ask_as_nobody(socket: PathBuf) -> Result<Vec<u8>, ErrorKind> {
    let ask = move || {
        // The kernel keeps a user for each thread; this one ends with the request.
        set_thread_groups(&[]).unwrap();
        let (user, group) = (Uid::from_raw(NOBODY), Gid::from_raw(NOBODY));
        set_thread_res_gid(group, group, group).unwrap();
        set_thread_res_uid(user, user, user).unwrap();
        let mut stream = UnixStream::connect(socket).map_err(|error| error.kind())?;
        stream
            .set_read_timeout(Some(Duration::from_secs(10)))
            .unwrap();
        let request = br#"{"jsonrpc":"2.0","id":1,"method":"cancel","params":{"id":2}}"#;
        let length = u32::try_from(request.len()).unwrap().to_ne_bytes();
        // It may have been closed already.
        stream.write_all(&[&length, &request[..]].concat()).ok();
        let mut answer = Vec::new();
        match stream.read_to_end(&mut answer) {
            Err(error) if error.kind() != ErrorKind::ConnectionReset => Err(error.kind()),
            _ => Ok(answer),
        }
    };
    thread::spawn(ask).join().unwrap()
}

#[tokio::test]
async fn another_user_is_kept_out_by_the_files_and_past_them_by_the_kernels_word() {
    let daemon = Daemon::start();
    let socket = daemon.socket();
    let open = |path: &std::path::Path, mode| {
        set_permissions(path, Permissions::from_mode(mode)).unwrap();
    };
    open(socket.parent().unwrap(), 0o700);
    let refused = Err(ErrorKind::PermissionDenied);
    assert_eq!(ask_as_nobody(socket.clone()), refused, "0600 in 0700");
    open(&socket, 0o666);
    assert_eq!(ask_as_nobody(socket.clone()), refused, "0666 in 0700");
    open(&socket, 0o600);
    open(socket.parent().unwrap(), 0o755);
    assert_eq!(ask_as_nobody(socket.clone()), refused, "0600 in 0755");
    open(&socket, 0o666);
    assert_eq!(
        ask_as_nobody(socket.clone()),
        Ok(Vec::new()),
        "0666 in 0755"
    );
    // Nor where a client of the daemon's own user would be told that there are too many.
    let mut own = Vec::new();
    for _ in 0..MAX_CONNECTIONS {
        let mut client = daemon.client().await;
        let answer = client.call("cancel", json!({"id": 2})).await;
        assert_eq!(answer.unwrap(), json!({}));
        own.push(client);
    }
    assert_eq!(ask_as_nobody(socket), Ok(Vec::new()), "one too many");
}
