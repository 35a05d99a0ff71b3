//! A reader made of strings: presses keys, is told what the kernel's table shows, and says what stands on the screen.

mod changes;

use std::net::IpAddr;
use std::time::Duration;

use fivetuple::app::{
    Action, Clients, Effect, Event, Form, Key, Notice, Overlay, Servers, State, TableUpdate, update,
};
use fivetuple::tcp::{
    Burst, Call, Change, CloseKind, Command, ConnectId, ConnectSpec, Endpoint, Errno, Host,
    HostLimits, ListenSpec, ListenerId, Moment, OwnSocket, Snapshot, SocketEvent, SocketId,
    SocketRow, SyscallError,
};

pub(crate) use changes::changes;

/// A dashboard without a terminal, a kernel or a clock.
pub(crate) struct Robot {
    pub(crate) state: State,
    now: Moment,
    kernel: Snapshot,
    orders: Vec<Effect>,
}

impl Robot {
    /// As it is at the start, for port 5000.
    pub(crate) fn new() -> Robot {
        Robot::at(5000)
    }

    /// A dashboard for whichever port the kernel picks.
    pub(crate) fn anywhere() -> Robot {
        Robot::at(0)
    }

    fn at(port: u16) -> Robot {
        let at = Endpoint::new([127, 0, 0, 1], port);
        let payload = b"Test payload.".to_vec();
        let connect = ConnectSpec { payload, ..ConnectSpec::to(at.into()) };
        let machine = HostLimits {
            pid: 4121,
            descriptors: 20_000,
            addresses: vec![IpAddr::from([127, 0, 0, 1]).into()],
            ..HostLimits::default()
        };
        let (servers, clients) = (Servers::new(ListenSpec::at(at)), Clients::new(4, connect));
        let state = State::new(machine, Duration::from_secs(14 * 3600), servers, clients);
        let mut robot =
            Robot { state, now: Moment::default(), kernel: Snapshot::default(), orders: vec![] };
        robot.kernel("");
        robot
    }

    pub(crate) fn listening() -> Robot {
        let mut robot = Robot::new();
        robot.press("l");
        robot.listens(ListenSpec::at(Endpoint::new([127, 0, 0, 1], 5000)), LISTEN);
        robot.kernel(LISTEN);
        robot
    }

    pub(crate) fn listens(&mut self, spec: ListenSpec, row: &str) {
        self.hear(SocketEvent::Listening { spec, sockets: vec![own(row, 9)] });
    }

    pub(crate) fn accepts(&mut self, row: &str, fd: u32) {
        self.hear(SocketEvent::Accepted { socket: own(row, fd), on: (ListenerId::FIRST, 0) });
    }

    /// bind() fails for a listener as it is configured.
    pub(crate) fn bind_fails(&mut self, errno: Errno) {
        let spec = self.state.server().spec.clone();
        self.hear(SocketEvent::ListenFailed {
            spec,
            why: SyscallError { call: Call::Bind, errno },
        });
    }

    pub(crate) fn connect_fails(&mut self, spec: &ConnectSpec, call: Call, errno: Errno) {
        self.hear(SocketEvent::ConnectFailed {
            to: spec.to.endpoint(),
            spec: spec.clone(),
            local: None,
            why: SyscallError { call, errno },
        });
    }

    pub(crate) fn closes(&mut self, at: SocketId, how: CloseKind) {
        self.hear(SocketEvent::Closed { at, how });
    }

    pub(crate) fn burst_begins(&mut self, count: u32) {
        let burst = Burst { count, ..Burst::ONE };
        self.hear(SocketEvent::BurstBegun { id: ConnectId::default(), burst, whole_range: false });
    }

    pub(crate) fn burst_ends(&mut self, opened: u32, asked: u32) {
        self.hear(SocketEvent::BurstEnded {
            id: ConnectId::default(),
            opened,
            asked,
            took: Duration::from_millis(5),
        });
    }

    /// Presses l, and bind() says that port 5000 is taken.
    pub(crate) fn finds_the_port_taken(&mut self) {
        self.press("l");
        self.bind_fails(Errno::EADDRINUSE);
    }

    /// Presses keys, separated by spaces, of which none waits for what the ones before it ordered; `5c` is a count and a key.
    pub(crate) fn press(&mut self, keys: &str) {
        for word in keys.split_whitespace() {
            self.state.ui.ahead.hurries = true;
            self.press_word(word);
        }
    }

    /// Presses keys as in one write.
    pub(crate) fn press_at_once(&mut self, keys: &str) {
        self.state.ui.ahead.hurries = false;
        keys.split_whitespace().for_each(|word| self.press_word(word));
    }

    fn press_word(&mut self, word: &str) {
        let digits = word.chars().take_while(char::is_ascii_digit).count();
        let (count, key) = if digits < word.len() { word.split_at(digits) } else { ("", word) };
        self.type_text(count);
        self.tell(Event::Pressed(key.parse().unwrap()));
    }

    pub(crate) fn type_text(&mut self, text: &str) {
        text.chars().for_each(|c| self.tell(Event::Pressed(Key::Char(c))));
    }

    /// Presses keys, types a text, and applies it.
    pub(crate) fn enter(&mut self, keys: &str, text: &str) {
        self.press(keys);
        self.type_text(text);
        self.press("Enter");
    }

    /// Tells it what the kernel's table shows now.
    pub(crate) fn kernel(&mut self, table: &str) {
        let after: Snapshot = table.parse().unwrap();
        let changes = changes(&self.kernel, &after);
        self.kernel = after;
        self.reads(Host::THIS, changes, false);
    }

    /// Tells it what was read of a computer's table.
    pub(crate) fn reads(&mut self, host: Host, changes: Vec<Change>, afresh: bool) {
        let source = "sock_diag";
        let read = TableUpdate { host, changes, afresh, source, ..TableUpdate::default() };
        self.tell(Event::TableRead(read));
    }

    /// Tells it the whole table, as after a change of what is watched.
    pub(crate) fn kernel_afresh(&mut self, table: &str) {
        let after: Snapshot = table.parse().unwrap();
        let changes = after.rows.iter().copied().map(Change::Appeared).collect();
        self.kernel = after;
        self.reads(Host::THIS, changes, true);
    }

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

    pub(crate) fn later(&mut self, time: Duration) {
        self.now = self.now.plus(time);
        self.tell(Event::Ticked);
    }

    pub(crate) fn tell(&mut self, event: Event) {
        self.orders.extend(update(&mut self.state, self.now, event));
        self.state.arrange();
    }

    /// The newest sentence, once no look is waited for any more.
    pub(crate) fn said_in_the_end(&mut self) -> String {
        self.later(Duration::from_secs(1));
        self.said()
    }

    /// What it asked of TCP since the last call.
    pub(crate) fn commands(&mut self) -> Vec<Command> {
        let run = |order| if let Effect::Run(command) = order { Some(command) } else { None };
        self.orders().into_iter().filter_map(run).collect()
    }

    /// What these keys ask of TCP.
    pub(crate) fn commands_by(&mut self, keys: &str) -> Vec<Command> {
        self.orders();
        self.press(keys);
        self.commands()
    }

    /// All that these keys order.
    pub(crate) fn orders_by(&mut self, keys: &str) -> Vec<Effect> {
        self.orders();
        self.press(keys);
        self.orders()
    }

    /// Presses keys, which bring a sentence with `words`.
    #[track_caller]
    pub(crate) fn press_says(&mut self, keys: &str, words: &str) {
        self.press(keys);
        self.says(words);
    }

    /// All it ordered since the last call.
    pub(crate) fn orders(&mut self) -> Vec<Effect> {
        std::mem::take(&mut self.orders)
    }

    pub(crate) fn said(&self) -> String {
        self.state.notices.last().map_or_else(String::new, Notice::text)
    }

    /// Fails unless the newest sentence contains `words`.
    #[track_caller]
    pub(crate) fn says(&self, words: &str) {
        let said = self.said();
        assert!(said.contains(words), "{words:?} is not in: {said}");
    }

    #[track_caller]
    pub(crate) fn says_first(&self, words: &str) {
        let said = self.said();
        assert!(said.starts_with(words), "{words:?} does not begin: {said}");
    }

    #[track_caller]
    pub(crate) fn says_not(&self, words: &str) {
        let said = self.said();
        assert!(!said.contains(words), "{words:?} is in: {said}");
    }

    #[track_caller]
    pub(crate) fn form(&self) -> &Form {
        match &self.state.ui.overlay {
            Some(Overlay::Form(_, form)) => form,
            other => panic!("no form but {other:?}"),
        }
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

pub(crate) const LISTEN: &str = "tcp 0 128 127.0.0.1:5000 0.0.0.0:* LISTEN inode=9";

/// The socket of ours behind a row that is given as text.
pub(crate) fn own(row: &str, fd: u32) -> OwnSocket {
    let row: SocketRow = row.parse().unwrap();
    OwnSocket { name: row.name(), fd, inode: row.inode, order: None }
}

pub(crate) fn end(local: &str, remote: &str) -> SocketId {
    let tuple = fivetuple::tcp::FiveTuple::tcp(local.parse().unwrap(), remote.parse().unwrap());
    SocketId::connected(Host::THIS, tuple)
}
