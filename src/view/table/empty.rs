use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::app::{PointOfView, Statement, explain};
use crate::tcp::Port;
use crate::view::ThemeRole::{Dim, Key, Text};
use crate::view::table::titles::command;
use crate::view::{Painter, Scene, rect, text};

pub(crate) fn draw(painter: &mut Painter<'_>, area: Rect) {
    let scene = painter.scene;
    let [why, key] = words(scene);
    let mut lines = scene.wrapped(Text, &why, usize::from(area.width).saturating_sub(4));
    lines.extend([Line::default(), scene.line(Key, key)]);
    let place = rect::middle(area, area.width, rect::len(lines.len()));
    painter.put(place, lines.into_iter().map(Line::centered));
}

/// Why the table is empty, and which keys help.
fn words(scene: Scene<'_>) -> [String; 2] {
    let (state, server) = (scene.state, scene.state.server());
    let find = state.ui.find.text.value();
    let what = Statement::new("empty-table")
        .with("find", scene.own(find))
        .with("client", &state.clients.computer().name)
        .with("command", command(state))
        .with("port", server.at().port)
        .when("Found", !find.is_empty())
        .when("Past", state.is_past())
        .when("NoRows", state.seen().is_empty())
        .when("WholeMachine", state.ui.row_filter.whole_machine)
        .when("Lab", state.lab.is_up())
        .when("Listening", server.is_listening())
        .when("AnyPort", server.at().port == Port::ANY)
        .when("OfClient", state.ui.row_filter.view == PointOfView::Client);
    let what = match state.sockets.blind.first_key_value() {
        Some((host, (_, why))) => what
            .when("Blind", true)
            .with("table", state.table_name(*host))
            .with("reason", text::safe(why)),
        None => what,
    };
    [explain::words(&what), explain::further(&what, "-details")]
}

/// The next step, below a table that shows nothing but a listening socket.
pub(crate) fn hint(painter: &mut Painter<'_>, area: Rect, used: usize) {
    let scene = painter.scene;
    let state = scene.state;
    let waits = state.server().is_listening() && state.seen().connections() == 0;
    let quiet = state.ui.find.text.value().is_empty() && !state.ui.row_filter.whole_machine;
    if waits && quiet && state.ui.shown.len() == 1 {
        let words = "   No connections yet. Press c to connect.";
        let below = rect::line(area, rect::len(used + 1));
        painter.render(scene.cut(Dim, words, area.width.into()), below);
    }
}
