//! A reader in the lab: told of computers with tables of their own, and of segments on the wire between them.

use std::time::Duration;

use fivetuple::app::Event;
use fivetuple::tcp::{
    Change, Delivery, DropReason, Endpoint, FiveTuple, Flags, Host, LabComputer, LabEvent,
    LabLimits, ListenSpec, Segment, Snapshot, SocketEvent, WireEvent, WireSettings, WireStatus,
};

use crate::robot::{Robot, own};

pub(crate) const SERVER: Host = Host(1);
pub(crate) const LAPTOP: Host = Host(2);
pub(crate) const LISTEN: &str = "tcp 0 128 192.168.1.10:500 0.0.0.0:* LISTEN host=1 inode=9";
pub(crate) const CALLS: &str =
    "tcp 0 1 192.168.1.13:44506 192.168.1.10:500 SYN_SENT host=2 inode=11 cookie=7";
pub(crate) const CLIENT: &str =
    "tcp 0 0 192.168.1.13:44506 192.168.1.10:500 ESTABLISHED host=2 inode=11 cookie=7";
pub(crate) const ANSWERS: &str = "tcp 0 0 192.168.1.10:500 192.168.1.13:44506 SYN_RECV host=1";
pub(crate) const SERVES: &str =
    "tcp 0 0 192.168.1.10:500 192.168.1.13:44506 ESTABLISHED host=1 inode=12 cookie=8";
/// The numbers that both ends begin with.
pub(crate) const FIRST: [u32; 2] = [2_893_040_112, 1_117_208_640];

impl Robot {
    pub(crate) fn in_lab(computers: u8) -> Robot {
        let mut robot = Robot::new();
        robot.enter_lab(computers);
        robot
    }

    pub(crate) fn enter_lab(&mut self, computers: u8) {
        self.state.lab.spec.computers = computers;
        self.press("N");
        self.lab_comes_up(computers, LabLimits::MEANT);
        self.orders();
    }

    pub(crate) fn lab_comes_up(&mut self, computers: u8, limits: LabLimits) {
        let (computers, took) = (lab(computers), Duration::from_millis(5));
        self.tell(Event::Lab(LabEvent::Up { computers, limits, took }));
    }

    pub(crate) fn listening_in_lab() -> Robot {
        let mut robot = Robot::in_lab(4);
        robot.state.servers.selected_mut().spec.at.port.0 = 500;
        robot.press("l");
        robot.orders();
        let at = ListenSpec::at(Endpoint::new([192, 168, 1, 10], 500));
        robot.listens(ListenSpec { host: SERVER, ..at }, LISTEN);
        robot.tables(&[LISTEN], &[]);
        robot
    }

    /// The laptop has called with c, and its SYN waits on a held wire.
    pub(crate) fn calling_in_lab() -> Robot {
        let mut robot = Robot::listening_in_lab();
        robot.press("h c");
        robot.syn_is_sent();
        robot.tables(&[LISTEN], &[CALLS]);
        robot.later(Duration::from_millis(400));
        robot
    }

    /// The laptop's connect() has begun, and its SYN is on the wire.
    pub(crate) fn syn_is_sent(&mut self) {
        self.hear(SocketEvent::Connecting(own(CALLS, 11)));
        self.sends(1, (LAPTOP, Flags::SYN), (0, 0), b"");
    }

    /// Tells it the tables of the server and of the laptop.
    pub(crate) fn tables(&mut self, server: &[&str], laptop: &[&str]) {
        for (host, rows) in [(SERVER, server), (LAPTOP, laptop)] {
            let table: Snapshot = rows.join("\n").parse().unwrap();
            assert!(table.rows.iter().all(|row| row.host == host));
            self.reads(host, table.rows.into_iter().map(Change::Appeared).collect(), true);
        }
    }

    pub(crate) fn vanish(&mut self, host: Host, rows: &[&str]) {
        let vanished = |row: &&str| Change::Vanished(row.parse().unwrap());
        self.reads(host, rows.iter().map(vanished).collect(), false);
    }

    /// Tells it that a segment was put on the wire; its numbers are counted from the SYN of each end.
    pub(crate) fn sends(
        &mut self,
        number: u64,
        (from, flags): (Host, Flags),
        (seq, ack): (u32, u32),
        data: &[u8],
    ) {
        let ends = [(SERVER, "192.168.1.10:500"), (LAPTOP, "192.168.1.13:44506")];
        let (ends, [own, other]) =
            if from == SERVER { (ends, [FIRST[1], FIRST[0]]) } else { ([ends[1], ends[0]], FIRST) };
        let numbers = (own.wrapping_add(seq), other.wrapping_add(ack));
        self.put(segment(number, ends, flags, numbers, data));
    }

    pub(crate) fn delivers(&mut self, number: u64, sent: (Host, Flags), numbers: (u32, u32)) {
        self.sends(number, sent, numbers, b"");
        self.arrives(number);
    }

    /// Tells it that a segment without data went from one end to another.
    pub(crate) fn crosses(
        &mut self,
        number: u64,
        from: (Host, &str),
        to: (Host, &str),
        flags: Flags,
    ) {
        self.put(segment(number, [from, to], flags, FIRST.into(), b""));
        self.arrives(number);
    }

    pub(crate) fn put(&mut self, segment: Segment) {
        self.wire(WireEvent::Sent { at: self.state.now, segment });
    }

    /// A segment is retransmitted while it, or its acknowledgement, is on the held wire.
    pub(crate) fn sends_again(&mut self, number: u64) {
        let mut crossings = self.state.lab.crossings.iter();
        let sent = crossings.find(|crossing| crossing.segment.number == number).unwrap();
        let Segment { from, tuple, seq, .. } = sent.segment;
        self.wire(WireEvent::SentAgain { at: self.state.now, from, tuple, seq });
    }

    pub(crate) fn arrives(&mut self, number: u64) {
        self.wire(WireEvent::Arrived { at: self.state.now, number });
    }

    pub(crate) fn loses(&mut self, number: u64) {
        self.loses_to(number, DropReason::Dropped);
    }

    pub(crate) fn loses_to(&mut self, number: u64, how: DropReason) {
        let at = self.state.now;
        self.wire(WireEvent::Lost { at, number, how });
        if how == DropReason::Dropped {
            let mut settings = self.state.lab.wire;
            settings.drop_next = settings.drop_next.saturating_sub(1);
            self.reports(settings);
        }
    }

    /// Tells it that the wire has carried out every order, and is set like that.
    fn reports(&mut self, settings: WireSettings) {
        let crossings = self.state.lab.crossings.iter();
        let mut kept = crossings.filter(|crossing| crossing.fate == Delivery::OnTheWay).peekable();
        let oldest = kept.peek().map(|crossing| crossing.segment.number);
        let (kept, orders_done) = (kept.count() as u64, u64::MAX);
        let status = WireStatus { settings, kept, oldest, orders_done, ..WireStatus::default() };
        self.wire(WireEvent::Status(status));
    }

    pub(crate) fn wire(&mut self, news: WireEvent) {
        self.tell(Event::Lab(LabEvent::Wire(vec![news])));
    }
}

pub(crate) fn segment(
    number: u64,
    [(from, local), (to, remote)]: [(Host, &str); 2],
    flags: Flags,
    (seq, ack): (u32, u32),
    data: &[u8],
) -> Segment {
    Segment {
        number,
        from,
        to,
        tuple: FiveTuple::tcp(local.parse().unwrap(), remote.parse().unwrap()),
        icmp: None,
        is_fragment: false,
        flags,
        seq,
        ack,
        length: u32::try_from(data.len()).unwrap(),
        first: data.to_vec(),
    }
}

/// The computers of a lab: the server at .10, clients from .13 on.
pub(crate) fn lab(computers: u8) -> Vec<LabComputer> {
    let last = (0..computers).map(|n| if n == 0 { 10 } else { 12 + n });
    (1..)
        .zip(last)
        .map(|(host, last)| {
            let ip6 = format!("fd00::{last}").parse().ok();
            LabComputer { host: Host(host), ip: [192, 168, 1, last].into(), ip6 }
        })
        .collect()
}
