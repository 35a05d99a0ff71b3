use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::app::{BurstProgress, Computer, Pane, State};
use crate::tcp::{Host, Port, SocketId, SourcePort};
use crate::view::ThemeRole::{Dim, Gauge, InactiveSelected, Text, Warning};
use crate::view::past;
use crate::view::scroll::List;
use crate::view::style::glyphs::{DASH, SELECTED};
use crate::view::text::gauge;
use crate::view::{Painter, Scene, Titles, rect, text};

/// The client computers, and below them their destination.
pub(crate) fn draw(painter: &mut Painter<'_>, area: Rect) {
    let scene = painter.scene;
    let clients = &scene.state.clients;
    let count = clients.computers.len();
    let height = list_height(area, count);
    painter.scroll.computers.follow(count, height, Some(clients.chosen));
    let titles = titles(scene, area, &painter.scroll.computers);
    let inner = painter.pane(Pane::Computers, area, titles);
    let room = usize::from(inner.width);
    let computers = clients.computers.iter().enumerate();
    let rows = computers.skip(painter.scroll.computers.top).take(height).map(|(n, computer)| {
        let selected = n == clients.chosen;
        row(scene, computer, selected, room)
    });
    painter.put(inner, rows);
    if usize::from(inner.height) > height {
        let foot = rect::line(inner, inner.height - 1);
        painter.render(foot_line(scene, room), foot);
    }
}

/// How many computers fit; the last line is the destination, if there is room.
pub(crate) fn list_height(area: Rect, count: usize) -> usize {
    let inner = usize::from(area.height.saturating_sub(2));
    if inner > 2 && count != inner { inner - 1 } else { inner }
}

/// Without a last line the destination is in the title.
fn titles(scene: Scene<'_>, area: Rect, list: &List) -> Titles {
    let clients = &scene.state.clients;
    let count = clients.computers.len();
    let height = list_height(area, count);
    let has_foot = usize::from(area.height.saturating_sub(2)) > height;
    let mut right = past::as_of_now(scene.state);
    if let Some(progress) = clients.under_way.as_ref().filter(|_| !has_foot) {
        right.push((Warning, opened(progress)));
    } else if count > height {
        let end = (list.top + height).min(count);
        right.push((Dim, format!("{}-{end} of {count}", list.top + 1)));
    }
    let about = if has_foot || area.width < 40 {
        String::new()
    } else {
        format!("{DASH} to {}", destination(scene.state))
    };
    Titles { name: "Computers", about, right, ..Titles::default() }
}

fn row(scene: Scene<'_>, computer: &Computer, selected: bool, room: usize) -> Line<'static> {
    let all = &scene.state.clients.computers;
    let names = all.iter().map(|computer| text::width(&computer.name));
    let name_width = names.max().unwrap_or(0).clamp(6, 11);
    let roomy = room >= 50;
    let ips = all.iter().map(|computer| computer.ip.to_string().len());
    let ip_width = ips.max().unwrap_or(0).max(9);
    // Where there is hardly room, the end of an address distinguishes the lab's computers.
    let is_short = computer.host != Host::THIS && 3 + name_width + 1 + ip_width + 1 + OPEN > room;
    let ip = computer.ip.to_string();
    let end = ip.rfind('.').filter(|_| is_short).unwrap_or(0);
    let ip_width = if is_short { ENDING } else { ip_width };
    let mark = if selected { SELECTED } else { " " };
    let name = text::fit(&computer.name, name_width);
    let open = match computer.ends.len() {
        0 => String::new(),
        open => format!("{} open", text::number(open)),
    };
    let gap = if roomy { "   " } else { " " };
    let open_width = if roomy { 12 } else { OPEN };
    let before = format!(" {mark} {name}{gap}{:<ip_width$}{gap}", &ip[end..]);
    let mut open = format!("{open:<open_width$} ");
    let left = room.saturating_sub(text::width(&before));
    if open.trim_end().len() > left {
        // A number is shown whole, or not at all.
        let many = text::number(computer.ends.len());
        open = if many.len() < left { many + " " } else { String::new() };
    }
    let ports = ports(computer, room.saturating_sub(text::width(&before) + open.len()));
    let part = if selected { InactiveSelected } else { Text };
    let line =
        Line::from(vec![scene.span(part, before), scene.span(Gauge, open), scene.span(Dim, ports)]);
    let focused = scene.state.ui.focus == Pane::Computers;
    if selected && focused { scene.selected(line.spans) } else { line }
}

/// The width of `10 open`.
const OPEN: usize = 7;
/// The width of the end of an address: `.254`.
const ENDING: usize = 4;

/// The newest ports, as many as fit.
fn ports(computer: &Computer, room: usize) -> String {
    let open = computer.ends.len();
    let mut newest = computer.ends.newest_first().map(port);
    let Some(mut ports) = newest.next() else {
        return String::new();
    };
    let label = if open == 1 { "port " } else { "ports " };
    let mut shown = 1;
    for port in newest {
        if label.len() + ports.len() + port.len() + 6 > room {
            break;
        }
        ports = format!("{ports} {port}");
        shown += 1;
    }
    let more = if shown < open { " ..." } else { "" };
    let all = format!("{label}{ports}{more}");
    // A port is shown whole, or not at all.
    text::fitting(room, [all, format!("{ports}{more}"), ports, String::new()])
}

fn port(end: SocketId) -> String {
    end.tuple.local.port.to_string()
}

/// The destination; none while the kernel has yet to choose the server's port.
fn destination(state: &State) -> String {
    let to = state.clients.target(state.server.at());
    if to.port == Port::ANY { String::from("nothing yet: press l") } else { to.to_string() }
}

fn foot_line(scene: Scene<'_>, room: usize) -> Line<'static> {
    let clients = &scene.state.clients;
    if let Some(progress) = &clients.under_way {
        return burst(scene, progress);
    }
    let (long, short) = match clients.spec.source_port {
        SourcePort::KernelPicks => match scene.state.lab.unusual_range() {
            Some(range) => (
                format!("source port: kernel picks from {range}"),
                format!("kernel picks from {range}"),
            ),
            None => {
                ("source port: chosen by the kernel".to_owned(), "kernel picks port".to_owned())
            }
        },
        SourcePort::Fixed(port) => (format!("source port: {port}"), format!("from port {port}")),
        SourcePort::SameAsServer => {
            ("source port: same as the server's".to_owned(), "same port".to_owned())
        }
        SourcePort::Toy(range) => (format!("source port: one of {range}"), format!("from {range}")),
    };
    let to = text::cut(&format!(" to {}", destination(scene.state)), room);
    let left = room.saturating_sub(text::width(&to));
    let tries = [format!("   {long}"), format!("  {short}"), format!(" {short}"), String::new()];
    let from = text::fitting(left, tries);
    Line::from(vec![Span::raw(to), scene.span(Dim, from)])
}

fn burst(scene: Scene<'_>, progress: &BurstProgress) -> Line<'static> {
    let (filled, blank) = gauge(progress.opened, progress.asked, 12);
    Line::from(vec![
        scene.span(Warning, " connecting "),
        Span::raw("▕"),
        scene.span(Gauge, filled),
        scene.span(Dim, blank),
        Span::raw(format!("▏ {}", opened(progress))),
    ])
}

/// How many of the connections asked for are open.
fn opened(progress: &BurstProgress) -> String {
    let [opened, asked] = [progress.opened, progress.asked].map(text::number);
    format!("{opened} of {asked}")
}
