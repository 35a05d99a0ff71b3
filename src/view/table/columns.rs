//! The columns of the dashboard's own table.

use ratatui::text::Span;

use crate::app::query::server_side::is_unaccepted;
use crate::app::{Gone, GoneReason, State, TableRow};
use crate::tcp::{Protocol, SocketId, TcpState};
use crate::view::ThemeRole::{Dim, Text, Warning};
use crate::view::style::glyphs::{HOLLOW, REFUSED, glyph};
use crate::view::table::column::ColumnWidth::{UpTo, Whole};
use crate::view::table::column::{
    AGE, Column, ColumnLayout, ROLE, RowView, STATE, WITH_SYMBOLS, plain,
};
use crate::view::table::role::role;
use crate::view::table::timer::{countdown, time_left, unanswered, with_time_left};
use crate::view::{Scene, text};

const OWNER: &str = "Owner";
const LONG_AGE: usize = 9;

/// The columns that fit into `room` for these rows. Unread data matters more than ages.
pub(crate) fn fitting(scene: Scene<'_>, room: usize, rows: &[SocketId]) -> ColumnLayout {
    ColumnLayout::new(columns(scene, room, rows), room, WITH_SYMBOLS)
}

/// The same with whole words for the time that is left, if a row has one, and without queues where nothing waits in one: who owns the
/// rows matters more.
pub(crate) fn with_countdown(scene: Scene<'_>, room: usize, rows: &[SocketId]) -> ColumnLayout {
    let mut columns = columns(scene, room, rows);
    if longest_queues(scene, rows).0 == 0 && unacknowledged(scene, rows) == 0 {
        columns.retain(|column| !matches!(column.titles[0], "Recv-Q" | "Send-Q"));
    }
    for column in columns.iter_mut().filter(|column| column.titles[0].ends_with("Address")) {
        // As wide as the longest address, and no wider.
        column.widths.truncate(2);
    }
    let mut lines = rows.iter().filter_map(|row| scene.state.seen().get(*row));
    if lines.any(|line| line.row.state == TcpState::TimeWait) {
        for column in columns.iter_mut().filter(|column| column.titles[0] == AGE) {
            column.widths = vec![(5, Whole(LONG_AGE))];
        }
    }
    ColumnLayout::new(columns, room, WITH_SYMBOLS)
}

fn columns(scene: Scene<'_>, room: usize, rows: &[SocketId]) -> Vec<Column> {
    // An IPv4-mapped address and its port take 24 columns.
    let longest = longest_address(scene, rows).min(match room {
        0..100 => 23,
        100..160 => 24,
        _ => (room / 4).min(47),
    });
    let address = [(0, Whole(15)), (2, UpTo(longest)), (15, UpTo(17)), (17, UpTo(23))];
    // With the bracket at its end. 22 have room for "server end of laptop".
    let role = [(0, Whole(9)), (3, Whole(16)), (8, Whole(17)), (11, Whole(22)), (18, UpTo(27))];
    let (received, sent) = longest_queues(scene, rows);
    let unsent = unacknowledged(scene, rows);
    let [rank, rank_of_sent] = [received, unsent].map(|most| if most > 0 { 4 } else { 6 });
    let [received, sent] = [received, sent].map(queue_width);
    vec![
        Column::new(&["Proto"], [(1, Whole(5))], proto_cell),
        Column::new(&["Recv-Q"], [(rank, Whole(received))], |row, width| {
            let bytes = row.line.row.queues.recv;
            let part = if bytes > 0 { Warning } else { Dim };
            vec![row.scene.span(part, format!("{bytes:>width$}"))]
        }),
        Column::new(&["Send-Q"], [(rank_of_sent, Whole(sent))], |row, width| {
            // That of a listener is its backlog.
            let socket = &row.line.row;
            let part = match socket.queues.send {
                0 => Dim,
                _ if socket.state == TcpState::Listen => Text,
                _ => Warning,
            };
            vec![row.scene.span(part, format!("{:>width$}", socket.queues.send))]
        }),
        Column::new(&["Local Address"], address, |row, width| row.near(local_end(row, width))),
        Column::new(&["Foreign Address"], address, |row, width| {
            row.far(text::end(row.line.row.tuple.remote, width))
        }),
        Column::new(&[STATE], [(0, Whole(13))], state),
        Column::new(&[ROLE], role, role_cell),
        Column::new(&[AGE], [(5, Whole(5)), (10, Whole(6)), (12, Whole(LONG_AGE))], age),
        Column::new(
            &[OWNER],
            [
                (7, Whole(8)),
                (9, Whole(9)),
                (13, Whole(11)),
                (14, UpTo(15)),
                (16, UpTo(24)),
                (19, UpTo(40)),
            ],
            |row, width| {
                let owner = owner(row.scene.state, row.line, width);
                vec![row.scene.span(Dim, text::cut(&owner, width))]
            },
        ),
    ]
}

pub(crate) fn longest_address(scene: Scene<'_>, rows: &[SocketId]) -> usize {
    let ends = rows.iter().flat_map(|row| {
        let local = row.tuple.local.at(&scene.state.sockets.interfaces.suffix(*row));
        [local.len(), row.tuple.remote.to_string().len()]
    });
    ends.max().unwrap_or(0)
}

/// With the interface that the socket is bound to.
pub(super) fn local_end(row: &RowView<'_>, width: usize) -> String {
    let socket = &row.line.row;
    let interface = row.scene.state.sockets.interfaces.suffix(socket.name());
    text::bound_end(socket.tuple.local, &interface, width)
}

pub(super) fn longest_queues(scene: Scene<'_>, rows: &[SocketId]) -> (u32, u32) {
    let lines = rows.iter().filter_map(|row| scene.state.seen().get(*row));
    lines
        .map(|line| line.row.queues)
        .fold((0, 0), |(recv, send), queues| (queues.recv.max(recv), queues.send.max(send)))
}

pub(super) fn queue_width(longest: u32) -> usize {
    longest.to_string().len().max(6)
}

pub(super) fn proto_cell(row: &RowView<'_>, _: usize) -> Vec<Span<'static>> {
    plain(proto(&row.line.row.name()))
}

pub(crate) fn proto(row: &SocketId) -> String {
    let six = if row.tuple.local.ip.is_ipv6() { "6" } else { "" };
    format!("{}{six}", row.tuple.protocol)
}

pub(super) fn recv_queue(row: &RowView<'_>, width: usize) -> Vec<Span<'static>> {
    plain(format!("{:>width$}", row.line.row.queues.recv))
}

/// Of a LISTEN row the backlog, as in ss(8) and `fivetuple table`; netstat(8) reads /proc/net/tcp, which has none.
pub(super) fn send_queue(row: &RowView<'_>, width: usize) -> Vec<Span<'static>> {
    plain(format!("{:>width$}", row.line.row.queues.send))
}

/// The longest Send-Q but those of listeners.
fn unacknowledged(scene: Scene<'_>, rows: &[SocketId]) -> u32 {
    let lines = rows.iter().filter(|row| row.tuple.is_connected());
    let lines = lines.filter_map(|row| scene.state.seen().get(*row));
    lines.map(|line| line.row.queues.send).max().unwrap_or(0)
}

fn state(row: &RowView<'_>, _: usize) -> Vec<Span<'static>> {
    let state = row.line.row.state;
    if row.line.gone.is_some() {
        // Its last state is none to be counted among the others.
        return plain(format!("{HOLLOW} gone"));
    }
    match time_left(row.scene, row.line).filter(|_| row.layout.width_of(AGE) == 0) {
        Some(left) => countdown(row, &left),
        None => row.in_state(format!("{} {state}", glyph(state))),
    }
}

/// Why it is gone.
fn why_gone(gone: Gone, room: usize) -> Vec<Span<'static>> {
    let symbol = if gone.why == GoneReason::Reset { format!("{REFUSED} ") } else { String::new() };
    let tries = [gone.why.words(), gone.why.brief()].map(|why| format!("{symbol}{why}"));
    plain(text::cut_to_fit(tries, room))
}

fn role_cell(row: &RowView<'_>, width: usize) -> Vec<Span<'static>> {
    if let Some(gone) = row.line.gone {
        return why_gone(gone, width);
    }
    let room = width - 1;
    let text = role_with_time(row).unwrap_or_else(|| plain_role(row, room));
    let mut spans = row.scene.named(Text, &text::fit(&text, room));
    spans.push(row.scene.span(Dim, row.bracket.unwrap_or(" ")));
    spans
}

/// The role; with the protocol of a UDP row, where no column shows it.
fn plain_role(row: &RowView<'_>, room: usize) -> String {
    let role = role(row.scene, row.line, room);
    let protocol = row.line.row.tuple.protocol;
    if protocol == Protocol::Tcp || row.layout.width_of("Proto") > 0 {
        return role;
    }
    text::fitting(room, [format!("{protocol} {role}"), protocol.to_string()])
}

fn role_with_time(row: &RowView<'_>) -> Option<String> {
    let room = row.layout.width_of(ROLE) - 1;
    let is_short = row.layout.width_of(AGE) < LONG_AGE;
    let left = time_left(row.scene, row.line).filter(|_| is_short)?;
    with_time_left(&plain_role(row, room), &left, room)
}

fn age(row: &RowView<'_>, width: usize) -> Vec<Span<'static>> {
    if row.line.gone.is_some() {
        let was = format!("was {}", row.line.row.state);
        let fits = was.len() <= row.layout.width_through(AGE, OWNER);
        return if fits { plain(was) } else { Vec::new() };
    }
    if role_with_time(row).is_some() {
        return Vec::new();
    }
    let is_short = width < LONG_AGE;
    let left = time_left(row.scene, row.line).map(|left| match left.strip_suffix(" left") {
        Some(left) if is_short && !left.starts_with('~') => format!("-{left}"),
        Some(left) if is_short => left.to_owned(),
        Some(_) | None => left,
    });
    let again = || unanswered(row.line).filter(|_| !is_short);
    let age = || text::age(row.scene.state.then().since(row.line.born));
    let mut age = left.or_else(again).unwrap_or_else(age);
    if age.len() > width {
        age = age.replace(' ', "");
    }
    plain(text::cut(&age, width))
}

pub(crate) fn owner(state: &State, line: &TableRow, room: usize) -> String {
    let row = &line.row;
    if line.gone.is_some() {
        return String::new();
    }
    if row.inode == 0 {
        let is_long = is_unaccepted(state, line) && room >= 24;
        return String::from(if is_long { "kernel, not accepted yet" } else { "kernel" });
    }
    let tries = match state.sockets.owner(row.inode) {
        Some(owner) if state.is_own(owner) => {
            let short = format!("fd {}", owner.fd);
            [format!("{} {short}", owner.pid), short.clone(), short]
        }
        Some(owner) => {
            let short = text::safe(&format!("{}/{}", owner.pid, owner.program));
            let more = if owner.others > 0 { format!(" +{}", owner.others) } else { String::new() };
            [text::safe(&owner.to_string()), short.clone() + &more, short]
        }
        None if !state.sockets.hidden.contains(&row.inode) => return String::new(),
        // Our own sockets are always visible: the process that had this one is gone.
        None if row.uid == state.machine.uid => return String::from("-"),
        None => {
            [format!("- (of user {})", row.uid), format!("- (user {})", row.uid), String::from("-")]
        }
    };
    // A number is shown whole, or not at all.
    text::fitting(room, tries)
}
