//! A reader made of strings: presses keys, is told what the kernel's table shows, and says what stands on the screen.

use std::time::Duration;

use fivetuple::app::{Action, Clients, Effect, Event, Key, Server, State, TableUpdate, update};
use fivetuple::tcp::{
    Call, Change, Command, ConnectId, ConnectSpec, Endpoint, Errno, Host, HostLimits, ListenSpec,
    Moment, OwnSocket, Snapshot, SocketEvent, SocketId, SocketRow, SyscallError,
};

use crate::support::changes::changes;

/// A dashboard without a terminal, a kernel or a clock.
pub(crate) struct Robot {
    pub(crate) state: State,
    now: Moment,
    kernel: Snapshot,
    orders: Vec<Effect>,
}

impl Robot {
    /// A dashboard as it is at the start, for port 5000.
    pub(crate) fn new() -> Robot {
        Robot::at(5000)
    }

    /// A dashboard for whichever port the kernel picks.
    pub(crate) fn anywhere() -> Robot {
        Robot::at(0)
    }

    fn at(port: u16) -> Robot {
        let at = Endpoint::new([127, 0, 0, 1], port);
        let connect =
            ConnectSpec { payload: b"Test payload.".to_vec(), ..ConnectSpec::to(at.into()) };
        let machine = HostLimits {
            pid: 4121,
            descriptors: 20_000,
            addresses: vec![[127, 0, 0, 1].into()],
            ..HostLimits::default()
        };
        let state = State::new(
            machine,
            Duration::from_secs(14 * 3600),
            Server::new(ListenSpec::at(at)),
            Clients::new(4, connect),
        );
        let mut robot =
            Robot { state, now: Moment::default(), kernel: Snapshot::default(), orders: vec![] };
        robot.kernel("");
        robot
    }

    /// A dashboard that listens, with the LISTEN row in the table.
    pub(crate) fn listening() -> Robot {
        let mut robot = Robot::new();
        robot.press("l");
        robot.hear(SocketEvent::Listening {
            spec: ListenSpec::at(Endpoint::new([127, 0, 0, 1], 5000)),
            sockets: vec![own(LISTEN, 9)],
        });
        robot.kernel(LISTEN);
        robot
    }

    /// Presses l, and bind() says that port 5000 is taken.
    pub(crate) fn finds_the_port_taken(&mut self) {
        self.press("l");
        self.hear(SocketEvent::ListenFailed {
            spec: ListenSpec::at(Endpoint::new([127, 0, 0, 1], 5000)),
            why: SyscallError { call: Call::Bind, errno: Errno::EADDRINUSE },
        });
    }

    /// Presses keys, separated by spaces; `5c` is a count and a key.
    pub(crate) fn press(&mut self, keys: &str) {
        for word in keys.split_whitespace() {
            let digits = word.chars().take_while(char::is_ascii_digit).count();
            let (count, key) = if digits < word.len() { word.split_at(digits) } else { ("", word) };
            for digit in count.chars() {
                self.tell(Event::Pressed(Key::Char(digit)));
            }
            self.tell(Event::Pressed(key.parse().unwrap()));
        }
    }

    /// Types a text, letter by letter.
    pub(crate) fn type_text(&mut self, text: &str) {
        text.chars().for_each(|c| self.tell(Event::Pressed(Key::Char(c))));
    }

    /// Tells it what the kernel's table shows now.
    pub(crate) fn kernel(&mut self, table: &str) {
        let after: Snapshot = table.parse().unwrap();
        let changes = changes(&self.kernel, &after);
        self.kernel = after;
        self.tell(Event::TableRead(TableUpdate {
            changes,
            source: "sock_diag",
            ..TableUpdate::default()
        }));
    }

    /// Tells it the whole table, as after a change of what is watched.
    pub(crate) fn kernel_afresh(&mut self, table: &str) {
        let after: Snapshot = table.parse().unwrap();
        let changes = after.rows.iter().copied().map(Change::Appeared).collect();
        self.kernel = after;
        self.tell(Event::TableRead(TableUpdate {
            changes,
            afresh: true,
            source: "sock_diag",
            ..TableUpdate::default()
        }));
    }

    /// Tells it what TCP said.
    ///
    /// An answer without an id is one to the burst that is under way, or else to the oldest order.
    pub(crate) fn hear(&mut self, mut news: SocketEvent) {
        let clients = &self.state.clients;
        let burst = clients.under_way.as_ref().map(|burst| burst.id);
        let order = burst.or(clients.orders.keys().next().copied()).unwrap_or_default();
        if let SocketEvent::Connecting(own) | SocketEvent::Connected(own) = &mut news {
            own.order.get_or_insert(order);
        }
        if let SocketEvent::ConnectFailed { spec: ConnectSpec { id, .. }, .. }
        | SocketEvent::BurstBegun { id, .. }
        | SocketEvent::BurstEnded { id, .. } = &mut news
            && *id == ConnectId::default()
        {
            *id = order;
        }
        self.orders.extend(update(&mut self.state, self.now, Event::Net(news)));
    }

    /// A wish without a key.
    pub(crate) fn ask(&mut self, action: Action) {
        self.tell(Event::Requested(action));
    }

    /// Lets time go by.
    pub(crate) fn later(&mut self, time: Duration) {
        self.now = self.now.plus(time);
        self.tell(Event::Ticked);
    }

    /// Tells it any fact.
    pub(crate) fn tell(&mut self, event: Event) {
        self.orders.extend(update(&mut self.state, self.now, event));
        self.state.arrange();
    }

    /// What it asked of TCP since the last call.
    pub(crate) fn commands(&mut self) -> Vec<Command> {
        let orders = std::mem::take(&mut self.orders).into_iter();
        orders
            .filter_map(|order| match order {
                Effect::Run(command) => Some(command),
                Effect::Watch(_)
                | Effect::Lookup(_)
                | Effect::Lab(_)
                | Effect::Save { .. }
                | Effect::Exit => None,
            })
            .collect()
    }

    /// All it ordered since the last call.
    pub(crate) fn orders(&mut self) -> Vec<Effect> {
        std::mem::take(&mut self.orders)
    }

    /// The newest sentence.
    pub(crate) fn said(&self) -> &str {
        self.state.notices.last().map_or("", |notice| &notice.text)
    }

    /// The rows that are shown, as `local foreign STATE`, with `gone` behind a ghost.
    pub(crate) fn table(&mut self) -> Vec<String> {
        self.state.arrange();
        let lines = self.state.ui.shown.iter().filter_map(|name| self.state.seen().get(*name));
        lines
            .map(|line| {
                let SocketRow { tuple, state, .. } = line.row;
                let ghost =
                    line.gone.map_or_else(String::new, |gone| format!(" {}", gone.why.words()));
                format!("{} {} {state}{ghost}", tuple.local, tuple.remote)
            })
            .collect()
    }
}

/// The row of a listener at port 5000.
pub(crate) const LISTEN: &str = "tcp 0 128 127.0.0.1:5000 0.0.0.0:* LISTEN inode=9";

/// The socket of ours behind a row that is given as text.
pub(crate) fn own(row: &str, fd: u32) -> OwnSocket {
    let row: SocketRow = row.parse().unwrap();
    OwnSocket { name: row.name(), fd, inode: row.inode, order: None }
}

/// The name of the connected TCP socket between two ends.
pub(crate) fn end(local: &str, remote: &str) -> SocketId {
    let tuple = fivetuple::tcp::FiveTuple::tcp(local.parse().unwrap(), remote.parse().unwrap());
    SocketId::connected(Host::THIS, tuple)
}
