use std::collections::HashMap;
use std::mem;

use crate::lab::wire::decode::{DatagramId, Fragment};

/// Of more than that, the first fragment stands for the whole.
const MAX_DATAGRAMS: usize = 1 << 16;

/// The datagrams whose fragments are on the wire. One has arrived once all of it has, and is lost as soon as any of it is: its receiver
/// drops the rest.
#[derive(Debug, Default)]
pub(super) struct Datagrams(HashMap<DatagramId, Datagram>);

#[derive(Debug)]
struct Datagram {
    number: u64,
    is_reported: bool,
    is_lost: bool,
    /// How many of its bytes have left the wire.
    bytes: usize,
    /// How many it has, once that is known.
    whole: Option<usize>,
}

impl Datagrams {
    /// Begins a datagram with its first fragment. Whether it did.
    pub(super) fn begin(&mut self, fragment: Fragment, number: u64, is_reported: bool) -> bool {
        let has_space = self.0.len() < MAX_DATAGRAMS;
        if has_space {
            let datagram = Datagram { number, is_reported, is_lost: false, bytes: 0, whole: None };
            self.0.insert(fragment.of, datagram);
        }
        has_space
    }

    /// The number of the datagram of a further fragment, and whether it was reported.
    pub(super) fn find(&self, fragment: Fragment) -> Option<(u64, bool)> {
        let datagram = self.0.get(&fragment.of)?;
        Some((datagram.number, datagram.is_reported))
    }

    /// Whether the datagram has arrived with that fragment.
    pub(super) fn arrived(&mut self, fragment: Fragment) -> bool {
        self.left(fragment).is_some_and(|datagram| !datagram.is_lost)
    }

    /// Whether the datagram is lost with that fragment, and was not before.
    pub(super) fn lost(&mut self, fragment: Fragment) -> bool {
        let datagram = self.0.get_mut(&fragment.of);
        let is_first = datagram.is_some_and(|datagram| !mem::replace(&mut datagram.is_lost, true));
        self.left(fragment);
        is_first
    }

    /// The datagram, if that was the last of its fragments on the wire.
    fn left(&mut self, fragment: Fragment) -> Option<Datagram> {
        let datagram = self.0.get_mut(&fragment.of)?;
        datagram.bytes += fragment.bytes;
        datagram.whole = datagram.whole.or(fragment.whole);
        let is_over = datagram.whole.is_some_and(|whole| datagram.bytes >= whole);
        is_over.then(|| self.0.remove(&fragment.of)).flatten()
    }
}
