//! A reader in the lab: told of computers with tables of their own, and of segments on the wire between them.

use std::time::Duration;

use fivetuple::app::{Event, TableUpdate};
use fivetuple::tcp::{
    Change, Delivery, DropReason, Endpoint, FiveTuple, Flags, Host, LabComputer, LabEvent,
    LabLimits, ListenSpec, Segment, Snapshot, SocketEvent, WireEvent, WireSettings, WireStatus,
};

use crate::robot::{Robot, own};

/// The server's computer.
pub(crate) const SERVER: Host = Host(1);
/// The laptop.
pub(crate) const LAPTOP: Host = Host(2);
/// The server's listening socket.
pub(crate) const LISTEN: &str = "tcp 0 128 192.168.1.10:500 0.0.0.0:* LISTEN host=1 inode=9";
/// The laptop's call.
pub(crate) const CALLS: &str =
    "tcp 0 1 192.168.1.13:44506 192.168.1.10:500 SYN_SENT host=2 inode=11 cookie=7";
/// The laptop's end.
pub(crate) const CLIENT: &str =
    "tcp 0 0 192.168.1.13:44506 192.168.1.10:500 ESTABLISHED host=2 inode=11 cookie=7";
/// The server's answer.
pub(crate) const ANSWERS: &str = "tcp 0 0 192.168.1.10:500 192.168.1.13:44506 SYN_RECV host=1";
/// The server's end.
pub(crate) const SERVES: &str =
    "tcp 0 0 192.168.1.10:500 192.168.1.13:44506 ESTABLISHED host=1 inode=12 cookie=8";
/// The numbers that both ends begin with.
pub(crate) const FIRST: [u32; 2] = [2_893_040_112, 1_117_208_640];

impl Robot {
    /// A dashboard with a lab of `computers`.
    pub(crate) fn in_lab(computers: u8) -> Robot {
        let mut robot = Robot::new();
        robot.enter_lab(computers);
        robot
    }

    /// Sets a lab of `computers` up.
    pub(crate) fn enter_lab(&mut self, computers: u8) {
        self.state.lab.spec.computers = computers;
        self.press("N");
        self.tell(Event::Lab(LabEvent::Up {
            computers: lab(computers),
            limits: LabLimits::MEANT,
            took: Duration::from_millis(5),
        }));
        self.orders();
    }

    /// A lab whose server listens at port 500.
    pub(crate) fn listening_in_lab() -> Robot {
        let mut robot = Robot::in_lab(4);
        robot.state.server.spec.at.port.0 = 500;
        robot.press("l");
        robot.orders();
        robot.hear(SocketEvent::Listening {
            spec: ListenSpec {
                host: SERVER,
                ..ListenSpec::at(Endpoint::new([192, 168, 1, 10], 500))
            },
            sockets: vec![own(LISTEN, 9)],
        });
        robot.tables(&[LISTEN], &[]);
        robot
    }

    /// The laptop has called with c, and its SYN waits on a held wire.
    pub(crate) fn calling_in_lab() -> Robot {
        let mut robot = Robot::listening_in_lab();
        robot.press("h c");
        robot.hear(SocketEvent::Connecting(own(CALLS, 11)));
        robot.sends(1, (LAPTOP, Flags::SYN), (0, 0), b"");
        robot.tables(&[LISTEN], &[CALLS]);
        robot.later(Duration::from_millis(400));
        robot
    }

    /// Tells it the tables of the server and of the laptop.
    pub(crate) fn tables(&mut self, server: &[&str], laptop: &[&str]) {
        for (host, rows) in [(SERVER, server), (LAPTOP, laptop)] {
            let table: Snapshot = rows.join("\n").parse().unwrap();
            assert!(table.rows.iter().all(|row| row.host == host));
            self.tell(Event::TableRead(TableUpdate {
                host,
                changes: table.rows.into_iter().map(Change::Appeared).collect(),
                afresh: true,
                source: "sock_diag",
                ..TableUpdate::default()
            }));
        }
    }

    /// Tells it that these rows of a computer's table are there no more.
    pub(crate) fn vanish(&mut self, host: Host, rows: &[&str]) {
        let vanished = |row: &&str| Change::Vanished(row.parse().unwrap());
        self.tell(Event::TableRead(TableUpdate {
            host,
            changes: rows.iter().map(vanished).collect(),
            source: "sock_diag",
            ..TableUpdate::default()
        }));
    }

    /// Tells it that a segment was put on the wire; its numbers are counted from the SYN of each end.
    pub(crate) fn sends(
        &mut self,
        number: u64,
        (from, flags): (Host, Flags),
        (seq, ack): (u32, u32),
        data: &[u8],
    ) {
        let (server, laptop) =
            (Endpoint::new([192, 168, 1, 10], 500), Endpoint::new([192, 168, 1, 13], 44506));
        let is_servers = from == SERVER;
        let [own, other] = if is_servers { [FIRST[1], FIRST[0]] } else { FIRST };
        let (local, remote) = if is_servers { (server, laptop) } else { (laptop, server) };
        let segment = Segment {
            number,
            from,
            to: if is_servers { LAPTOP } else { SERVER },
            tuple: FiveTuple::tcp(local, remote),
            is_refusal: false,
            is_fragment: false,
            flags,
            seq: own.wrapping_add(seq),
            ack: other.wrapping_add(ack),
            length: u32::try_from(data.len()).unwrap(),
            first: data.to_vec(),
        };
        let at = self.state.now;
        self.wire(WireEvent::Sent { at, segment });
    }

    /// Tells it that a segment without data went from one end to another.
    pub(crate) fn crosses(
        &mut self,
        number: u64,
        (from, local): (Host, &str),
        (to, remote): (Host, &str),
        flags: Flags,
    ) {
        let [local, remote] = [local, remote].map(|end| end.parse().unwrap());
        let segment = Segment {
            number,
            from,
            to,
            tuple: FiveTuple::tcp(local, remote),
            is_refusal: false,
            is_fragment: false,
            flags,
            seq: FIRST[0],
            ack: FIRST[1],
            length: 0,
            first: Vec::new(),
        };
        let at = self.state.now;
        self.wire(WireEvent::Sent { at, segment });
        self.arrives(number);
    }

    /// Tells it that a segment reached the other computer.
    pub(crate) fn arrives(&mut self, number: u64) {
        let at = self.state.now;
        self.wire(WireEvent::Arrived { at, number });
    }

    /// Tells it that a segment was dropped.
    pub(crate) fn loses(&mut self, number: u64) {
        self.loses_to(number, DropReason::Dropped);
    }

    /// Tells it what a segment was lost to.
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
        let (kept, obeyed) = (kept.count() as u64, u64::MAX);
        let status = WireStatus { settings, kept, oldest, obeyed, ..WireStatus::default() };
        self.wire(WireEvent::Status(status));
    }

    fn wire(&mut self, news: WireEvent) {
        self.tell(Event::Lab(LabEvent::Wire(vec![news])));
    }
}

/// The computers of a lab: the server at .10, clients from .13 on.
pub(crate) fn lab(computers: u8) -> Vec<LabComputer> {
    let last = (0..computers).map(|n| if n == 0 { 10 } else { 12 + n });
    (1..)
        .zip(last)
        .map(|(host, last)| LabComputer { host: Host(host), ip: [192, 168, 1, last].into() })
        .collect()
}
