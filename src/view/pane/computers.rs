use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::app::{BurstProgress, Clients, Computer, Holder, State, Statement, explain};
use crate::tcp::{Host, Port, SourcePort};
use crate::view::ThemeRole::{Dim, Gauge, Strong, Text, Warning};
use crate::view::pane::{gauge, numbers};
use crate::view::style::glyphs::{DASH, SELECTED};
use crate::view::{Painter, Scene, Titles, past, text};

pub(crate) fn draw(painter: &mut Painter<'_>, area: Rect) {
    let scene = painter.scene;
    let clients = &scene.state.clients;
    let height = list_height(area, clients.computers.len());
    let list = &mut painter.scroll.computers;
    list.follow(clients.computers.len(), height, Some(clients.chosen));
    let top = list.top;
    let inner = painter.pane(area, titles(scene, area, top));
    let connections = scene.state.sockets.connections();
    let label = if connections == 1 { "connection" } else { "connections" };
    let kept = columns(clients).iter().sum::<usize>() + 12;
    let is_counted = connections > 0 || scene.state.servers.listening().next().is_some();
    let number = is_counted.then(|| connections.to_string());
    let [text, bottom] =
        numbers::draw(painter, inner, (number, label), (scene.style(Strong), kept));
    let room = usize::from(text.width);
    let computers = clients.computers.iter().enumerate().skip(top).take(height);
    painter.put(text, computers.map(|(n, computer)| row(scene, (n, computer), room)));
    if usize::from(inner.height) > height {
        painter.render(foot_line(scene, bottom.width.into()), bottom);
    }
}

/// How many computers fit; the last line is the destination, if there is room.
pub(crate) fn list_height(area: Rect, count: usize) -> usize {
    let inner = usize::from(area.height.saturating_sub(2));
    if inner > 2 && count != inner { inner - 1 } else { inner }
}

/// Without a last line the destination is in the title.
fn titles(scene: Scene<'_>, area: Rect, top: usize) -> Titles {
    let clients = &scene.state.clients;
    let count = clients.computers.len();
    let height = list_height(area, count);
    let has_foot = usize::from(area.height.saturating_sub(2)) > height;
    let mut right = past::as_of_now(scene.state);
    if let Some(progress) = clients.under_way.as_ref().filter(|_| !has_foot) {
        right.push((Warning, opened(progress)));
    } else if count > height {
        right.push((Dim, format!("{}-{} of {count}", top + 1, (top + height).min(count))));
    }
    let mut titles = Titles { name: "Computers", right, ..Titles::default() };
    let room = usize::from(area.width).saturating_sub("  Computers  ".len() + titles.right_width());
    let from = format!("{DASH} c connects from {}", clients.computer().name);
    let to = format!("{DASH} to {}", destination(scene.state));
    let tries = match area.width {
        _ if has_foot => [format!("{from}, < > select another"), format!("< > {from}"), from],
        40.. => [format!("< > {to}"), to.clone(), text::cut(&to, room)],
        _ => [from, String::from("< >"), String::new()],
    };
    titles.about = text::fitting(room, tries.into_iter().chain([String::new()]));
    titles
}

/// The widths of names and addresses.
fn columns(clients: &Clients) -> [usize; 2] {
    let all = &clients.computers;
    let names = all.iter().map(|computer| text::width(&computer.name));
    let ips = all.iter().map(|computer| computer.ip.to_string().len());
    [names.max().unwrap_or(0).clamp(6, 11), ips.max().unwrap_or(0).max(9)]
}

pub(crate) fn row(
    scene: Scene<'_>,
    (n, computer): (usize, &Computer),
    room: usize,
) -> Line<'static> {
    let state = scene.state;
    let [name_width, mut ip_width] = columns(&state.clients);
    let mut ip = computer.ip.to_string();
    // Where there is hardly room, the end of an address distinguishes the lab's computers.
    if computer.host != Host::THIS && 3 + name_width + 1 + ip_width + 1 + OPEN > room {
        ip.replace_range(..ip.rfind('.').unwrap_or(0), "");
        ip_width = ENDING;
    }
    let is_selected = n == state.clients.chosen;
    let mark = if is_selected { SELECTED } else { " " };
    let name = text::fit(&computer.name, name_width);
    let (gap, open_width) = if room >= 50 { ("   ", 12) } else { (" ", OPEN) };
    let before = format!(" {mark} {name}{gap}{ip:<ip_width$}{gap}");
    let many = text::number(state.ends.count(Holder::Client(n)));
    let open = if many == "0" { String::new() } else { format!("{many} open") };
    let left = room.saturating_sub(text::width(&before));
    // A number is shown whole, or not at all.
    let open = if open.len() <= left {
        format!("{open:<open_width$} ")
    } else if many.len() < left {
        many + " "
    } else {
        String::new()
    };
    let ports = ports(state, Holder::Client(n), left.saturating_sub(open.len()));
    // The next verb is for the selected row, if there is one.
    let is_target = is_selected && state.ui.selected.is_none();
    let mut before = scene.end(Some(Holder::Client(n)), before);
    if is_selected && !is_target {
        before.style = before.style.bold();
    }
    let spans = vec![before, scene.span(Gauge, open), scene.span(Dim, ports)];
    if is_target { scene.selected(spans) } else { Line::from(spans) }
}

/// The width of `10 open`.
const OPEN: usize = 7;
/// The width of the end of an address: `.254`.
const ENDING: usize = 4;

/// The width of ` + 9 more`, with a blank before it.
const MORE: usize = 10;

fn ports(state: &State, computer: Holder, room: usize) -> String {
    let open = state.ends.count(computer);
    let newest = state.ends.of(computer).map(|end| end.socket.name.tuple.local.port);
    let mut newest = newest.map(|port| port.to_string());
    let Some(mut ports) = newest.next() else { return String::new() };
    let label = if open == 1 { "port " } else { "ports " };
    let mut shown = 1;
    for port in newest {
        if label.len() + ports.len() + port.len() + MORE > room {
            break;
        }
        ports = format!("{ports} {port}");
        shown += 1;
    }
    let more = match open - shown.min(open) {
        0 => String::new(),
        more => format!(" + {} more", text::number(more)),
    };
    let brief = more.replace(" + ", " +").replace(" more", "");
    // A port is shown whole, or not at all.
    let tries = [format!("{label}{ports}{more}"), format!("{ports}{more}"), ports.clone() + &brief];
    text::fitting(room, tries.into_iter().chain([ports, String::new()]))
}

/// The destination; none while the kernel has yet to choose the server's port.
fn destination(state: &State) -> String {
    let to = state.clients.target(state.server().at());
    if to.port == Port::ANY { String::from("nothing yet: press l") } else { to.to_string() }
}

fn foot_line(scene: Scene<'_>, room: usize) -> Line<'static> {
    let clients = &scene.state.clients;
    if let Some(progress) = &clients.under_way {
        return burst(scene, progress);
    }
    let what = Statement::new("source-port");
    let what = match clients.spec.source_port {
        SourcePort::KernelPicks => {
            what.when("Picked", true).with_some("range", scene.state.lab.unusual_range())
        }
        SourcePort::Fixed(port) => what.with("port", port),
        SourcePort::SameAsServer => what.when("Same", true),
        SourcePort::Range(range) => what.with("range", range),
    };
    let forms = explain::forms(&what);
    // Before the short form is left out, its margin is.
    let tries = forms.iter().chain(forms.last()).zip([3, 2, 1]);
    let tries = tries.map(|(words, margin)| " ".repeat(margin) + words).chain([String::new()]);
    let to = text::cut(&format!(" to {}", destination(scene.state)), room);
    let from = text::fitting(room.saturating_sub(text::width(&to)), tries);
    let mut spans = scene.named(Text, &to);
    spans.push(scene.span(Dim, from));
    Line::from(spans)
}

fn burst(scene: Scene<'_>, progress: &BurstProgress) -> Line<'static> {
    let mut spans = vec![scene.span(Warning, " connecting ")];
    spans.extend(gauge(scene, Gauge, (progress.opened, progress.asked), 12));
    spans.push(Span::raw(format!(" {}", opened(progress))));
    Line::from(spans)
}

pub(crate) fn opened(progress: &BurstProgress) -> String {
    let [opened, asked] = [progress.opened, progress.asked].map(text::number);
    format!("{opened} of {asked}")
}
