//! What the process has in memory, by the system's own count.
//!
//! Left out: systems that do not say it in `/proc`; there the screen says so.

use std::fs;

/// The field of `/proc/self/status` that counts resident memory, in KiB.
const FIELD: &str = "VmRSS:";

/// Resident memory in bytes; `None` where the system does not say.
pub fn bytes() -> Option<u64> {
    fs::read_to_string("/proc/self/status").ok().as_deref().and_then(parse)
}

fn parse(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix(FIELD))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok().map(|kib| kib * 1_024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_of_the_system_is_read() {
        assert_eq!(parse("Name:\tx\nVmRSS:\t   20480 kB\nThreads:\t1\n"), Some(20_971_520));
        assert_eq!(parse("Name:\tx\n"), None);
    }
}
