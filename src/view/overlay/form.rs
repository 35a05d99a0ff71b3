use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::app::{Field, Form, Value};
use crate::view::ThemeRole::{Dim, Error, Key, Selected, Strong, Text};
use crate::view::pane::footer::form_keys;
use crate::view::style::glyphs::{ARROW, REFUSED, SELECTED};
use crate::view::{Painter, Scene, ThemeRole, rect, text, width};

const fn field_width(room: usize) -> usize {
    if room < 90 { 24 } else { 30 }
}

pub(crate) fn draw(painter: &mut Painter<'_>, screen: Rect, title: &str, form: &Form) {
    let scene = painter.scene;
    let count = form.fields.len();
    let keys = form_keys(scene, form);
    let mut fields = painter.overlay(screen, (104, count + BELOW), title, keys);
    let below = rect::take_bottom(&mut fields, rect::len(BELOW));
    let room = usize::from(fields.width);
    let top = (form.at + 1).saturating_sub(usize::from(fields.height));
    let label = form.fields.iter().map(|field| text::width(field.label)).max();
    let label = label.unwrap_or(0).min(room / 3);
    let lines = form.fields.iter().enumerate().skip(top);
    painter.put(fields, lines.map(|(n, field)| line(scene, form, (n, field), (label, room))));
    painter.put(below, foot(scene, form, room));
}

/// The lines below the fields: the call, and two for the error or the hint.
const BELOW: usize = 3;

fn line(
    scene: Scene<'_>,
    form: &Form,
    (n, field): (usize, &Field),
    (label, room): (usize, usize),
) -> Line<'static> {
    let focused = n == form.at;
    let wrong = form.wrong.as_ref().is_some_and(|wrong| wrong.field == n);
    let symbol = match (wrong, focused) {
        (true, _) => scene.span(Error, format!("{REFUSED} ")),
        (false, true) => scene.span(Key, format!("{SELECTED} ")),
        (false, false) => Span::raw("  "),
    };
    let part = match (focused, form.is_idle(n)) {
        (true, _) => Strong,
        (false, true) => Dim,
        (false, false) => Text,
    };
    let name = scene.span(part, format!("{}  ", text::fit(field.label, label)));
    let most = field_width(room).min(room.saturating_sub(label + 6));
    let mut spans = vec![symbol, name];
    let before = width(&spans);
    spans.extend(value(scene, form, (n, field), most));
    let used = width(&spans);
    let mut call = scene.own(&field.call);
    let pad = (before + field_width(room) + 2).saturating_sub(used).max(2);
    let left = room.saturating_sub(used + pad);
    if let Some(short) = call.strip_prefix("socket(), ")
        && call.len() > left
    {
        call = short.to_owned();
    }
    if left >= 8 && room >= 60 {
        let call = format!("{}{}", " ".repeat(pad), text::cut(&call, left));
        spans.push(scene.span(Dim, call));
    }
    Line::from(spans)
}

fn value(
    scene: Scene<'_>,
    form: &Form,
    (n, field): (usize, &Field),
    most: usize,
) -> Vec<Span<'static>> {
    let focused = n == form.at;
    let shown = scene.own(field.shown());
    match &field.value {
        _ if !focused && form.is_idle(n) => vec![scene.span(Dim, text::fit(&shown, most))],
        Value::Text(input) if focused => {
            // Typing replaces a value that is selected.
            let mut spans = if form.is_new_there {
                vec![scene.span(Selected, text::cut(&shown, most))]
            } else {
                scene.input(input, most)
            };
            let blank = most.saturating_sub(width(&spans));
            spans.push(scene.span(ThemeRole::Field, " ".repeat(blank)));
            spans
        }
        Value::Text(_) => vec![scene.span(ThemeRole::Field, text::fit(&shown, most))],
        Value::Choice { .. } => {
            let (arrows, part) = if focused { (Key, Strong) } else { (Dim, Text) };
            let shown = text::cut(&shown, most.saturating_sub(4));
            vec![scene.span(arrows, "‹ "), scene.span(part, shown), scene.span(arrows, " ›")]
        }
    }
}

fn foot(scene: Scene<'_>, form: &Form, room: usize) -> Vec<Line<'static>> {
    let field = form.fields.get(form.at);
    let (part, words) = match &form.wrong {
        Some(wrong) => (Error, format!("{REFUSED} {}", scene.own(&wrong.why))),
        None => (Dim, field.map_or("", |field| &*field.hint).to_owned()),
    };
    // On a small screen the calls have no room beside the fields.
    let call = match field.map_or("", |field| &field.call) {
        call if room < 60 && !call.is_empty() => format!("{ARROW} {}", scene.own(call)),
        _ => String::new(),
    };
    let call = scene.cut(Dim, &call, room);
    std::iter::once(call).chain(scene.wrapped(part, &words, room)).collect()
}
