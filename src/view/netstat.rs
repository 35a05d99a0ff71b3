use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::columns::{longest_address, proto};
use super::paint::{Scene, put};
use super::text;
use super::theme::Part;
use crate::app::Line as TableLine;
use crate::tcp::{Endpoint, RowName, TcpState};

/// The table as netstat itself prints it: its columns, its widths, no marks, no ghosts.
pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, scene: Scene<'_>, rows: &[RowName]) {
    let address = address_width(usize::from(area.width), longest_address(rows));
    let head = [
        Line::from("Active Internet connections (servers and established)"),
        Line::from(format!(
            "Proto Recv-Q Send-Q {:<address$} {:<address$} {:<11} PID/Program name",
            "Local Address", "Foreign Address", "State"
        )),
    ];
    let head = head.map(|line| line.style(scene.style(Part::Heading)));
    let lines = rows.iter().filter_map(|name| scene.state.seen().get(*name));
    let lines = lines.map(|line| row(scene, line, address));
    put(frame, area, head.into_iter().chain(lines));
}

/// netstat gives an address 23 columns; less where the screen is narrow, but of an IPv4 address nothing that is needed.
fn address_width(room: usize, longest: usize) -> usize {
    const REST: usize = 5 + 7 + 7 + 1 + 1 + 1 + 11 + 1 + 14;
    (room.saturating_sub(REST) / 2).clamp(longest.clamp(15, 18), 23)
}

fn row(scene: Scene<'_>, line: &TableLine, address: usize) -> Line<'static> {
    let row = &line.row;
    let owner = scene.state.sockets.owners.get(&row.inode);
    let owner = owner.map_or_else(
        || String::from("-"),
        |owner| text::safe(&format!("{}/{}", owner.pid, owner.program)),
    );
    // netstat reads /proc/net/tcp, where the kernel writes no backlog.
    let send = if row.state == TcpState::Listen {
        0
    } else {
        row.queues.send
    };
    let text = format!(
        "{:<5} {:>6} {:>6} {:<address$} {:<address$} {:<11} {owner}",
        proto(&row.name()),
        row.queues.recv,
        send,
        end(row.tuple.local, address),
        end(row.tuple.remote, address),
        row.state,
    );
    let line = Line::from(text);
    if scene.state.desk.selected == Some(row.name()) {
        line.style(scene.style(Part::Selected))
    } else {
        line
    }
}

/// netstat writes IPv6 addresses without brackets.
fn end(end: Endpoint, most: usize) -> String {
    text::end(end, most + 2).replace(['[', ']'], "")
}
