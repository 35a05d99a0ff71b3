use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::app::TableRow;
use crate::tcp::{Endpoint, SocketId, TcpState, netstat_address, netstat_state};
use crate::view::scene::{Scene, put};
use crate::view::style::theme::ThemeRole;
use crate::view::table::columns::proto;
use crate::view::text;

/// The table as netstat itself prints it: so many lines of its heading, its columns, its widths, no marks, no ghosts.
pub(crate) fn draw(
    frame: &mut Frame<'_>,
    area: Rect,
    scene: Scene<'_>,
    (head_lines, rows): (u16, &[SocketId]),
) {
    let columns = NetstatColumns::fitting(usize::from(area.width), longest(rows));
    let head = columns.line([
        "Proto",
        "Recv-Q",
        "Send-Q",
        "Local Address",
        "Foreign Address",
        "State",
        columns.owner.title(),
    ]);
    let heading = "Active Internet connections (servers and established)";
    let heading = text::cut(heading, usize::from(area.width));
    let head = [heading, head].map(|line| Line::from(line).style(scene.style(ThemeRole::Heading)));
    let left_out = 2 - usize::from(head_lines.min(2));
    let head = head.into_iter().skip(left_out);
    let lines = rows.iter().filter_map(|name| scene.state.seen().get(*name));
    let lines = lines.map(|line| row(scene, line, columns));
    put(frame, area, head.chain(lines));
}

/// How many lines netstat's heading takes: where there is hardly room for rows, the names of the columns alone.
pub(crate) fn head_lines(height: u16) -> u16 {
    if height < 8 { 1 } else { 2 }
}

/// What there is room for: the state matters most, then addresses, then queues; who owns the socket goes first.
#[derive(Clone, Copy)]
struct NetstatColumns {
    queues: bool,
    address: usize,
    owner: OwnerDetail,
}

/// How much is told of who owns a socket, and in how many columns.
#[derive(Clone, Copy)]
enum OwnerDetail {
    Nothing,
    Pid,
    Program(usize),
}

impl OwnerDetail {
    const fn title(self) -> &'static str {
        match self {
            OwnerDetail::Nothing => "",
            OwnerDetail::Pid => "PID",
            OwnerDetail::Program(..16) => "PID/Program",
            OwnerDetail::Program(_) => "PID/Program name",
        }
    }
}

/// Protocol and state, and the spaces in front of both addresses and of the state.
const LEAST: usize = 5 + 1 + 1 + 1 + 11;
/// Both queues, and the spaces in front of them.
const QUEUES: usize = 7 + 7;
/// A process id, and the program as far as its name is usually needed.
const OWNER: (usize, usize) = (7, 14);

impl NetstatColumns {
    /// netstat gives an address 23 columns; less where the screen is narrow, but of an IPv4 address nothing that is needed.
    fn fitting(room: usize, longest: usize) -> NetstatColumns {
        let spare = room.saturating_sub(LEAST + QUEUES + 1 + OWNER.1);
        let address = (spare / 2).clamp(longest.clamp(15, 18), 23);
        let taken = LEAST + 2 * address;
        let queues = taken + QUEUES <= room;
        let left = room.saturating_sub(taken + if queues { QUEUES } else { 0 });
        let owner = match left.saturating_sub(1) {
            left if left >= OWNER.1 => OwnerDetail::Program(left),
            left if left >= OWNER.0 => OwnerDetail::Pid,
            _ => OwnerDetail::Nothing,
        };
        NetstatColumns { queues, address, owner }
    }

    fn line(self, [proto, recv, send, local, foreign, state, owner]: [&str; 7]) -> String {
        let queues = if self.queues { format!("{recv:>6} {send:>6} ") } else { String::new() };
        let [local, foreign] = [local, foreign].map(|end| text::fit(end, self.address));
        format!("{proto:<5} {queues}{local} {foreign} {state:<11} {owner}")
    }
}

fn row(scene: Scene<'_>, line: &TableRow, columns: NetstatColumns) -> Line<'static> {
    let row = &line.row;
    let owner = scene.state.sockets.owners.get(&row.inode);
    let owner = match (owner, columns.owner) {
        (_, OwnerDetail::Nothing) => String::new(),
        (None, _) => String::from("-"),
        (Some(owner), OwnerDetail::Pid) => owner.pid.to_string(),
        (Some(owner), OwnerDetail::Program(room)) => {
            let words = text::safe(&format!("{}/{}", owner.pid, owner.program));
            text::cut(&words, room)
        }
    };
    // netstat reads /proc/net/tcp, where the kernel writes no backlog.
    let send = if row.state == TcpState::Listen { 0 } else { row.queues.send };
    let [local, foreign] = [row.tuple.local, row.tuple.remote].map(|end| {
        let (address, port) = ends(end);
        text::cut(&address, columns.address.saturating_sub(port.len())) + &port
    });
    let text = columns.line([
        &proto(&row.name()),
        &row.queues.recv.to_string(),
        &send.to_string(),
        &local,
        &foreign,
        netstat_state(row),
        &owner,
    ]);
    let line = Line::from(text);
    if scene.state.ui.selected == Some(row.name()) {
        line.style(scene.style(ThemeRole::Selected))
    } else {
        line
    }
}

/// The address as netstat writes it, and the port.
fn ends(end: Endpoint) -> (String, String) {
    (netstat_address(end), format!(":{}", end.port))
}

/// How many columns the longest address of these rows takes.
fn longest(rows: &[SocketId]) -> usize {
    let all = rows.iter().map(|row| row.tuple);
    let all = all.flat_map(|tuple| [tuple.local, tuple.remote]);
    let wide = all.map(ends).map(|(address, port)| address.len() + port.len());
    wide.max().unwrap_or(0)
}
