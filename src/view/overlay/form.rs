use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::app::{Field, Form, Value};
use crate::view::ThemeRole::{Dim, Error, Heading, Key, Selected, Strong, Text};
use crate::view::style::glyphs::{ARROW, REFUSED, SELECTED};
use crate::view::{Painter, Scene, ThemeRole, rect, text, width};

const fn field_width(room: usize) -> usize {
    if room < 90 { 24 } else { 30 }
}

pub(crate) fn draw(painter: &mut Painter<'_>, screen: Rect, title: &str, form: &Form) {
    let scene = painter.scene;
    let fields = (0..form.fields.len()).filter(|field| !form.is_part(*field));
    let fields: Vec<usize> = fields.collect();
    let groups = fields.chunk_by(|one, next| form.fields[*one].group == form.fields[*next].group);
    // Where the screen is too low for them, there are no headings.
    let has_headings = fields.len() + groups.clone().count() + BELOW + 2 <= screen.height.into();
    let headings = groups.clone().filter(|_| has_headings).count();
    let size = (104, fields.len() + headings + BELOW);
    let mut inner = painter.overlay(screen, size, title, keys(scene, form));
    let below = rect::take_bottom(&mut inner, rect::len(BELOW));
    let room = usize::from(inner.width);
    let labels = fields.iter().map(|field| text::width(form.fields[*field].label)).max();
    let label = labels.unwrap_or(0).min(room / 3);
    let lines = groups.flat_map(|group| {
        let heading = has_headings.then(|| scene.line(Heading, form.fields[group[0]].group));
        heading.into_iter().chain(group.iter().map(move |n| line(scene, form, *n, (label, room))))
    });
    let place = fields.iter().position(|field| *field == form.at).unwrap_or(0);
    let top = (place + 1).saturating_sub(usize::from(inner.height));
    painter.put(inner, lines.skip(if has_headings { 0 } else { top }));
    painter.put(below, foot(scene, form, room));
}

/// The lines below the fields: the call, and two for the error or the hint.
const BELOW: usize = 3;

fn keys(scene: Scene<'_>, form: &Form) -> Line<'static> {
    let field = form.fields.get(form.at);
    let is_choice = field.is_some_and(|field| matches!(field.value, Value::Choice { .. }));
    let all = [("Left Right", "change"), ("Tab", "next"), ("Enter", "apply"), ("Esc", "cancel")];
    scene.keys(if is_choice { &all } else { &all[1..] })
}

fn line(scene: Scene<'_>, form: &Form, n: usize, (label, room): (usize, usize)) -> Line<'static> {
    let (field, part) = (&form.fields[n], form.part_of(n));
    let focused = n == form.at;
    let wrong =
        form.wrong.as_ref().is_some_and(|wrong| [Some(n), part].contains(&Some(wrong.field)));
    let symbol = match (wrong, focused) {
        (true, _) => scene.span(Error, format!("{REFUSED} ")),
        (false, true) => scene.span(Key, format!("{SELECTED} ")),
        (false, false) => Span::raw("  "),
    };
    let name = text::fit(field.label, label);
    let name = scene.span(if focused { Strong } else { Text }, format!("{name}  "));
    let most = field_width(room).min(room.saturating_sub(label + 6));
    let mut spans = vec![symbol, name];
    let before = width(&spans);
    spans.extend(match &field.value {
        Value::Text(_) => entry(scene, form, (n, field), most),
        Value::Choice { .. } => choice(scene, form, n, room.saturating_sub(before)),
    });
    let used = width(&spans);
    let calls = [part.map_or("", |part| &form.fields[part].call), &field.call];
    let mut call = scene.own(calls.into_iter().find(|call| !call.is_empty()).unwrap_or(""));
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

/// A text in so many columns; with the cursor, where it is its turn.
fn entry(
    scene: Scene<'_>,
    form: &Form,
    (n, field): (usize, &Field),
    most: usize,
) -> Vec<Span<'static>> {
    let shown = scene.own(field.shown());
    let focused = n == form.at || form.part_of(form.at) == Some(n);
    let mut spans = match &field.value {
        // Typing replaces a value that is selected.
        Value::Text(_) if focused && form.is_new_there => {
            vec![scene.span(Selected, text::cut(&shown, most))]
        }
        Value::Text(input) if focused => scene.input(input, most),
        Value::Text(_) | Value::Choice { .. } => {
            vec![scene.span(ThemeRole::Field, text::cut(&shown, most))]
        }
    };
    let blank = most.saturating_sub(width(&spans));
    spans.push(scene.span(ThemeRole::Field, " ".repeat(blank)));
    spans
}

/// The selected option between its arrows, with the field that belongs to it: `‹ a fixed port: 6000 ›`.
fn choice(scene: Scene<'_>, form: &Form, n: usize, room: usize) -> Vec<Span<'static>> {
    let (arrows, text) = if n == form.at { (Key, Strong) } else { (Dim, Text) };
    let option = form.fields[n].shown();
    let mut spans = vec![scene.span(arrows, "‹ ")];
    match form.part_of(n) {
        None => spans.push(scene.span(text, text::cut(option, room.saturating_sub(4)))),
        Some(part) => {
            let field = &form.fields[part];
            let (before, after) = option.split_once('N').unwrap_or((option, ""));
            let before = if after.is_empty() { format!("{option}: ") } else { before.to_owned() };
            let left = room.saturating_sub(text::width(&before) + after.len() + 4);
            // One column is for a cursor behind the text.
            let has_cursor = n == form.at && !form.is_new_there;
            let wide = text::width(field.shown()) + usize::from(has_cursor);
            spans.push(scene.span(text, before));
            spans.extend(entry(scene, form, (part, field), wide.clamp(1, left.max(1))));
            spans.push(scene.span(text, after.to_owned()));
        }
    }
    spans.push(scene.span(arrows, " ›"));
    spans
}

fn foot(scene: Scene<'_>, form: &Form, room: usize) -> Vec<Line<'static>> {
    let field = form.fields.get(form.part_of(form.at).unwrap_or(form.at));
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
