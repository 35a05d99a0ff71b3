use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use rustix::fs::{Mode, OFlags};

use crate::tcp::legible;

/// The largest zone of the tz database has 4 kB.
const MAX_FILE: u64 = 1 << 16;
const DAY: i64 = 24 * 60 * 60;

/// The local time of day, since midnight, at this time since 1970; also what to say if the time zone cannot be read, and UTC is taken.
pub(super) fn time_of_day(epoch: Duration) -> (Duration, Option<String>) {
    let (zone, warning) = match std::env::var_os("TZ") {
        Some(name) => match zone_named(&name) {
            Some(zone) => (zone, None),
            None => (TimeZone::UTC, Some(format!("TZ={}", legible(name.as_bytes())))),
        },
        None => match zone_in(Path::new("/etc/localtime")) {
            Ok(zone) => (zone, None),
            Err(why) if why.kind() == ErrorKind::NotFound => (TimeZone::UTC, None),
            Err(_) => (TimeZone::UTC, Some("/etc/localtime".to_owned())),
        },
    };
    let seconds = i64::try_from(epoch.as_secs()).unwrap_or_default();
    let now = Timestamp::from_second(seconds).unwrap_or_default();
    let local = (seconds + i64::from(zone.to_offset(now).seconds())).rem_euclid(DAY);
    let time = Duration::new(u64::try_from(local).unwrap_or_default(), epoch.subsec_nanos());
    let say = |what| format!("The time zone of {what} cannot be read; times of day are in UTC.");
    (time, warning.map(say))
}

/// The zone that TZ names (tzset(3)): a file, or a rule such as `CET-1CEST`.
fn zone_named(name: &OsStr) -> Option<TimeZone> {
    let name = name.as_bytes();
    let name = name.strip_prefix(b":").unwrap_or(name);
    if matches!(name, b"" | b"UTC" | b"GMT") {
        return Some(TimeZone::UTC);
    }
    let folder = std::env::var_os("TZDIR").unwrap_or_else(|| OsString::from("/usr/share/zoneinfo"));
    let path = PathBuf::from(folder).join(OsStr::from_bytes(name));
    zone_in(&path).ok().or_else(|| TimeZone::posix(str::from_utf8(name).ok()?).ok())
}

/// Whatever the path leads to, reading it neither blocks nor takes much memory.
fn zone_in(path: &Path) -> io::Result<TimeZone> {
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    let file = File::from(rustix::fs::open(path, flags, Mode::empty())?);
    let found = file.metadata()?;
    if !found.is_file() || !(1..=MAX_FILE).contains(&found.len()) {
        return Err(ErrorKind::InvalidData.into());
    }
    let mut zone = Vec::new();
    file.take(MAX_FILE).read_to_end(&mut zone)?;
    TimeZone::tzif("", &zone).map_err(io::Error::other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_is_a_file_or_a_rule_and_nothing_that_blocks_or_has_no_end() {
        let known = ["", "UTC", ":UTC", "CET-1CEST,M3.5.0,M10.5.0/3", "<+03>-3"];
        for name in known {
            assert!(zone_named(OsStr::new(name)).is_some(), "{name}");
        }
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        rustix::fs::mkfifoat(rustix::fs::CWD, &pipe, Mode::RUSR).unwrap();
        let pipe = pipe.to_str().unwrap();
        let unknown =
            [pipe, "/dev/zero", "/dev/stdin", ":/proc/kmsg", "/", "Not/There", "5", "\u{e9}"];
        for name in unknown {
            assert!(zone_named(OsStr::new(name)).is_none(), "{name}");
        }
        let long = folder.path().join("long");
        File::create(&long).unwrap().set_len(1 << 40).unwrap();
        assert!(zone_in(&long).is_err());
    }
}
