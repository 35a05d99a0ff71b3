//! The table as netstat prints it: its heading, its columns, its widths; no marks, and no rows that are gone.

use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::tcp::{Endpoint, SocketId, TcpState, netstat_address, netstat_state};
use crate::view::ThemeRole::Heading;
use crate::view::table::column::ColumnWidth::{UpTo, Whole};
use crate::view::table::column::{Column, ColumnLayout, RowView};
use crate::view::table::columns::{longest_queues, proto_cell, queue_width, recv_queue};
use crate::view::{Painter, Scene, text};

pub(crate) fn draw(painter: &mut Painter<'_>, area: Rect, (head_lines, rows): (u16, &[SocketId])) {
    let scene = painter.scene;
    let room = usize::from(area.width);
    let layout = ColumnLayout::plain(columns(scene, rows), room);
    let heading = text::cut("Active Internet connections (servers and established)", room);
    let heading = Line::from(heading).style(scene.style(Heading));
    let head = [heading, layout.head(scene)];
    let left_out = 2 - usize::from(head_lines.min(2));
    painter.put(area, head.into_iter().skip(left_out).chain(layout.lines(scene, rows)));
}

/// How many lines netstat's heading takes: where there is hardly room for rows, the names of the columns alone.
pub(super) fn head_lines(height: u16) -> u16 {
    if height < 8 { 1 } else { 2 }
}

/// The state matters most, then addresses, then queues; the owner goes first. netstat gives an address 23 columns; on a narrow screen an
/// IPv4 address gets what it needs.
fn columns(scene: Scene<'_>, rows: &[SocketId]) -> Vec<Column> {
    let all = rows.iter().flat_map(|row| [row.tuple.local, row.tuple.remote]);
    let longest = all.map(|end| written(end, usize::MAX).len()).max().unwrap_or(0);
    let address = || vec![(0, Whole(longest.clamp(15, 18))), (4, UpTo(23))];
    let (received, sent) = longest_queues(scene, rows);
    let [received, sent] = [received, sent].map(queue_width);
    vec![
        Column { titles: &["Proto"], widths: vec![(0, Whole(5))], cell: proto_cell },
        Column { titles: &["Recv-Q"], widths: vec![(1, Whole(received))], cell: recv_queue },
        Column { titles: &["Send-Q"], widths: vec![(1, Whole(sent))], cell: send_queue },
        Column { titles: &["Local Address"], widths: address(), cell: local },
        Column { titles: &["Foreign Address"], widths: address(), cell: foreign },
        Column { titles: &["State"], widths: vec![(0, Whole(11))], cell: state },
        Column {
            titles: &["PID/Program name", "PID/Program", "PID"],
            widths: vec![(2, Whole(7)), (3, Whole(PROGRAM)), (5, UpTo(usize::MAX))],
            cell: owner,
        },
    ]
}

/// From this width on there is room for the name of a usual program.
const PROGRAM: usize = 14;

/// An address as netstat writes it; its port is never cut.
fn written(end: Endpoint, width: usize) -> String {
    let port = format!(":{}", end.port);
    text::cut(&netstat_address(end), width.saturating_sub(port.len())) + &port
}

/// netstat reads /proc/net/tcp, where the kernel writes no backlog.
fn send_queue(row: &RowView<'_>, width: usize) -> Vec<Span<'static>> {
    let socket = &row.line.row;
    let send = if socket.state == TcpState::Listen { 0 } else { socket.queues.send };
    vec![Span::raw(format!("{send:>width$}"))]
}

fn local(row: &RowView<'_>, width: usize) -> Vec<Span<'static>> {
    vec![Span::raw(written(row.line.row.tuple.local, width))]
}

fn foreign(row: &RowView<'_>, width: usize) -> Vec<Span<'static>> {
    vec![Span::raw(written(row.line.row.tuple.remote, width))]
}

fn state(row: &RowView<'_>, _: usize) -> Vec<Span<'static>> {
    vec![Span::raw(netstat_state(&row.line.row))]
}

fn owner(row: &RowView<'_>, width: usize) -> Vec<Span<'static>> {
    let owner = match row.scene.state.sockets.owners.get(&row.line.row.inode) {
        None => String::from("-"),
        Some(owner) if width < PROGRAM => owner.pid.to_string(),
        Some(owner) => text::safe(&format!("{}/{}", owner.pid, owner.program)),
    };
    vec![Span::raw(text::cut(&owner, width))]
}
