//! The list of listeners, where there are several.

use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::app::{Holder, Server};
use crate::tcp::TcpState;
use crate::view::ThemeRole::{Dim, Strong, Text, Warning};
use crate::view::style::glyphs::{DASH, SELECTED, glyph};
use crate::view::{Painter, Scene, Titles, past, push_fitting, rect, text, width};

/// Draws the pane with the list; returns what is left of it below. A single listener needs no list.
pub(super) fn draw(painter: &mut Painter<'_>, area: Rect) -> Rect {
    let scene = painter.scene;
    let servers = &scene.state.servers;
    let right = past::as_of_now(scene.state);
    if !servers.are_several() {
        return painter.pane(area, Titles { name: "Listener", right, ..Titles::default() });
    }
    let (count, height) = (servers.all.len(), list_height(area));
    let list = &mut painter.scroll.listeners;
    list.follow(count, height, Some(servers.chosen));
    let top = list.top;
    let shown = (count > height).then(|| (Dim, format!("{}-{} of {count}", top + 1, top + height)));
    let columns = ListenerColumns::of(scene, usize::from(area.width.saturating_sub(2)));
    let is_narrow = area.width < 40;
    let right = right.into_iter().chain(shown.filter(|_| !is_narrow)).collect();
    let mut titles = Titles { name: "Listeners", right, ..Titles::default() };
    let spare =
        usize::from(area.width).saturating_sub("  Listeners   ".len() + titles.right_width());
    let numbers = "accepted, queue";
    let tries = match columns.detail {
        LineDetail::Numbers => {
            [format!("J {DASH} {numbers}"), format!("{DASH} {numbers}"), numbers.into()]
        }
        LineDetail::Long | LineDetail::Spread | LineDetail::Words => {
            [format!("{DASH} J selects another"), String::from("J"), String::new()]
        }
    };
    titles.about = text::fitting(spare, tries);
    let mut inner = painter.pane(area, titles);
    let lines = rect::take_top(&mut inner, rect::len(count.min(height)));
    let shown = servers.all.iter().enumerate().skip(top);
    painter.put(lines, shown.map(|(n, server)| Line::from(columns.line(scene, (n, server)))));
    inner
}

/// How many of them fit.
pub(crate) fn list_height(area: Rect) -> usize {
    usize::from(area.height.saturating_sub(2))
}

/// How much a line says of a listener, the most first.
#[derive(Clone, Copy, PartialEq, Eq)]
enum LineDetail {
    /// With the length of the queue.
    Long,
    /// With the sockets of a group.
    Spread,
    Words,
    /// Without words.
    Numbers,
}

struct ListenerColumns {
    detail: LineDetail,
    room: usize,
    /// The widths of the address, of what was accepted, of the queue.
    widths: [usize; 3],
}

impl ListenerColumns {
    /// The most detail with which all lines fit.
    fn of(scene: Scene<'_>, room: usize) -> ListenerColumns {
        let servers = &scene.state.servers.all;
        let with = |detail| {
            let cells = servers.iter().map(|server| cells(scene, server, detail));
            let widths = cells.fold([0; 3], |widths: [usize; 3], cells| {
                [0, 1, 2].map(|n| widths[n].max(cells[n].len()))
            });
            ListenerColumns { detail, room, widths }
        };
        let fits = |columns: &ListenerColumns| {
            let mut lines = servers.iter().map(|server| columns.line(scene, (0, server)));
            lines.all(|line| width(&line) <= room)
        };
        let details = [LineDetail::Long, LineDetail::Spread, LineDetail::Words].map(with);
        details.into_iter().find(fits).unwrap_or_else(|| with(LineDetail::Numbers))
    }

    fn line(&self, scene: Scene<'_>, (n, server): (usize, &Server)) -> Vec<Span<'static>> {
        let is_selected = n == scene.state.servers.chosen;
        let mark = if is_selected { SELECTED } else { " " };
        let part = if is_selected { Strong } else { Text };
        let mut spans = vec![scene.span(part, format!(" {mark} "))];
        if self.detail == LineDetail::Long {
            let symbol = if server.is_listening() { glyph(TcpState::Listen) } else { ' ' };
            spans.push(Span::styled(format!("{symbol} "), scene.theme.state(TcpState::Listen)));
        }
        let [mut at, accepted, queue] = self.widths;
        if self.detail == LineDetail::Numbers {
            at = at.min(self.room.saturating_sub(width(&spans) + accepted + queue + 4));
        }
        let address = format!("{:at$}", text::end(server.at(), at));
        spans.push(scene.end(Some(Holder::Server(server.spec.id)), address));
        if !server.is_listening() {
            let spare = self.room.saturating_sub(width(&spans));
            let idle = text::fitting(spare, ["  not listening", "  stopped", ""].map(String::from));
            spans.push(scene.span(Dim, idle));
            return spans;
        }
        let (words, wait, held) = match self.detail {
            LineDetail::Long => ("  accepted ", (Dim, "  queue "), "  held"),
            LineDetail::Spread | LineDetail::Words if server.held => {
                (" accepted ", (Warning, "  held "), "")
            }
            LineDetail::Spread | LineDetail::Words => (" accepted ", (Dim, " queue "), ""),
            LineDetail::Numbers => ("  ", (Dim, "  "), " held"),
        };
        let [_, number, waiting] = cells(scene, server, self.detail);
        let number = match self.detail {
            LineDetail::Numbers => format!("{number:>accepted$}"),
            LineDetail::Long | LineDetail::Spread | LineDetail::Words => {
                format!("{number:accepted$}")
            }
        };
        spans.extend([
            scene.span(Dim, words),
            scene.span(Strong, number),
            scene.span(wait.0, wait.1),
            scene.span(Strong, format!("{waiting:>queue$}")),
        ]);
        if server.held {
            push_fitting(&mut spans, scene.span(Warning, held), self.room);
        }
        spans
    }
}

/// Its address, how many were accepted, and how many wait for accept().
fn cells(scene: Scene<'_>, server: &Server, detail: LineDetail) -> [String; 3] {
    let rows = scene.state.listening_rows(server).map(|line| line.row.queues);
    let (waiting, most) = rows.fold((0, 0), |(waiting, most): (u32, u32), queues| {
        (waiting.saturating_add(queues.recv), most.saturating_add(queues.send))
    });
    let accepted = match detail {
        LineDetail::Long | LineDetail::Spread => accepted(server),
        LineDetail::Words | LineDetail::Numbers => text::number(server.totals.accepted),
    };
    let mut waiting = text::number(waiting);
    if detail == LineDetail::Long {
        waiting = format!("{waiting} of {}", text::number(most));
    }
    [server.at().to_string(), accepted, waiting]
}

/// How many connections accept() returned, in all and on each of several sockets: `10 = 3+2+4+1`.
pub(super) fn accepted(server: &Server) -> String {
    let all = text::number(server.totals.accepted);
    match spread(server) {
        Some(spread) if server.accepted_on.iter().sum::<u64>() == server.totals.accepted => {
            format!("{all} = {spread}")
        }
        // It has listened before, on other sockets.
        Some(spread) => format!("{all}, now {spread}"),
        None => all,
    }
}

/// How often accept() returned a connection on each of several sockets: `3+2+4+1`.
pub(super) fn spread(server: &Server) -> Option<String> {
    let each = server.accepted_on.iter().copied().map(text::number).collect::<Vec<_>>();
    (each.len() > 1).then(|| each.join("+"))
}
