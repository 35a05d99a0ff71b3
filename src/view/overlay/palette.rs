use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::app::{BINDINGS, Binding, Palette};
use crate::view::ThemeRole::{Dim, Field, Key};
use crate::view::overlay::help::keys_of;
use crate::view::style::glyphs::SELECTED;
use crate::view::{Painter, Scene, rect, text, width};

pub(crate) fn draw(painter: &mut Painter<'_>, screen: Rect, palette: &Palette) {
    let scene = painter.scene;
    let found = palette.found();
    let listed = BINDINGS.iter().filter(|binding| binding.is_listed());
    let all = listed.clone().count();
    let key = listed.map(|binding| keys_of(binding).len()).max().unwrap_or(0);
    let wide = 78.min(screen.width.saturating_sub(2));
    let keys = scene.keys(&[("Enter", "run"), ("Up Down", "select"), ("Esc", "close")]);
    let mut rest = painter.overlay(screen, (wide, (all + 2).min(22)), "All actions", keys);
    let typing = rect::take_top(&mut rest, 1);
    let room = usize::from(typing.width);
    let count = match found.len() {
        n if n == all => format!("  {n} actions"),
        n => format!("  {n} of {all}"),
    };
    let mut spans = vec![scene.span(Key, ": ")];
    spans.extend(scene.input(&palette.text, room.saturating_sub(2 + count.len())));
    let pad = (room - count.len().min(room)).saturating_sub(width(&spans));
    spans.push(scene.span(Field, " ".repeat(pad)));
    spans.push(scene.span(Dim, count));
    painter.render(Line::from(spans), typing);
    if found.is_empty() {
        return painter.put(rest, [scene.line(Dim, "  no action matches")]);
    }
    let high = usize::from(rest.height);
    let top = (palette.chosen + 1).saturating_sub(high);
    let lines = found.into_iter().enumerate().skip(top).take(high);
    let lines = lines.map(|(n, binding)| line(scene, binding, n == palette.chosen, (key, room)));
    painter.put(rest, lines);
}

fn line(
    scene: Scene<'_>,
    binding: &Binding,
    selected: bool,
    (key, room): (usize, usize),
) -> Line<'static> {
    let keys = text::fit(&keys_of(binding), key + 2);
    let about = text::cut(binding.about, room.saturating_sub(key + 4));
    let symbol = if selected { SELECTED } else { " " };
    let spans = vec![Span::raw(format!("{symbol} ")), scene.span(Key, keys), Span::raw(about)];
    if selected { scene.selected(spans) } else { Line::from(spans) }
}
