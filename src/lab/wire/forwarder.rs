use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, TryRecvError};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::{Errno, read};

use crate::lab::addressing::{host_at, is_group_report};
use crate::lab::wire::datagrams::Datagrams;
use crate::lab::wire::decode::{Fragment, Packet};
use crate::lab::wire::impairment::{FrameFate, FrameInfo, Impairment};
use crate::lab::wire::pcapng::Capture;
use crate::lab::wire::port::WirePort;
use crate::lab::wire::reporter::{End, Reporter};
use crate::lab::wire::retransmission::{SegmentRange, SegmentsOnWire};
use crate::tcp::{DropReason, Host, Moment, WireEvent, WireOrder, WireStatus};

/// `struct virtio_net_hdr` (packet(7), `PACKET_VNET_HDR`) before each frame: what the kernel left to the hardware.
const HEADER: usize = 10;
/// An IP packet of the greatest length, and the headers before it.
const MAX_FRAME: usize = HEADER + 14 + 4 + (1 << 16);
const MAX_PORTS: usize = 8;
const FRAMES_PER_TURN: usize = 64;
const MISSED_INTERVAL: Duration = Duration::from_millis(100);
/// How long it polls for the answer to a frame before it sleeps: waking up takes longer than most answers.
const SPIN_TIME: Duration = Duration::from_micros(60);

pub(super) struct Forwarder<C> {
    ports: Vec<WirePort>,
    /// Disconnected once the thread is to end.
    given: Receiver<WireOrder>,
    /// The eventfd that is written with each order, and at the end.
    wake: Arc<OwnedFd>,
    clock: C,
    reporter: Reporter,
    capture: Option<Capture>,
    impairment: Impairment<Frame>,
    datagrams: Datagrams,
    kept: SegmentsOnWire,
    segments: u64,
    orders: u64,
    missed_asked_at: Moment,
    spin_until: Moment,
}

#[derive(Debug)]
struct Frame {
    bytes: Vec<u8>,
    route: Route,
    /// Whose TCP sent it.
    end: Option<End>,
}

#[derive(Clone, Copy, Debug)]
struct Route {
    from: Host,
    to: Option<Host>,
    number: u64,
    is_reported: bool,
    /// The part of a datagram that it carries, which may arrive or be lost without the rest.
    fragment: Option<Fragment>,
}

impl<C: Fn() -> Moment> Forwarder<C> {
    pub(super) fn new(
        ports: Vec<WirePort>,
        (given, wake): (Receiver<WireOrder>, Arc<OwnedFd>),
        clock: C,
        reporter: Reporter,
        capture: Option<Capture>,
    ) -> Forwarder<C> {
        Forwarder {
            ports,
            given,
            wake,
            clock,
            reporter,
            capture,
            impairment: Impairment::default(),
            datagrams: Datagrams::default(),
            kept: SegmentsOnWire::default(),
            segments: 0,
            orders: 0,
            missed_asked_at: Moment::default(),
            spin_until: Moment::default(),
        }
    }

    pub(super) fn run(mut self) {
        let mut buffer = vec![0; MAX_FRAME];
        while self.turn(&mut buffer).is_some() {}
    }

    fn turn(&mut self, buffer: &mut [u8]) -> Option<()> {
        self.obey()?;
        let now = (self.clock)();
        // No more at a time than there is space for answers at the ports.
        for _ in 0..FRAMES_PER_TURN {
            let Some(frame) = self.impairment.next_due(now) else { break };
            self.kept.left(frame.end, frame.route.number);
            self.deliver(now, &frame.bytes, frame.route);
        }
        // All ports are read without poll(2): the answer to a frame is mostly there as soon as the frame is sent.
        let mut received = false;
        for port in 0..self.ports.len() {
            received |= self.receive(port, buffer)?;
        }
        // The answer to a frame is reported with it.
        self.report(now);
        if !received && now < self.spin_until {
            // The answering computer may need this processor.
            std::thread::yield_now();
        } else if !received {
            self.count_missed(now);
            self.sleep(now);
        } else if now.since(self.missed_asked_at) >= MISSED_INTERVAL {
            self.count_missed(now);
        }
        Some(())
    }

    fn report(&mut self, now: Moment) {
        let [kept, owed] =
            [self.impairment.segments, self.impairment.owed()].map(|count| count as u64);
        let status = WireStatus {
            settings: self.impairment.settings,
            kept,
            oldest: self.impairment.oldest().map(|frame| frame.route.number),
            orders_done: self.orders - owed,
            ..WireStatus::default()
        };
        self.reporter.set_status(now, status);
        self.reporter.hand_over(now);
    }

    fn count_missed(&mut self, now: Moment) {
        self.missed_asked_at = now;
        let missed = self.ports.iter().map(WirePort::missed);
        self.reporter.missed(now, missed.sum());
    }

    fn receive(&mut self, port: usize, buffer: &mut [u8]) -> Option<bool> {
        for taken in 0..FRAMES_PER_TURN {
            let port = &self.ports[port];
            let from = port.host;
            match port.recv(buffer) {
                Ok(length) if length > HEADER => {
                    // An order given before the frame was sent applies to it.
                    self.obey()?;
                    self.put(from, &buffer[..length]);
                }
                Ok(_) | Err(Errno::INTR) => (),
                Err(_) => return Some(taken > 0),
            }
        }
        Some(true)
    }

    fn obey(&mut self) -> Option<()> {
        loop {
            let order = match self.given.try_recv() {
                Ok(order) => order,
                Err(TryRecvError::Empty) => return Some(()),
                Err(TryRecvError::Disconnected) => return None,
            };
            let now = (self.clock)();
            self.orders += 1;
            for (frame, reason) in self.impairment.order(order) {
                self.kept.left(frame.end, frame.route.number);
                self.report_lost(now, frame.route, reason);
            }
        }
    }

    fn sleep(&self, now: Moment) {
        let dues = self.impairment.due().into_iter().chain(self.reporter.due());
        let wait = dues.map(|due| due.since(now)).min().and_then(|wait| wait.try_into().ok());
        // The first place is the eventfd for orders; so are places without a port.
        let mut all: [PollFd<'_>; MAX_PORTS + 1] = std::array::from_fn(|place| {
            let port = place.checked_sub(1).and_then(|port| self.ports.get(port));
            PollFd::new(port.map_or(&*self.wake, |port| &port.socket), PollFlags::IN)
        });
        let count = self.ports.len().min(MAX_PORTS) + 1;
        // An interrupted call does no harm: what is ready is found in the next turn.
        let _ = poll(&mut all[..count], wait.as_ref());
        if !all[0].revents().is_empty() {
            let _ = read(&self.wake, &mut [0_u8; 8]);
        }
    }

    fn put(&mut self, from: Host, bytes: &[u8]) {
        let now = (self.clock)();
        self.spin_until = now.plus(SPIN_TIME);
        let frame = &bytes[HEADER..];
        if is_group_report(frame) {
            return;
        }
        let packet = Packet::of(frame);
        let is_segment = packet.is_some();
        let to = host_at(frame);
        let mut route = Route { from, to, number: 0, is_reported: false, fragment: None };
        let number = self.segments + 1;
        let range = || SegmentRange::of(packet.as_ref()?, (from, to?), number);
        if self.impairment.settings.counts_retransmissions()
            && let Some(range) = range().filter(|range| self.kept.repeats(range))
        {
            return self.count(now, frame, &range);
        }
        if let Some(packet) = &packet {
            self.identify(now, packet, &mut route);
        }
        let info = FrameInfo { is_segment, bytes: bytes.len() };
        match self.impairment.put(info) {
            FrameFate::Forward => self.deliver(now, bytes, route),
            FrameFate::Lost(reason) => {
                self.report_lost(now, route, reason);
                if let Some((frames, bytes)) = self.impairment.overflows() {
                    self.reporter.report(now, WireEvent::Full { frames, bytes });
                }
            }
            FrameFate::Held => {
                let end = range().map(|range| self.kept.put(range));
                self.impairment.keep(now, info, Frame { bytes: bytes.to_vec(), route, end });
            }
        }
    }

    /// Counts a retransmission, which goes no further.
    fn count(&mut self, now: Moment, frame: &[u8], range: &SegmentRange) {
        let (from, tuple) = range.from;
        if let Some(capture) = &self.capture {
            capture.write(now, from, frame, false);
        }
        if self.reporter.may_report(now, range.from, range.flags) {
            let seq = range.seq;
            self.reporter.report(now, WireEvent::SentAgain { at: now, from, tuple, seq });
        }
    }

    /// Numbers a segment, and reports it; what a fragment but the first carries is known from the first.
    fn identify(&mut self, now: Moment, packet: &Packet<'_>, route: &mut Route) {
        route.fragment = packet.fragment();
        let further = route.fragment.filter(|fragment| !fragment.is_first);
        if let Some(known) = further.and_then(|fragment| self.datagrams.go_on(fragment)) {
            (route.number, route.is_reported) = known;
            return;
        }
        self.segments += 1;
        route.number = self.segments;
        // A broadcast has no single receiver: it is not reported.
        match packet.tuple().zip(route.to).map(|(tuple, to)| ((route.from, tuple), to)) {
            None => self.reporter.leave_out(now, None),
            Some((end, to)) => {
                if self.reporter.may_report(now, end, packet.flags())
                    && let Some(segment) = packet.segment(self.segments, (route.from, to))
                {
                    route.is_reported = true;
                    self.reporter.report(now, WireEvent::Sent { at: now, segment });
                }
            }
        }
        let first = route.fragment.filter(|fragment| fragment.is_first);
        let known = (route.number, route.is_reported);
        route.fragment = first.filter(|fragment| self.datagrams.begin(now, *fragment, known));
    }

    fn deliver(&mut self, now: Moment, bytes: &[u8], route: Route) {
        if let Err(reason) = self.send(now, bytes, route) {
            return self.report_lost(now, route, reason);
        }
        if let Some(capture) = &self.capture {
            capture.write(now, route.from, &bytes[HEADER..], true);
        }
        let is_whole = route.fragment.is_none_or(|fragment| self.datagrams.arrived(now, fragment));
        if route.is_reported && is_whole {
            self.reporter.report(now, WireEvent::Arrived { at: now, number: route.number });
        }
    }

    fn send(&mut self, now: Moment, bytes: &[u8], route: Route) -> Result<(), DropReason> {
        let Route { from, to, .. } = route;
        let mut done = Err(DropReason::NoLink);
        for port in &mut self.ports {
            if to.map_or(port.host != from, |to| port.host == to) {
                done = done.or(port.send(now, bytes));
            }
        }
        done
    }

    fn report_lost(&mut self, now: Moment, route: Route, how: DropReason) {
        let is_first = route.fragment.is_none_or(|fragment| self.datagrams.lost(now, fragment));
        if route.is_reported && is_first {
            self.reporter.report(now, WireEvent::Lost { at: now, number: route.number, how });
        }
    }
}
