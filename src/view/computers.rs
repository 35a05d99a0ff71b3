use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::glyphs::CHOSEN;
use super::listener::gauge;
use super::paint::{Scene, Titles, put};
use super::scroll::List;
use super::text;
use super::theme::Part;
use crate::app::{Computer, Pane, Progress};
use crate::tcp::{RowName, SourcePort};

/// The computers that connect, and below them whom they call.
pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, scene: Scene<'_>, list: &mut List) {
    let clients = &scene.state.clients;
    let count = clients.computers.len();
    let height = list_height(area);
    list.follow(count, height, Some(clients.chosen));
    let right = if count > height {
        let end = (list.top + height).min(count);
        vec![(Part::Dim, format!("{}-{end} of {count}", list.top + 1))]
    } else {
        Vec::new()
    };
    let titles = Titles {
        name: "Computers",
        right,
        ..Titles::default()
    };
    let inner = scene.pane(frame, Pane::Computers, area, titles);
    let room = usize::from(inner.width);
    let computers = clients.computers.iter().enumerate();
    let rows = computers.skip(list.top).take(height).map(|(n, computer)| {
        let chosen = n == clients.chosen;
        row(scene, computer, chosen, room)
    });
    put(frame, inner, rows);
    if usize::from(inner.height) > height {
        let foot = Rect {
            y: inner.bottom() - 1,
            height: 1,
            ..inner
        };
        frame.render_widget(foot_line(scene, room), foot);
    }
}

/// How many computers fit; the last line tells whom they call, unless there is hardly room.
pub(super) fn list_height(area: Rect) -> usize {
    let inner = usize::from(area.height.saturating_sub(2));
    if inner > 2 { inner - 1 } else { inner }
}

fn row(scene: Scene<'_>, computer: &Computer, chosen: bool, room: usize) -> Line<'static> {
    let mark = if chosen { CHOSEN } else { " " };
    let name = text::fit(&computer.name, 11);
    let open = computer.ends.len();
    let ports = ports(computer, room.saturating_sub(36));
    let opened = match open {
        0 => String::new(),
        _ => format!("{} open", text::number(open)),
    };
    let part = if chosen { Part::Chosen } else { Part::Text };
    let line = Line::from(vec![
        scene.span(part, format!(" {mark} {name} ")),
        scene.span(part, format!("{:<11}", computer.ip)),
        scene.span(Part::Gauge, format!("{opened:<8} ")),
        scene.span(Part::Dim, ports),
    ]);
    let focused = scene.state.desk.focus == Pane::Computers;
    if chosen && focused {
        return plain(line).style(scene.style(Part::Selected));
    }
    line
}

fn plain(line: Line<'static>) -> Line<'static> {
    let text: String = line.spans.into_iter().map(|span| span.content).collect();
    Line::from(text)
}

/// The newest ports, as many as fit.
fn ports(computer: &Computer, room: usize) -> String {
    let open = computer.ends.len();
    let mut newest = computer.ends.newest_first().map(port);
    let Some(mut ports) = newest.next() else {
        return String::new();
    };
    let label = if open == 1 { "port " } else { "ports " };
    let mut told = 1;
    for port in newest {
        if label.len() + ports.len() + port.len() + 6 > room {
            break;
        }
        ports = format!("{ports} {port}");
        told += 1;
    }
    let more = if told < open { " ..." } else { "" };
    let all = format!("{label}{ports}{more}");
    if all.len() <= room {
        all
    } else {
        text::cut(&format!("{ports}{more}"), room)
    }
}

fn port(end: RowName) -> String {
    end.tuple.local.port.to_string()
}

fn foot_line(scene: Scene<'_>, room: usize) -> Line<'static> {
    let clients = &scene.state.clients;
    if let Some(progress) = &clients.under_way {
        return burst(scene, progress);
    }
    let to = clients.target(scene.state.listener.at());
    let port = match clients.spec.source_port {
        SourcePort::KernelPicks => String::from("the kernel picks"),
        SourcePort::Fixed(port) => port.to_string(),
        SourcePort::SameAsServer => String::from("same as the server's"),
        SourcePort::Toy(range) => format!("one of {range}"),
    };
    let to = format!(" to {to}");
    let long = format!("{to}   source port: {port}");
    let from = if long.len() <= room {
        format!("   source port: {port}")
    } else {
        format!("  port: {port}")
    };
    let from = text::cut(&from, room.saturating_sub(to.len()));
    Line::from(vec![Span::raw(to), scene.span(Part::Dim, from)])
}

fn burst(scene: Scene<'_>, progress: &Progress) -> Line<'static> {
    let (filled, blank) = gauge(progress.opened, progress.asked, 12);
    Line::from(vec![
        scene.span(Part::Warning, " connecting "),
        Span::raw("▕"),
        scene.span(Part::Gauge, filled),
        scene.span(Part::Dim, blank),
        Span::raw(format!("▏ {} of {}", progress.opened, progress.asked)),
    ])
}
