//! Who else can reach vpcd: the kernel's list of sockets tells.

use std::fs;

/// Whether anything on this machine listens on `port` for other machines too, as vpcd does by default.
///
/// `false` also in a network namespace without a way out, and where the kernel does not tell.
#[must_use]
pub fn open_to_the_network(port: u16) -> bool {
    let interfaces = fs::read_to_string("/proc/net/dev").unwrap_or_default();
    if !has_a_way_out(&interfaces) {
        return false;
    }
    ["/proc/net/tcp", "/proc/net/tcp6"]
        .iter()
        .any(|table| listens_beyond_loopback(&fs::read_to_string(table).unwrap_or_default(), port))
}

/// Two lines of titles, then a line `name: …` for each interface.
fn has_a_way_out(interfaces: &str) -> bool {
    let names = interfaces
        .lines()
        .skip(2)
        .filter_map(|line| line.split_once(':'));
    names.into_iter().any(|(name, _)| name.trim() != "lo")
}

/// A line is `sl local_address rem_address st …`: addresses in hexadecimal, 32-bit words in the machine's byte order;
/// state 0A listens.
fn listens_beyond_loopback(table: &str, port: u16) -> bool {
    table.lines().any(|line| {
        let mut fields = line.split_ascii_whitespace().skip(1);
        let (Some(local), _, Some("0A")) = (fields.next(), fields.next(), fields.next()) else {
            return false;
        };
        let Some((address, listening)) = local.rsplit_once(':') else {
            return false;
        };
        u16::from_str_radix(listening, 16) == Ok(port) && !is_loopback(address)
    })
}

fn is_loopback(address: &str) -> bool {
    const SIX: &str = "00000000000000000000000001000000";
    const FOUR_IN_SIX: &str = "0000000000000000FFFF0000";
    let four = address.strip_prefix(FOUR_IN_SIX).unwrap_or(address);
    let first = u32::from_str_radix(four, 16).map(|word| {
        let [first, ..] = word.to_ne_bytes();
        first
    });
    address == SIX || first == Ok(127)
}

#[cfg(all(test, target_endian = "little"))]
mod tests {
    use super::*;

    const TABLE: &str = "\
  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000:8C7B 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1 1
   1: 0100007F:8C7C 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 2 1
   2: 0200A8C0:8C7D 0300A8C0:1234 01 00000000:00000000 00:00000000 00000000     0        0 3 1
   3: 00000000000000000000000001000000:8C7E 00000000000000000000000000000000:0000 0A 0 0 0 0 4 1
   4: 0000000000000000FFFF00000100007F:8C7F 00000000000000000000000000000000:0000 0A 0 0 0 0 5 1
   5: 00000000000000000000000000000000:8C80 00000000000000000000000000000000:0000 0A 0 0 0 0 6 1
";

    #[test]
    fn only_a_listener_on_an_address_that_is_not_loopback_can_be_reached_from_outside() {
        for (port, open) in [
            (35_963, true),
            (35_964, false),
            (35_965, false),
            (35_966, false),
            (35_967, false),
            (35_968, true),
            (1, false),
        ] {
            assert_eq!(listens_beyond_loopback(TABLE, port), open, "{port}");
        }
    }

    #[test]
    fn a_namespace_with_nothing_but_loopback_has_no_way_out() {
        let titles = "Inter-|   Receive\n face |bytes\n";
        assert!(!has_a_way_out(&format!("{titles}    lo: 1 2\n")));
        assert!(has_a_way_out(&format!(
            "{titles}    lo: 1 2\n  eth0: 1 2\n"
        )));
    }
}
