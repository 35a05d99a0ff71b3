use crate::app::query::unaccepted::is_unaccepted;
use crate::app::{State, TableRow};
use crate::tcp::SocketId;
use crate::view::text;

/// Which columns the table has, and how wide they are, the space between them not counted. A column of no width is left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Columns {
    pub(crate) proto: usize,
    /// Recv-Q; it comes without Send-Q where there is hardly room.
    pub(crate) recv: usize,
    pub(crate) send: usize,
    pub(crate) address: usize,
    pub(crate) state: usize,
    pub(crate) role: usize,
    pub(crate) age: usize,
    pub(crate) owner: usize,
}

/// The chosen row's sign, the mark, and a space.
pub(crate) const SIGNS: usize = 3;

/// The bracket between both ends of a connection, right behind the role.
pub(crate) const BRACKET: usize = 1;

/// From this width of the role on there is room for "server end of laptop".
pub(crate) const ROOMY: usize = 18;

/// From this width of the age on there is room for "47 s left".
pub(crate) const LONG_AGE: usize = 9;

impl Columns {
    /// What fits into `room` columns when the longest address takes `address`: what is needed least goes first. While something `waits`
    /// in a receive queue, that matters more than ages.
    pub(crate) fn fitting(room: usize, address: usize, waits: bool) -> Columns {
        // An IPv4-mapped address and its port take 24.
        let most = if room < 100 { 23 } else { (room / 4).clamp(24, 47) };
        let most = if room < 160 { most.min(24) } else { most };
        let address = address.clamp(15, most.min(room.saturating_sub(34) / 2).max(15));
        let mut columns = Columns { address, state: 13, role: 8, ..Columns::default() };
        columns.widen(room, |c| c.proto = 5);
        columns.widen(room, |c| c.role = 15);
        if waits {
            columns.widen(room, |c| c.recv = 6);
        }
        columns.widen(room, |c| c.role = 16);
        columns.widen(room, |c| c.age = 5);
        columns.widen(room, |c| (c.recv, c.send) = (6, 6));
        columns.widen(room, |c| c.owner = 9);
        if columns.owner == 0 {
            // Beside two IPv4-mapped addresses there is hardly room for all.
            columns.widen(room, |c| (c.role, c.owner) = (c.role.min(15), 8));
        }
        columns.widen(room, |c| c.age = 6);
        columns.widen(room, |c| c.role = 21);
        columns.widen(room, |c| c.age = LONG_AGE);
        columns.widen(room, |c| c.owner = 11);
        columns.stretch(room, 15, |c| &mut c.owner);
        columns.stretch(room, 17, |c| &mut c.address);
        columns.stretch(room, 24, |c| &mut c.owner);
        columns.stretch(room, 23, |c| &mut c.address);
        columns.stretch(room, 26, |c| &mut c.role);
        columns.stretch(room, 40, |c| &mut c.owner);
        columns
    }

    /// The same with whole words for the time that is left, if need be in the place of the queues: in TIME_WAIT they are empty.
    pub(crate) fn with_time_left(self, room: usize) -> Columns {
        let wider = |recv, send| Columns { recv, send, age: self.age.max(LONG_AGE), ..self };
        let tries = [wider(self.recv, self.send), wider(0, 0)];
        let fitting = tries.into_iter().find(|columns| columns.width() <= room);
        fitting.unwrap_or(self)
    }

    /// How many columns all take.
    pub(crate) fn width(&self) -> usize {
        let with_space = |width: usize| if width == 0 { 0 } else { width + 1 };
        SIGNS
            + with_space(self.proto)
            + with_space(self.recv)
            + with_space(self.send)
            + 2 * with_space(self.address)
            + with_space(self.state)
            + self.role
            + BRACKET
            + with_space(self.age)
            + with_space(self.owner)
    }

    fn widen(&mut self, room: usize, change: impl Fn(&mut Columns)) {
        let mut wider = *self;
        change(&mut wider);
        if wider.width() <= room {
            *self = wider;
        }
    }

    /// Widens one column as far as there is room, at most to `most`; one that is left out stays out.
    fn stretch(&mut self, room: usize, most: usize, column: impl Fn(&mut Columns) -> &mut usize) {
        while self.width() < room {
            let mut wider = *self;
            let width = column(&mut wider);
            if *width == 0 || *width >= most {
                return;
            }
            *width += 1;
            if wider.width() > room {
                return;
            }
            *self = wider;
        }
    }
}

/// How many columns the longest address of these rows takes.
pub(crate) fn longest_address(rows: &[SocketId]) -> usize {
    let ends = rows.iter().flat_map(|row| [row.tuple.local, row.tuple.remote]);
    ends.map(|end| end.to_string().len()).max().unwrap_or(0)
}

/// Who holds the socket of `line`, in at most about `room` columns.
pub(crate) fn owner(state: &State, line: &TableRow, room: usize) -> String {
    let row = &line.row;
    if line.gone.is_some() {
        return String::new();
    }
    if row.inode == 0 {
        return match (is_unaccepted(state, line), room) {
            (true, 24..) => String::from("kernel, not accepted yet"),
            (true | false, _) => String::from("kernel"),
        };
    }
    let [long, short, least] = match state.sockets.owners.get(&row.inode) {
        Some(owner) if owner.pid == state.machine.pid => {
            let short = format!("fd {}", owner.fd);
            [format!("{} {short}", owner.pid), short.clone(), short]
        }
        Some(owner) => {
            let short = text::safe(&format!("{}/{}", owner.pid, owner.program));
            let long = text::safe(&owner.to_string());
            [long, short.clone(), short]
        }
        None if !state.sockets.hidden.contains(&row.inode) => return String::new(),
        // Our own sockets we may see: whoever had this one is gone.
        None if row.uid == state.machine.uid => return String::from("-"),
        None => {
            [format!("- (of user {})", row.uid), format!("- (user {})", row.uid), String::from("-")]
        }
    };
    // A number is shown whole, or not at all.
    let mut tries = [long, short].into_iter();
    let fitting = tries.find(|text| text::width(text) <= room);
    fitting.unwrap_or(least)
}

/// The protocol as netstat prints it.
pub(crate) fn proto(row: &SocketId) -> String {
    let six = if row.tuple.local.ip.is_ipv6() { "6" } else { "" };
    format!("{}{six}", row.tuple.protocol)
}
