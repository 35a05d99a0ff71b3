use std::time::Duration;

use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::BorderType;

use crate::app::{Action, Form, Key, Overlay, Value, binding_of};
use crate::cli::ThemeName;
use crate::view::ThemeRole::{Dim, KeyCap, Warning};
use crate::view::style::glyphs::CUT;
use crate::view::{Painter, Scene, Theme, ThemeRole, rect, text, width};

pub(crate) fn draw(painter: &mut Painter<'_>, area: Rect) {
    let scene = painter.scene;
    let mut keys = theme(scene);
    keys.extend(inline_keys(painter.buffer.area, scene));
    let room = usize::from(area.width).saturating_sub(width(&keys));
    let line = if scene.state.ui.find.typing { find(scene, room) } else { hints(scene, room) };
    painter.render(line, area);
    if !keys.is_empty() {
        painter.render(Line::from(keys).right_aligned(), area);
    }
}

fn hints(scene: Scene<'_>, room: usize) -> Line<'static> {
    let ui = &scene.state.ui;
    if let Some(notice) = newest_notice(scene, room) {
        return notice;
    }
    if let Some(overlay) = &ui.overlay {
        return keys_over(scene, overlay);
    }
    let mut spans = Vec::new();
    spans.extend(ui.count.map(|count| scene.span(KeyCap, format!(" {count}{CUT} "))));
    let hints = scene.state.hints().into_iter().map(|(key, help)| {
        let always = matches!(key, Key::Char('?' | 'q'));
        let key = scene.span(ThemeRole::Key, format!(" {key}"));
        (always, [key, Span::raw(format!(" {help}  "))])
    });
    let mut hints: Vec<(bool, [Span<'static>; 2])> = hints.collect();
    let first = hints.iter().take(FIRST).chain(hints.iter().filter(|(always, _)| *always));
    if first.map(|(_, hint)| width(hint)).sum::<usize>() > room {
        for (_, [_, help]) in &mut hints {
            help.content = help.content.replace("stop listening", "stop").into();
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

/// The number of most useful keys: where they have no room, texts are shortened.
const FIRST: usize = 3;

fn keys_over(scene: Scene<'_>, overlay: &Overlay) -> Line<'static> {
    let close = ("Esc", "close");
    let scroll = ("j k", "scroll");
    let quit = ("ctrl-c", "quit at once");
    match overlay {
        Overlay::Help(_) => scene.keys(&[close, scroll, quit]),
        Overlay::HeldStates(_) => scene.keys(&HELD_STATES_KEYS),
        Overlay::Details(name) if name.tuple.is_connected() && !scene.state.is_held(*name) => {
            scene.keys(&[close, ("j k", "next"), (&*verbs(), "actions"), quit])
        }
        Overlay::Details(_) => scene.keys(&[close, ("j k", "next row"), quit]),
        Overlay::Why(_) => scene.keys(&[("y", "retry"), close, scroll, quit]),
        Overlay::Palette(_) => scene.keys(&[("Enter", "run"), ("Up Down", "select"), close, quit]),
        Overlay::Form(_, form) => form_keys(scene, form),
    }
}

pub(crate) const HELD_STATES_KEYS: [(&str, &str); 3] =
    [("j k", "select"), ("1-9 Enter", "hold"), ("Esc", "close")];

fn verbs() -> String {
    let bindings = Action::VERBS.into_iter().filter_map(binding_of);
    let keys: Vec<String> = bindings.map(|binding| binding.keys[0].to_string()).collect();
    keys.join(" ")
}

const FRESH: Duration = Duration::from_secs(2);

/// The newest notice, for a moment, while an overlay covers its pane; the overlay shows its keys itself.
fn newest_notice(scene: Scene<'_>, room: usize) -> Option<Line<'static>> {
    let state = scene.state;
    state.ui.overlay.as_ref()?;
    let last = state.notices.last()?;
    let is_new = last.at > state.ui.covered && state.now.since(last.at) < FRESH;
    let text = text::cut(&format!(" {}", text::safe(&last.text())), room);
    is_new.then(|| scene.line(ThemeRole::Text, text))
}

pub(crate) fn form_keys(scene: Scene<'_>, form: &Form) -> Line<'static> {
    let mut keys = vec![("Enter", "apply"), ("Esc", "cancel"), ("Tab", "next")];
    let field = form.fields.get(form.at);
    if field.is_some_and(|field| matches!(field.value, Value::Choice { .. })) {
        keys.insert(0, ("← →", "change"));
    }
    scene.keys(&keys)
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

pub(crate) fn has_room_for_keys(area: Rect) -> bool {
    area.width >= 100 && area.height >= 24
}

fn inline_keys(screen: Rect, scene: Scene<'_>) -> Vec<Span<'static>> {
    let has_place = has_room_for_keys(screen) && !scene.state.ui.look.big;
    if !scene.state.ui.look.keys || has_place {
        return Vec::new();
    }
    let cap = |key: &String| [Span::raw(" "), scene.span(KeyCap, format!(" {} ", scene.own(key)))];
    scene.state.ui.keys.iter().flat_map(cap).collect()
}

pub(crate) fn draw_caps(painter: &mut Painter<'_>, area: Rect) {
    let scene = painter.scene;
    let mut rest = area;
    let mut line = rect::take_bottom(&mut rest, 3);
    for (n, key) in scene.state.ui.keys.iter().rev().enumerate() {
        let key = scene.own(key);
        let wide = rect::len(text::width(&key)).saturating_add(4);
        if wide > line.width || line.height < 3 {
            return;
        }
        let cap = rect::take_right(&mut line, wide);
        let (frame, letter) = if n == 0 { (Warning, KeyCap) } else { (Dim, Dim) };
        painter.render(scene.block(BorderType::Rounded, frame), cap);
        painter.render(scene.line(letter, format!(" {key} ")), rect::inside(cap));
    }
}
