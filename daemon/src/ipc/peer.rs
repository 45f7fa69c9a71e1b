//! Who is at the other end of the socket.

use std::path::PathBuf;

/// Who asks, as far as the kernel and `/proc` tell.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Caller {
    /// A browser with our extension, through our native messaging host: the origin in the request is the
    /// browser's word.
    Browser {
        /// The browser's program file.
        program: PathBuf,
    },
    /// Any other program of the same user: the origin in the request is only what it claims, and the
    /// window names the program beside it.
    Program {
        /// The program file; `None` where the system does not tell.
        path: Option<PathBuf>,
    },
}
