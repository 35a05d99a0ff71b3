use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::app::{Action, PointOfView, Statement, binding_of, explain};
use crate::tcp::Port;
use crate::view::ThemeRole::{Dim, Key, Text};
use crate::view::table::titles::command;
use crate::view::{Painter, Scene, rect, text};

/// The most lines of what an empty table says.
pub(crate) const LINES: u16 = 9;

pub(crate) fn draw(painter: &mut Painter<'_>, area: Rect) {
    let scene = painter.scene;
    let room = usize::from(area.width).saturating_sub(4);
    let [why, key] = words(scene);
    let both = format!("{why} {key}");
    let is_start = scene.state.is_at_start() && room >= LEAST;
    let mut lines = if is_start && (text::width(&both) <= room || text::width(&why) > room) {
        scene.wrapped(Text, &both, room)
    } else {
        let gap = (!is_start).then(Line::default);
        let why = scene.wrapped(Text, &why, room).into_iter();
        why.chain(gap).chain([scene.line(Key, key)]).collect()
    };
    if is_start {
        lines.push(Line::default());
        lines.extend(story(scene, room));
        lines.extend([Line::default(), other_keys(scene)]);
    }
    if lines.len() > usize::from(area.height) {
        lines.retain(|line| line.width() > 0);
    }
    let place = rect::middle(area, area.width, rect::len(lines.len()));
    painter.put(place, lines.into_iter().map(Line::centered));
}

/// The fewest columns for the first keys.
const LEAST: usize = 54;

/// The first keys, and what each of them shows.
const STORY: [(Action, &str); 4] = [
    (Action::Listen, "Listen"),
    (Action::Connect, "Connect"),
    (Action::Connect, "Again"),
    (Action::Close, "Close"),
];

fn story(scene: Scene<'_>, room: usize) -> Vec<Line<'static>> {
    const GAP: usize = 3;
    let steps = STORY.map(|(action, step)| {
        let forms = explain::forms(&Statement::new("welcome").when(step, true));
        (key_of(action), text::fitting(room - GAP - 1, forms))
    });
    let widest = steps.iter().map(|(_, words)| text::width(words)).max().unwrap_or(0);
    let line = |(key, words): (String, String)| {
        let words = " ".repeat(GAP) + &text::fit(&words, widest);
        Line::from(vec![scene.span(Key, key), scene.span(Text, words)])
    };
    steps.map(line).into()
}

fn other_keys(scene: Scene<'_>) -> Line<'static> {
    let keys = [
        (Action::Lessons, "lessons"),
        (Action::Lab, "lab"),
        (Action::Help, "keys"),
        (Action::Palette, "actions"),
    ];
    let keys = keys.map(|(action, help)| (key_of(action), help));
    let keys = keys.each_ref().map(|(key, help)| (key.as_str(), *help));
    scene.keys(&[&[("Space", "the tour")], &keys[..]].concat())
}

fn key_of(action: Action) -> String {
    binding_of(action).map_or_else(String::new, |binding| binding.keys[0].to_string())
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
