//! Incarnations: which segments belong to one connection, where its five-tuple was used before or after it (RFC 9293, section 3.4.1).

use std::collections::BTreeSet;
use std::ops::Range;
use std::time::Duration;

use crate::tcp::{Flags, Moment, WireSegment};

/// The clock of the wire and that of a poll may differ by so much.
pub(crate) const EARLY: Duration = Duration::from_millis(20);

/// How far the time of a poll may be from what it shows the effect of.
pub(crate) const ABOUT: Duration = Duration::from_secs(2);

/// The segments of one connection among `all` of its five-tuple; polls showed when it was born and gone. It begins with its SYN, or about
/// when it was born.
pub(crate) fn own(all: &[&WireSegment], (born, gone): (Moment, Moment)) -> Range<usize> {
    let is_its = |n: &usize| all[*n].sent <= born.plus(EARLY) && opens(all, *n);
    let about = || all.partition_point(|crossing| crossing.sent.plus(ABOUT) < born);
    let first = (0..all.len()).rfind(is_its).unwrap_or_else(about);
    let is_late = |n: &usize| all[*n].sent > gone.plus(ABOUT);
    let is_anothers = |n: &usize| all[*n].sent > gone && opens(all, *n);
    first..(first..all.len()).find(|n| is_late(n) || is_anothers(n)).unwrap_or(all.len())
}

/// The segments of each connection among `all` of one five-tuple; one range may be known already.
pub(crate) fn each(all: &[&WireSegment], own: Option<&Range<usize>>) -> Vec<Range<usize>> {
    let is_inside = |n: usize| own.is_some_and(|own| own.start < n && n < own.end);
    let opened = (0..all.len()).filter(|n| opens(all, *n) && !is_inside(*n));
    let known = own.into_iter().flat_map(|own| [own.start, own.end]);
    let bounds: BTreeSet<usize> = opened.chain(known).chain([0, all.len()]).collect();
    let ends = bounds.iter().skip(1);
    bounds.iter().zip(ends).map(|(from, to)| *from..*to).collect()
}

/// Whether a connection begins with this segment. A simultaneous open is one connection (RFC 9293, section 3.5).
fn opens(all: &[&WireSegment], place: usize) -> bool {
    let calls = |crossing: &WireSegment| {
        let flags = crossing.segment.flags;
        flags.has(Flags::SYN) && !flags.has(Flags::ACK)
    };
    let own = all[place];
    let before = place.checked_sub(1).map(|before| all[before]);
    let is_called =
        before.is_some_and(|other| calls(other) && other.segment.from != own.segment.from);
    calls(own) && !own.again && !is_called
}
