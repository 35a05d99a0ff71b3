//! The source ports among which connect() found none.

use std::collections::BTreeMap;

use crate::app::{Statement, format};
use crate::tcp::{
    Call, ConnectSpec, Endpoint, Errno, FiveTuple, Host, HostLimits, Port, PortRange, Protocol,
    SocketRow, SourcePort, SyscallError, TcpState,
};

/// The ports that a failed connect() could have picked, or the one that was asked for.
pub(crate) struct SoughtPorts<'a> {
    spec: &'a ConnectSpec,
    to: Endpoint,
    range: PortRange,
    limits: &'a HostLimits,
}

impl<'a> SoughtPorts<'a> {
    /// `None` where connect() failed for another reason than its port.
    pub(crate) fn of(
        spec: &'a ConnectSpec,
        to: Option<Endpoint>,
        why: SyscallError,
        limits: &'a HostLimits,
    ) -> Option<SoughtPorts<'a>> {
        let is_udp = spec.protocol == Protocol::Udp;
        let none_left = why.errno == Errno::EADDRNOTAVAIL || (is_udp && why.errno == Errno::EAGAIN);
        let to = to.filter(|to| {
            none_left
                && why.call == Call::Connect
                && !has_no_source(*to, limits)
                && !is_cut_off(*to, limits)
        })?;
        let range = match (spec.source_port, spec.asked_port()) {
            (_, Some(port)) => PortRange::only(port),
            // The kernel ignores a bound that lies outside of its own range.
            (SourcePort::Range(range), _) => {
                range.overlap(limits.ephemeral).unwrap_or(limits.ephemeral)
            }
            _ => limits.ephemeral,
        };
        Some(SoughtPorts { spec, to, range, limits })
    }

    /// Whether that end of a connection uses one of the ports for the same destination.
    pub(crate) fn is_used_by(&self, host: Host, tuple: FiveTuple) -> bool {
        let (tuple, from) = (tuple.canonical(), self.spec.from.map(|ip| ip.to_canonical()));
        host == self.spec.host
            && tuple.protocol == self.spec.protocol
            && tuple.remote == self.to.canonical()
            && self.range.contains(tuple.local.port)
            && from.is_none_or(|ip| ip == tuple.local.ip)
    }

    /// Whether the row keeps connect() from a port: by such a connection, or bound to one that the kernel was to pick, which it then
    /// does for no destination.
    pub(crate) fn is_kept_by(&self, row: &SocketRow) -> bool {
        let is_bound = self.spec.asked_port().is_none()
            && !row.tuple.is_connected()
            && row.host == self.spec.host
            && row.tuple.protocol == self.spec.protocol
            && self.range.contains(row.tuple.local.port);
        is_bound || self.is_used_by(row.host, row.tuple)
    }

    /// Adds which of the ports are in use, by the rows that keep connect() from them; several rows may have the same port.
    pub(crate) fn describe(
        &self,
        seen: Statement,
        rows: impl Iterator<Item = (Port, TcpState)>,
    ) -> Statement {
        let mut used = BTreeMap::new();
        for (port, state) in rows {
            *used.entry(port).or_insert(true) &= state == TcpState::TimeWait;
        }
        let asks = self.spec.asked_port().is_some();
        let pickable = if asks { 1 } else { self.limits.pickable(self.range) };
        let (used, waiting) = (used.len(), used.values().filter(|waits| **waits).count());
        let all = self.range.len();
        let may_reuse = waiting > 0 && !asks && self.spec.protocol == Protocol::Tcp;
        let delay = self.limits.reuses_time_wait(self.to.ip).filter(|_| may_reuse);
        let number = |count: usize| format::number(count as u64);
        seen.with("range", self.range)
            .with("all", number(all))
            .with("ports", number(pickable))
            .with("used", number(used))
            .count("waiting", waiting as u64)
            .when("AllUsed", used >= pickable)
            .when("RangeUnread", !self.limits.knows_range())
            .when("ReuseUnread", may_reuse && self.limits.time_wait_reuse.is_none())
            .when("AllWaiting", used > 0 && used == waiting)
            .when("Reserved", pickable < all)
            .when("OnePort", all == 1)
            .when("TwoPorts", all == 2)
            .with_some("delay", delay.map(format::seconds))
    }
}

/// Whether this machine has no address of the destination's family, from which it could connect.
pub(super) fn has_no_source(to: Endpoint, limits: &HostLimits) -> bool {
    let to = to.ip.to_canonical();
    let mut own = limits.addresses.iter().map(|own| own.ip).filter(|ip| !ip.is_loopback());
    to.is_ipv6() && !limits.has_ipv6 && (to.is_loopback() || !own.any(|ip| ip.is_ipv6()))
}

/// Whether connections to that address stay within this machine, whose loopback interface is down.
pub(super) fn is_cut_off(to: Endpoint, limits: &HostLimits) -> bool {
    !limits.loopback_up && limits.is_own(to.ip)
}
