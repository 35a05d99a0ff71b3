use std::collections::{BTreeSet, HashMap, HashSet, VecDeque};

use crate::app::Sight;
use crate::app::line::{Gone, Line, Why};
use crate::tcp::{
    Change, Ending, Endpoint, FiveTuple, Host, Moment, OwnSocket, Owner, Port, Protocol, RowName,
    SocketRow, TcpState,
};

/// The kernel's table as it was last seen, in the order in which connections were born; both ends of one stand together.
#[derive(Clone, Debug, Default)]
pub struct Sockets {
    lines: HashMap<RowName, Line>,
    order: BTreeSet<Place>,
    births: HashMap<FiveTuple, Birth>,
    next_birth: u64,
    ghosts: VecDeque<RowName>,
    listening: HashMap<Port, u32>,
    /// Who holds which inode.
    pub owners: HashMap<u64, Owner>,
    /// Where the rows come from: `sock_diag` or `procfs`.
    pub source: &'static str,
    /// Whether the kernel said at the last look that rows may be missing.
    pub torn: bool,
    /// Why the table could not be read, and since when.
    pub blind: Option<(Moment, String)>,
    counts: [u32; TcpState::ALL.len()],
    open: usize,
    touched: Option<Moment>,
}

/// Where a line stands: by the birth of its connection, the server's end first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    birth: u64,
    is_client: bool,
    name: RowName,
}

#[derive(Clone, Copy, Debug)]
struct Birth {
    number: u64,
    lines: u8,
    open: u8,
}

impl Sockets {
    /// Takes what a look at the kernel's table brought. `serves` tells which ports are, or were, our own server's.
    pub fn see(&mut self, at: Moment, sight: &Sight, serves: impl Fn(Port) -> bool) {
        self.source = sight.source;
        self.torn = sight.torn;
        self.blind = None;
        self.touched = Some(at);
        if sight.afresh {
            self.start_afresh(at, &sight.changes, &serves);
            return;
        }
        // What vanished comes last: why it did may show in the state of its other end.
        for change in &sight.changes {
            if let Change::Appeared(row) | Change::Moved { to: row, .. } = change {
                self.saw(at, *row, &serves);
            }
        }
        for change in &sight.changes {
            if let Change::Vanished(row) = change {
                self.vanished(at, row);
            }
        }
    }

    fn start_afresh(&mut self, at: Moment, changes: &[Change], serves: &impl Fn(Port) -> bool) {
        let mut rows: Vec<SocketRow> = changes
            .iter()
            .filter_map(|change| match change {
                Change::Appeared(row) | Change::Moved { to: row, .. } => Some(*row),
                Change::Vanished(_) => None,
            })
            .collect();
        rows.sort_by_key(|row| (row.state != TcpState::Listen, row.tuple.connection()));
        let there: HashSet<RowName> = rows.iter().map(SocketRow::name).collect();
        let missing: Vec<RowName> = self
            .lines
            .keys()
            .filter(|name| !there.contains(name))
            .copied()
            .collect();
        for name in missing {
            self.forget(name);
        }
        for row in rows {
            self.saw(at, row, serves);
        }
    }

    /// Takes one row as the kernel shows it now.
    fn saw(&mut self, at: Moment, row: SocketRow, serves: &impl Fn(Port) -> bool) {
        let name = row.name();
        match self.lines.get_mut(&name) {
            Some(line) if line.gone.is_none() && line.row.is_same_socket(&row) => {
                let before = line.row.state;
                line.saw(row, at);
                self.recount(&row, Some(before), Some(row.state));
            }
            Some(_) => {
                self.forget(name);
                self.insert(Line::new(row, at), serves);
            }
            None => self.insert(Line::new(row, at), serves),
        }
    }

    fn insert(&mut self, line: Line, serves: &impl Fn(Port) -> bool) {
        let (row, name) = (line.row, line.row.name());
        let alive = line.gone.is_none();
        let local = row.tuple.local.port;
        let is_server_port = |port: Port| serves(port) || self.listening.contains_key(&port);
        let is_client = row.tuple.is_connected()
            && !(is_server_port(local) && (local != row.tuple.remote.port));
        let next = self.next_birth;
        let birth = self.births.entry(birth_key(name)).or_insert(Birth {
            number: next,
            lines: 0,
            open: 0,
        });
        birth.lines += 1;
        if birth.number == next {
            self.next_birth += 1;
        }
        self.order.insert(Place {
            birth: birth.number,
            is_client,
            name,
        });
        self.lines.insert(name, line);
        if alive {
            self.recount(&row, None, Some(row.state));
        }
    }

    /// Marks a row as gone: it stays as a ghost for a while, with the reason.
    fn vanished(&mut self, at: Moment, last: &SocketRow) {
        let name = last.name();
        let alive = |line: &&Line| line.gone.is_none() && line.row.is_same_socket(last);
        let Some(line) = self.lines.get(&name).filter(alive) else {
            return;
        };
        let why = self.why_gone(line);
        let row = line.row;
        self.recount(&row, Some(row.state), None);
        if let Some(line) = self.lines.get_mut(&name) {
            line.gone = Some(Gone { at, why });
            self.ghosts.push_back(name);
        }
    }

    fn why_gone(&self, line: &Line) -> Why {
        match line.row.state {
            TcpState::TimeWait => return Why::TimeWaitOver,
            TcpState::Listen => return Why::Stopped,
            TcpState::SynSent => return Why::NeverConnected,
            TcpState::Closed => return Why::Unknown,
            TcpState::SynReceived
            | TcpState::Established
            | TcpState::FinWait1
            | TcpState::FinWait2
            | TcpState::CloseWait
            | TcpState::Closing
            | TcpState::LastAck => (),
        }
        let other = self.mirror(line.row.name());
        let client = self.is_client(line.row.name());
        if line.was_reset() || other.is_some_and(Line::was_reset) {
            return Why::Reset;
        }
        let this_first = line.closed_first();
        let other_first = other.is_some_and(Line::closed_first) || line.was(TcpState::CloseWait);
        match (this_first || other_first, this_first == client) {
            (false, _) => Why::Unknown,
            (true, true) => Why::ClosedByClient,
            (true, false) => Why::ClosedByServer,
        }
    }

    /// Remembers what one of our own ends was told about its end. A connection that no look ever showed gets a line that says so.
    pub fn ended(&mut self, at: Moment, name: RowName, how: Ending, serves: impl Fn(Port) -> bool) {
        if let Some(line) = self.lines.get_mut(&name) {
            line.ending = Some(how);
            return;
        }
        let mut line = Line::new(
            SocketRow {
                host: name.host,
                ..SocketRow::new(name.tuple, TcpState::Established)
            },
            at,
        );
        line.told = true;
        line.ending = Some(how);
        let why = if line.was_reset() {
            Why::Reset
        } else {
            Why::Unknown
        };
        line.gone = Some(Gone { at, why });
        self.insert(line, &serves);
        self.ghosts.push_back(name);
    }

    /// Takes ghosts away whose time is over; says whether there were any.
    pub fn lay_ghosts(&mut self, now: Moment) -> bool {
        let before = self.ghosts.len();
        while let Some(name) = self.ghosts.front().copied() {
            let gone = self.lines.get(&name).and_then(|line| line.gone);
            if gone.is_some_and(|gone| now.since(gone.at) < Line::GHOST) {
                break;
            }
            self.ghosts.pop_front();
            if gone.is_some() {
                self.forget(name);
            }
        }
        before != self.ghosts.len()
    }

    /// When the next ghost's time is over.
    pub fn next_ghost(&self) -> Option<Moment> {
        let gone = self.lines.get(self.ghosts.front()?)?.gone?;
        Some(gone.at.plus(Line::GHOST))
    }

    /// Whether a row appeared or changed so shortly before `now` that it is still marked.
    pub fn is_fresh(&self, now: Moment) -> bool {
        self.touched
            .is_some_and(|touched| now.since(touched) <= Line::FRESH)
    }

    fn forget(&mut self, name: RowName) {
        let Some(line) = self.lines.remove(&name) else {
            return;
        };
        if line.gone.is_none() {
            self.recount(&line.row, Some(line.row.state), None);
        }
        let key = birth_key(name);
        let Some(birth) = self.births.get_mut(&key) else {
            return;
        };
        let number = birth.number;
        birth.lines = birth.lines.saturating_sub(1);
        if birth.lines == 0 {
            self.births.remove(&key);
        }
        for is_client in [false, true] {
            self.order.remove(&Place {
                birth: number,
                is_client,
                name,
            });
        }
    }

    fn recount(&mut self, row: &SocketRow, before: Option<TcpState>, after: Option<TcpState>) {
        let was_open = before.is_some_and(is_open);
        let is_now = after.is_some_and(is_open);
        if was_open != is_now
            && let Some(birth) = self.births.get_mut(&birth_key(row.name()))
        {
            let had = birth.open > 0;
            birth.open = birth
                .open
                .saturating_add_signed(if is_now { 1 } else { -1 });
            match (had, birth.open > 0) {
                (false, true) => self.open += 1,
                (true, false) => self.open = self.open.saturating_sub(1),
                (true, true) | (false, false) => (),
            }
        }
        if before == after || row.tuple.protocol == Protocol::Udp {
            return;
        }
        for (state, step) in [(before, -1), (after, 1)] {
            let Some(state) = state else { continue };
            let count = &mut self.counts[state as usize];
            *count = count.saturating_add_signed(step);
            if state == TcpState::Listen {
                let sockets = self.listening.entry(row.tuple.local.port).or_default();
                *sockets = sockets.saturating_add_signed(step);
                if *sockets == 0 {
                    self.listening.remove(&row.tuple.local.port);
                }
            }
        }
    }

    /// Takes note of a descriptor of our own.
    pub fn own(&mut self, socket: &OwnSocket, pid: u32) {
        let owner = Owner {
            pid,
            program: String::from("fivetuple"),
            fd: socket.fd,
        };
        self.owners.insert(socket.inode, owner);
    }

    /// The line of that name.
    pub fn get(&self, name: RowName) -> Option<&Line> {
        self.lines.get(&name)
    }

    /// The line of the other end of the same connection, if it stands in the table.
    pub fn mirror(&self, name: RowName) -> Option<&Line> {
        let mirrored = name.tuple.mirrored();
        if mirrored == name.tuple || !name.tuple.is_connected() {
            return None;
        }
        let same = self.lines.get(&RowName {
            tuple: mirrored,
            ..name
        });
        same.or_else(|| {
            let number = self.births.get(&birth_key(name))?.number;
            self.around(number)
                .find(|other| **other != name)
                .and_then(|other| self.lines.get(other))
        })
    }

    fn around(&self, birth: u64) -> impl Iterator<Item = &RowName> {
        let lowest = RowName::connected(
            Host::THIS,
            FiveTuple::tcp(Endpoint::nobody(), Endpoint::nobody()),
        );
        let from = Place {
            birth,
            is_client: false,
            name: lowest,
        };
        self.order
            .range(from..)
            .take_while(move |place| place.birth == birth)
            .map(|place| &place.name)
    }

    /// Whether the row is the client's end of its connection, as far as ports that listen tell.
    pub fn is_client(&self, name: RowName) -> bool {
        let number = self.births.get(&birth_key(name)).map(|birth| birth.number);
        number.is_some_and(|birth| {
            self.order.contains(&Place {
                birth,
                is_client: true,
                name,
            })
        })
    }

    /// Every line in its order.
    pub fn in_order(&self) -> impl DoubleEndedIterator<Item = &Line> {
        self.order
            .iter()
            .filter_map(|place| self.lines.get(&place.name))
    }

    /// How many rows of TCP the kernel has in that state.
    pub fn count(&self, state: TcpState) -> u32 {
        self.counts[state as usize]
    }

    /// How many lines there are, ghosts too.
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// Whether there is no line.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// How many connections are open: two ends of one count once, TIME_WAIT does not count.
    pub fn connections(&self) -> usize {
        self.open
    }
}

/// Whether an end in that state belongs to a connection that is being made, open, or not yet closed by both.
fn is_open(state: TcpState) -> bool {
    !matches!(
        state,
        TcpState::Listen | TcpState::TimeWait | TcpState::Closed
    )
}

/// Both ends of a connection have one birth; sockets that are not connected have each their own.
fn birth_key(name: RowName) -> FiveTuple {
    if name.tuple.is_connected() {
        return name.tuple.connection();
    }
    // The inode tells sockets apart that share an address (SO_REUSEPORT); as a foreign port it cannot clash with a connection.
    let mark = Endpoint {
        ip: inode_address(name.inode),
        port: Port::ANY,
    };
    FiveTuple {
        remote: mark,
        ..name.tuple
    }
}

fn inode_address(inode: u64) -> std::net::IpAddr {
    std::net::Ipv6Addr::from(u128::from(inode)).into()
}
