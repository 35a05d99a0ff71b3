use std::collections::{BTreeMap, HashMap};
use std::mem;
use std::time::Duration;

use crate::lab::wire::decode::{DatagramId, Fragment};
use crate::tcp::Moment;

/// Of more than that, the first fragment stands for the whole.
const MAX_DATAGRAMS: usize = 1 << 12;
/// The receiver's kernel waits for the rest of a datagram for so long (`net.ipv4.ipfrag_time`; of IPv6 twice that).
const REASSEMBLY_TIME: Duration = Duration::from_secs(60);

/// The datagrams whose fragments are on the wire. One has arrived once all of it has, and is lost as soon as any of it is: its receiver
/// drops the rest.
#[derive(Debug, Default)]
pub(super) struct Datagrams {
    all: HashMap<DatagramId, Datagram>,
    /// The oldest first, by their numbers.
    by_age: BTreeMap<u64, DatagramId>,
}

#[derive(Debug)]
struct Datagram {
    number: u64,
    is_reported: bool,
    is_lost: bool,
    /// How many of its fragments are on the wire.
    on_wire: usize,
    /// How many of its bytes have left the wire, and when the last did.
    bytes: usize,
    left_at: Moment,
    /// How many it has, once that is known.
    whole: Option<usize>,
}

impl Datagrams {
    /// Begins a datagram with its first fragment. Whether it did.
    pub(super) fn begin(
        &mut self,
        now: Moment,
        fragment: Fragment,
        (number, is_reported): (u64, bool),
    ) -> bool {
        self.forget_incomplete(now);
        let has_space = self.all.len() < MAX_DATAGRAMS;
        if has_space {
            let datagram = Datagram {
                number,
                is_reported,
                is_lost: false,
                on_wire: 1,
                bytes: 0,
                left_at: now,
                whole: None,
            };
            // Its number may be that of an earlier one, which never was complete.
            let before = self.all.insert(fragment.of, datagram);
            before.map(|before| self.by_age.remove(&before.number));
            self.by_age.insert(number, fragment.of);
        }
        has_space
    }

    /// Puts a further fragment on the wire: the number of its datagram, and whether that was reported.
    pub(super) fn go_on(&mut self, fragment: Fragment) -> Option<(u64, bool)> {
        let datagram = self.all.get_mut(&fragment.of)?;
        datagram.on_wire += 1;
        Some((datagram.number, datagram.is_reported))
    }

    /// Whether the datagram has arrived with that fragment.
    pub(super) fn arrived(&mut self, now: Moment, fragment: Fragment) -> bool {
        self.left(now, fragment).is_some_and(|datagram| !datagram.is_lost)
    }

    /// Whether the datagram is lost with that fragment, and was not before.
    pub(super) fn lost(&mut self, now: Moment, fragment: Fragment) -> bool {
        let datagram = self.all.get_mut(&fragment.of);
        let is_first = datagram.is_some_and(|datagram| !mem::replace(&mut datagram.is_lost, true));
        self.left(now, fragment);
        is_first
    }

    /// The datagram, if that was the last of its fragments.
    fn left(&mut self, now: Moment, fragment: Fragment) -> Option<Datagram> {
        let datagram = self.all.get_mut(&fragment.of)?;
        datagram.on_wire = datagram.on_wire.saturating_sub(1);
        datagram.left_at = now;
        datagram.bytes += fragment.bytes;
        datagram.whole = datagram.whole.or(fragment.whole);
        let is_over = datagram.whole.is_some_and(|whole| datagram.bytes >= whole);
        is_over.then(|| self.remove(fragment.of)).flatten()
    }

    /// Forgets datagrams whose rest never came: the oldest ones that no receiver waits for any more and, where space is wanted, the oldest
    /// that has nothing on the wire.
    fn forget_incomplete(&mut self, now: Moment) {
        let oldest = |known: &Datagrams| known.by_age.first_key_value().map(|(_, id)| *id);
        while let Some(id) = oldest(self).filter(|id| self.is_over(now, id)) {
            self.remove(id);
        }
        if self.all.len() >= MAX_DATAGRAMS {
            let has_left = |id: &&DatagramId| self.all.get(*id).is_some_and(|it| it.on_wire == 0);
            let oldest = self.by_age.values().find(has_left).copied();
            oldest.map(|id| self.remove(id));
        }
    }

    fn is_over(&self, now: Moment, id: &DatagramId) -> bool {
        let is_it = |it: &Datagram| it.on_wire == 0 && now.since(it.left_at) >= REASSEMBLY_TIME;
        self.all.get(id).is_some_and(is_it)
    }

    fn remove(&mut self, id: DatagramId) -> Option<Datagram> {
        let datagram = self.all.remove(&id)?;
        self.by_age.remove(&datagram.number);
        Some(datagram)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use etherparse::IpNumber;
    use std::net::{IpAddr, Ipv4Addr};

    fn fragment(id: u32, is_first: bool) -> Fragment {
        let ip = IpAddr::V4(Ipv4Addr::LOCALHOST);
        let whole = (!is_first).then_some(2);
        Fragment { of: (ip, ip, IpNumber::UDP, id), is_first, bytes: 1, whole }
    }

    fn at(seconds: u64) -> Moment {
        Moment::default().plus(Duration::from_secs(seconds))
    }

    #[test]
    fn datagrams_whose_rest_never_comes_leave_space_for_others() {
        let mut datagrams = Datagrams::default();
        let held = fragment(0, true);
        assert!(datagrams.begin(at(0), held, (1, true)));
        for id in 1..3 << 12 {
            assert!(datagrams.begin(at(0), fragment(id, true), (u64::from(id) + 1, true)), "{id}");
            assert!(!datagrams.arrived(at(0), fragment(id, true)));
        }
        assert!(datagrams.all.len() <= MAX_DATAGRAMS);
        assert_eq!(datagrams.all.len(), datagrams.by_age.len());
        // What is still on the wire is not forgotten.
        assert!(datagrams.go_on(fragment(0, false)).is_some());
        assert!(!datagrams.arrived(at(0), held));
        assert!(datagrams.arrived(at(0), fragment(0, false)));
    }

    #[test]
    fn a_datagram_is_forgotten_once_its_receiver_waits_for_it_no_more() {
        let mut datagrams = Datagrams::default();
        datagrams.begin(at(0), fragment(1, true), (1, true));
        datagrams.arrived(at(0), fragment(1, true));
        datagrams.begin(at(59), fragment(2, true), (2, true));
        assert!(datagrams.all.contains_key(&fragment(1, true).of));
        datagrams.begin(at(60), fragment(3, true), (3, true));
        assert!(!datagrams.all.contains_key(&fragment(1, true).of));
        assert!(datagrams.all.contains_key(&fragment(2, true).of), "it is on the wire");
    }
}
