use std::sync::Arc;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::{Errno, read};

use crate::lab::addressing::host_at;
use crate::lab::wire::decode::{is_segment, segment};
use crate::lab::wire::impairment::{FrameFate, FrameInfo, Impairment};
use crate::lab::wire::pcapng::Capture;
use crate::lab::wire::port::WirePort;
use crate::lab::wire::reporter::Reporter;
use crate::lab::wire::shared::Shared;
use crate::tcp::{DropReason, Host, Moment, WireEvent, WireOrder, WireStatus};

/// `struct virtio_net_hdr` (packet(7), `PACKET_VNET_HDR`): what the kernel left undone stands in front of each frame, and goes along.
const HEADER: usize = 10;
/// A frame is at most as long as an IP packet, with the headers before it.
const LONGEST: usize = HEADER + 14 + 4 + (1 << 16);
/// A lab has so many computers at most.
const MOST: usize = 8;
/// So many frames are taken from one end before another one has its turn.
const TURN: usize = 64;

/// Carries frames from one end of the wire to another, on a thread of its own.
pub(crate) struct Forwarder<C> {
    pub(crate) ends: Vec<WirePort>,
    pub(crate) shared: Arc<Shared>,
    pub(crate) clock: C,
    pub(crate) teller: Reporter,
    pub(crate) capture: Option<Capture>,
    pub(crate) cable: Impairment<Frame>,
    /// How many segments were put on the wire.
    pub(crate) count: u64,
    /// How many orders there were to let one through, or to lose one.
    pub(crate) steps: u64,
    /// When it was asked last whether something was missed.
    pub(crate) asked: Moment,
    /// Until when it looks for the answer to the last frame without going to sleep: to be woken takes longer than most answers do.
    pub(crate) awake_until: Moment,
}

/// So often it is asked whether something was missed, however busy the wire is.
const OFTEN: Duration = Duration::from_millis(100);

/// So long an answer is looked for.
const AWAKE: Duration = Duration::from_micros(60);

/// A frame that is kept.
#[derive(Debug)]
pub(crate) struct Frame {
    bytes: Vec<u8>,
    way: ForwardTo,
}

/// Where a frame goes.
#[derive(Clone, Copy, Debug)]
struct ForwardTo {
    from: Host,
    /// `None` for all others: a broadcast.
    to: Option<Host>,
    /// Its number, if it is a segment.
    number: u64,
    /// Whether it was told under that number.
    is_told: bool,
}

impl<C: Fn() -> Moment> Forwarder<C> {
    /// Carries frames until it is told to stop.
    pub(crate) fn run(mut self) {
        let mut buffer = vec![0; LONGEST];
        while self.turn(&mut buffer).is_some() {}
    }

    /// Does what is to be done, or waits until there is something; `None` when this is the end.
    fn turn(&mut self, buffer: &mut [u8]) -> Option<()> {
        self.obey()?;
        let now = (self.clock)();
        // No more at a time than there is room for answers at the ends.
        for _ in 0..TURN {
            let Some(frame) = self.cable.next_due(now) else {
                break;
            };
            self.deliver(now, &frame.bytes, frame.way);
        }
        self.tell(now);
        // All are asked without poll(2) before: the answer to a frame mostly waits at another end as soon as the frame is sent.
        let mut heard = false;
        for end in 0..self.ends.len() {
            heard |= self.hear(end, buffer)?;
        }
        if !heard && now < self.awake_until {
            // Whoever is to answer may need this processor.
            std::thread::yield_now();
        } else if !heard {
            self.count_missed(now);
            self.sleep(now);
        } else if now.since(self.asked) >= OFTEN {
            self.count_missed(now);
        }
        Some(())
    }

    /// Hands over what is to be told, if it is time.
    fn tell(&mut self, now: Moment) {
        let oldest = self.cable.oldest().map(|frame| frame.way.number);
        let [kept, owed] = [self.cable.segments(), self.cable.owed()].map(|n| n as u64);
        let obeyed = self.steps - owed;
        let standing = WireStatus { kept, oldest, obeyed };
        self.teller.stands(now, standing);
        self.teller.hand_over(now);
    }

    /// Asks whether something came in faster than it was taken.
    fn count_missed(&mut self, now: Moment) {
        self.asked = now;
        let missed = self.ends.iter().map(WirePort::missed);
        self.teller.missed(now, missed.sum());
    }

    /// Takes what came in at one end; whether there was anything, or `None` when this is the end.
    fn hear(&mut self, end: usize, buffer: &mut [u8]) -> Option<bool> {
        for taken in 0..TURN {
            let end = &self.ends[end];
            let from = end.host;
            match end.recv(buffer) {
                Ok(length) if length > HEADER => {
                    // What was ordered before it was sent holds for it.
                    self.obey()?;
                    self.arrive(from, &buffer[..length]);
                }
                Ok(_) | Err(Errno::INTR) => (),
                Err(_) => return Some(taken > 0),
            }
        }
        Some(true)
    }

    /// Does what was ordered; `None` when this is the end.
    fn obey(&mut self) -> Option<()> {
        for order in self.shared.take()? {
            let now = (self.clock)();
            self.steps += u64::from(matches!(order, WireOrder::Step | WireOrder::DropNext));
            for (frame, how) in self.cable.order(order) {
                self.lost(now, frame.way, how);
            }
        }
        Some(())
    }

    /// Waits until a frame comes in, one is due, or there is an order.
    fn sleep(&self, now: Moment) {
        let dues = self.cable.due().into_iter().chain(self.teller.due());
        let wait = dues.map(|due| due.since(now)).min();
        let wait = wait.and_then(|wait| Timespec::try_from(wait).ok());
        // The first is asked whether there are orders; so are places without an end.
        let mut all: [PollFd<'_>; MOST + 1] = std::array::from_fn(|place| {
            let end = place.checked_sub(1).and_then(|end| self.ends.get(end));
            let fd = end.map_or(&self.shared.wake, |end| &end.socket);
            PollFd::new(fd, PollFlags::IN)
        });
        let count = self.ends.len().min(MOST) + 1;
        // A signal is no harm: what is ready now will be so the next time.
        let _ = poll(&mut all[..count], wait.as_ref());
        if !all[0].revents().is_empty() {
            let _ = read(&self.shared.wake, &mut [0_u8; 8]);
        }
    }

    /// A computer put a frame on the wire.
    fn arrive(&mut self, from: Host, bytes: &[u8]) {
        let now = (self.clock)();
        self.awake_until = now.plus(AWAKE);
        let frame = &bytes[HEADER..];
        let to = host_at(frame);
        let is_segment = is_segment(frame);
        let mut way = ForwardTo { from, to, number: 0, is_told: false };
        if is_segment {
            self.count += 1;
            way.number = self.count;
            // Nothing tells whose a fragment is but the first, and what all are to hear is for nobody.
            if self.teller.may_tell(now)
                && let Some(to) = to
                && let Some(segment) = segment(frame, self.count, (from, to))
            {
                way.is_told = true;
                self.teller.tell(now, WireEvent::Sent { at: now, segment });
            }
        }
        let load = FrameInfo { is_segment, bytes: bytes.len() };
        match self.cable.put(load) {
            FrameFate::Through => self.deliver(now, bytes, way),
            FrameFate::Lost(how) => {
                self.lost(now, way, how);
                if let Some((frames, bytes)) = self.cable.overflows() {
                    self.teller.tell(now, WireEvent::Full { frames, bytes });
                }
            }
            FrameFate::Held => {
                let bytes = bytes.to_vec();
                self.cable.keep(now, load, Frame { bytes, way });
            }
        }
    }

    fn deliver(&mut self, now: Moment, bytes: &[u8], way: ForwardTo) {
        match self.send(now, bytes, way) {
            Ok(()) => self.arrived(now, bytes, way),
            Err(how) => self.lost(now, way, how),
        }
    }

    /// Hands it to whom it is meant for; what all are to hear is lost where nobody does.
    fn send(&mut self, now: Moment, bytes: &[u8], way: ForwardTo) -> Result<(), DropReason> {
        let ForwardTo { from, to, .. } = way;
        let mut done = Err(DropReason::NoLink);
        for end in &mut self.ends {
            if to.map_or(end.host != from, |to| end.host == to) {
                let sent = end.send(now, bytes);
                done = done.or(sent);
            }
        }
        done
    }

    fn arrived(&mut self, now: Moment, bytes: &[u8], way: ForwardTo) {
        if let Some(capture) = &self.capture {
            capture.write(now, way.from, &bytes[HEADER..]);
        }
        if way.is_told {
            let number = way.number;
            self.teller.tell(now, WireEvent::Arrived { at: now, number });
        }
    }

    fn lost(&mut self, now: Moment, way: ForwardTo, how: DropReason) {
        let (at, number) = (now, way.number);
        if way.is_told {
            self.teller.tell(now, WireEvent::Lost { at, number, how });
        } else if how == DropReason::Dropped {
            self.teller.dropped(now);
        }
    }
}
