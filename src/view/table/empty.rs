use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::app::PointOfView;
use crate::tcp::Port;
use crate::view::ThemeRole::{Dim, Key, Text};
use crate::view::table::titles::command;
use crate::view::{Painter, Scene, rect, text};

pub(crate) fn draw(painter: &mut Painter<'_>, area: Rect) {
    let scene = painter.scene;
    let (why, key) = words(scene);
    let mut lines = scene.wrapped(Text, &why, usize::from(area.width).saturating_sub(4));
    lines.extend([Line::default(), scene.line(Key, key)]);
    let place = rect::middle(area, area.width, rect::len(lines.len()));
    painter.put(place, lines.into_iter().map(Line::centered));
}

fn words(scene: Scene<'_>) -> (String, String) {
    let state = scene.state;
    let command = command(state);
    let find = state.ui.find.text.value();
    let (why, key) = if let Some((host, (_, why))) = state.sockets.blind.first_key_value() {
        let why = format!("Cannot read {}: {}", state.table_name(*host), text::safe(why));
        (why, "The next poll tries again.")
    } else if !find.is_empty() {
        (format!("No row contains \"{}\".", scene.own(find)), "Press Esc for all rows.")
    } else if state.is_past() && state.seen().is_empty() {
        (String::from("No rows existed then."), "Press . to step forward, p to go live.")
    } else if !state.seen().is_empty() {
        let (owner, key) = match state.ui.lens.view {
            PointOfView::Client => (&*state.clients.computer().name, "Press c to connect"),
            PointOfView::BothEnds | PointOfView::Server => ("the server", "Press l to listen"),
        };
        let why = format!("On this computer ({owner}) {command} prints nothing.");
        return (why, format!("{key}, or e to see the other end."));
    } else if state.ui.lens.whole_machine {
        let owner = if state.lab.is_up() { "these computers" } else { "this machine" };
        (format!("No program on {owner} has a TCP socket."), "Press l to listen.")
    } else if state.server.is_listening() {
        let why = "The server is listening; its row appears at the next poll.";
        (why.to_owned(), "Press c to connect.")
    } else if state.server.at().port == Port::ANY {
        let why = "Nothing is listening yet; the kernel will choose the port.";
        (why.to_owned(), "Press l to listen.")
    } else {
        let port = state.server.at().port;
        (format!("Port {port} is unused: {command} prints nothing."), "Press l to listen.")
    };
    (why, key.to_owned())
}

/// The next step, below a table that shows nothing but a listening socket.
pub(crate) fn hint(painter: &mut Painter<'_>, area: Rect, used: usize) {
    let scene = painter.scene;
    let state = scene.state;
    let waits = state.server.is_listening() && state.seen().connections() == 0;
    let quiet = state.ui.find.text.value().is_empty() && !state.ui.lens.whole_machine;
    if waits && quiet && state.ui.shown.len() == 1 {
        let words = "   No connections yet. Press c to connect.";
        let below = rect::line(area, rect::len(used + 1));
        painter.render(scene.cut(Dim, words, area.width.into()), below);
    }
}
