//! The juki AP (住基AP): the resident register's application, the least understood one.

use crate::common;
use crate::file::{DedicatedFile, SessionKeyDelivery};
use crate::profile::Profile;

/// Its DF name.
const JUKI: &[u8] = &[0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x04, 0x01];

/// The juki AP.
pub(crate) fn application(profile: &Profile) -> DedicatedFile {
    let files = vec![common::key_reference(), common::pin(profile)];
    DedicatedFile {
        session_key_delivery: SessionKeyDelivery::Closed,
        ..DedicatedFile::new(JUKI, files)
    }
}
