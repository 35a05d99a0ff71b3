//! The table as netstat prints it: its heading, its columns, its widths; no marks, and no rows that are gone.

use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::tcp::{Endpoint, SocketId, netstat_address, netstat_state};
use crate::view::ThemeRole::Heading;
use crate::view::table::column::ColumnWidth::{UpTo, Whole};
use crate::view::table::column::{Column, ColumnLayout, RowView, plain};
use crate::view::table::columns::{
    longest_queues, proto_cell, queue_width, recv_queue, send_queue,
};
use crate::view::{Painter, Scene, text};

pub(crate) fn draw(painter: &mut Painter<'_>, area: Rect, (head_lines, rows): (u16, &[SocketId])) {
    let scene = painter.scene;
    let room = usize::from(area.width);
    let layout = ColumnLayout::new(columns(scene, rows), room, (0, 1));
    let heading = text::cut("Active Internet connections (servers and established)", room);
    let head = [Line::from(heading).style(scene.style(Heading)), layout.head(scene)];
    let left_out = 2 - usize::from(head_lines.min(2));
    painter.put(area, head.into_iter().skip(left_out).chain(layout.lines(scene, rows)));
}

/// How many lines netstat's heading takes: where there is hardly room for rows, the names of the columns alone.
pub(super) fn head_lines(height: u16) -> u16 {
    if height < 7 { 1 } else { 2 }
}

/// The state matters most, then addresses, then queues; the owner goes first. netstat gives an address 23 columns.
fn columns(scene: Scene<'_>, rows: &[SocketId]) -> Vec<Column> {
    let all = rows.iter().flat_map(|row| [row.tuple.local, row.tuple.remote]);
    let longest = all.map(|end| written(end, usize::MAX).len()).max().unwrap_or(0);
    let address = [(0, Whole(longest.clamp(15, 18))), (4, UpTo(23))];
    let (received, sent) = longest_queues(scene, rows);
    let [received, sent] = [received, sent].map(queue_width);
    vec![
        Column::new(&["Proto"], [(0, Whole(5))], proto_cell),
        Column::new(&["Recv-Q"], [(1, Whole(received))], recv_queue),
        Column::new(&["Send-Q"], [(1, Whole(sent))], send_queue),
        Column::new(&["Local Address"], address, |row, width| {
            plain(written(row.line.row.tuple.local, width))
        }),
        Column::new(&["Foreign Address"], address, |row, width| {
            plain(written(row.line.row.tuple.remote, width))
        }),
        Column::new(&["State"], [(0, Whole(11))], |row, _| {
            vec![Span::raw(netstat_state(&row.line.row))]
        }),
        Column::new(
            &["PID/Program name", "PID/Program", "PID"],
            [(2, Whole(7)), (3, Whole(PROGRAM)), (5, UpTo(usize::MAX))],
            owner,
        ),
    ]
}

/// From this width on there is room for the name of a usual program.
const PROGRAM: usize = 14;

fn written(end: Endpoint, width: usize) -> String {
    let port = format!(":{}", end.port);
    text::cut_middle(&netstat_address(end), width.saturating_sub(port.len())) + &port
}

fn owner(row: &RowView<'_>, width: usize) -> Vec<Span<'static>> {
    let owner = match row.scene.state.sockets.owner(row.line.row.inode) {
        None => String::from("-"),
        Some(owner) if width < PROGRAM => owner.pid.to_string(),
        Some(owner) => text::safe(&format!("{}/{}", owner.pid, owner.program)),
    };
    plain(text::cut(&owner, width))
}
