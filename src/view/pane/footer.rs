use std::time::Duration;

use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::app::{Action, Key, Overlay, binding_of};
use crate::cli::ThemeName;
use crate::view::ThemeRole::{Dim, KeyCap, Warning};
use crate::view::pane::notices;
use crate::view::style::glyphs::CUT;
use crate::view::{Painter, Scene, Theme, ThemeRole, text, width};

/// `is_log` is whether the sentences have a pane.
pub(crate) fn draw(painter: &mut Painter<'_>, area: Rect, is_log: bool) {
    let scene = painter.scene;
    let keys = theme(scene);
    let room = usize::from(area.width).saturating_sub(width(&keys));
    let line =
        if scene.state.ui.find.typing { find(scene, room) } else { hints(scene, room, is_log) };
    painter.put(area, [line]);
    if !keys.is_empty() {
        painter.render(Line::from(keys).right_aligned(), area);
    }
}

fn hints(scene: Scene<'_>, room: usize, is_log: bool) -> Line<'static> {
    let ui = &scene.state.ui;
    if let Some(notice) = newest_notice(scene, room, is_log) {
        return notice;
    }
    if let Some(overlay) = &ui.overlay {
        return keys_over(scene, overlay);
    }
    let mut spans = Vec::new();
    let held_back = ui.ahead.held_back(scene.state.now);
    spans.extend(held_back.into_iter().flat_map(|keys| {
        let waiting = scene.span(Warning, format!(" {} ", text::plural(keys, "waiting key")));
        [waiting, scene.span(ThemeRole::Key, " Esc"), Span::raw(" drop  ")]
    }));
    spans.extend(ui.count.map(|count| scene.span(KeyCap, format!(" {count}{CUT} "))));
    let hints = scene.state.hints().into_iter().map(|(key, help)| {
        let always = matches!(key, Key::Char('?' | 'q'));
        let key = scene.span(ThemeRole::Key, format!(" {key}"));
        (always, [key, Span::raw(format!(" {help}  "))])
    });
    let mut hints: Vec<(bool, [Span<'static>; 2])> = hints.collect();
    // Where the most useful keys have no room, their texts are shortened.
    for more in [" listening", &format!(" from {}", scene.state.clients.computer().name)] {
        let first = hints.iter().take(FIRST).chain(hints.iter().filter(|(always, _)| *always));
        if first.map(|(_, hint)| width(hint)).sum::<usize>() > room {
            for (_, [_, help]) in &mut hints {
                help.content = help.content.replace(more, "").into();
            }
        }
    }
    let reserved = hints.iter().filter(|(always, _)| *always).map(|(_, hint)| width(hint));
    let mut left = room.saturating_sub(width(&spans) + reserved.sum::<usize>());
    for (always, hint) in hints {
        let wide = if always { 0 } else { width(&hint) };
        if wide <= left {
            left -= wide;
            spans.extend(hint);
        }
    }
    Line::from(spans)
}

/// The number of most useful keys.
const FIRST: usize = 3;

/// The keys over an overlay that its border does not name.
fn keys_over(scene: Scene<'_>, overlay: &Overlay) -> Line<'static> {
    let (next, quit) = (("j k", "next row"), ("ctrl-c", "quit at once"));
    let Overlay::Details(name) = overlay else { return scene.keys(&[quit]) };
    if name.tuple.is_connected() && !scene.state.is_held(*name) {
        return scene.keys(&[(&*verbs(), "actions"), next, quit]);
    }
    scene.keys(&[next, quit])
}

fn verbs() -> String {
    let bindings = Action::VERBS.into_iter().filter_map(binding_of);
    let keys: Vec<String> = bindings.map(|binding| binding.keys[0].to_string()).collect();
    keys.join(" ")
}

const FRESH: Duration = Duration::from_secs(2);

/// The newest notice, for a moment, while an overlay covers its pane, or it has none; the overlay shows its keys itself.
fn newest_notice(scene: Scene<'_>, room: usize, is_log: bool) -> Option<Line<'static>> {
    let state = scene.state;
    let last = state.notices.last()?;
    let is_hidden = match &state.ui.overlay {
        Some(_) => last.at > state.ui.covered,
        None => !is_log,
    };
    let is_new = is_hidden && state.now.since(last.at) < FRESH;
    let text = text::cut(&format!(" {}", notices::legible(last)), room);
    is_new.then(|| scene.line(ThemeRole::Text, text))
}

fn find(scene: Scene<'_>, room: usize) -> Line<'static> {
    let state = scene.state;
    let mut spans = vec![scene.span(ThemeRole::Key, " find ")];
    spans.extend(scene.input(&state.ui.find.text, (room / 2).max(10)));
    let rows = text::plural(state.ui.shown.len(), "row");
    spans.push(scene.span(Dim, format!("   {rows}   ")));
    spans.extend(scene.keys(&[("Enter", "keep"), ("Esc", "clear")]).spans);
    Line::from(spans)
}

fn theme(scene: Scene<'_>) -> Vec<Span<'static>> {
    if scene.state.ui.look.theme.is_multiple_of(Theme::ORDER.len()) {
        return Vec::new();
    }
    let name = match scene.theme.name() {
        ThemeName::Auto | ThemeName::Dark => "dark",
        ThemeName::Light => "light",
        ThemeName::HighContrast => "high contrast",
        ThemeName::Mono => "mono",
    };
    vec![scene.span(Dim, format!(" theme: {name} "))]
}
