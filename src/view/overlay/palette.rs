use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::app::{Palette, PaletteEntry, PaletteKind};
use crate::view::ThemeRole::{Dim, Field, Key, Strong, Text};
use crate::view::style::glyphs::SELECTED;
use crate::view::{Painter, Scene, rect, text, width};

pub(crate) fn draw(painter: &mut Painter<'_>, screen: Rect, palette: &Palette) {
    let scene = painter.scene;
    let (found, all) = (palette.found(), palette.count());
    let wide = 78.min(screen.width.saturating_sub(2));
    let room = usize::from(wide.saturating_sub(4));
    // The same height for each entry, so that nothing jumps as the selection moves.
    let foot = palette.entries.iter().map(|entry| details(scene, entry, room).len()).max();
    let foot = foot.filter(|lines| *lines > 0).map_or(0, |lines| lines + 1);
    let (title, things, keys) = words(palette.kind);
    let lines = (all + 2).min(22) + foot;
    let mut rest = painter.overlay(screen, (wide, lines), title, scene.keys(keys));
    let typing = rect::take_top(&mut rest, 1);
    let count = match found.len() {
        n if n == all => format!("  {n} {things}"),
        n => format!("  {n} of {all}"),
    };
    let mut spans = vec![scene.span(Key, ": ")];
    spans.extend(scene.input(&palette.text, room.saturating_sub(2 + count.len())));
    let pad = (room - count.len().min(room)).saturating_sub(width(&spans));
    spans.push(scene.span(Field, " ".repeat(pad)));
    spans.push(scene.span(Dim, count));
    painter.render(Line::from(spans), typing);
    if let Some(entry) = found.get(palette.chosen) {
        let place = rect::take_bottom(&mut rest, rect::len(foot));
        painter.put(place, std::iter::once(Line::default()).chain(details(scene, entry, room)));
    } else {
        return painter.put(rest, [scene.line(Dim, format!("  none of the {things} matches"))]);
    }
    let high = usize::from(rest.height);
    let top = (palette.chosen + 1).saturating_sub(high);
    let columns = Columns::of(palette, room);
    let lines = found.into_iter().enumerate().skip(top).take(high);
    let lines = lines.map(|(n, entry)| columns.line(scene, entry, n == palette.chosen));
    painter.put(rest, lines);
}

/// The title, what an entry is, and what the keys do.
const fn words(
    kind: PaletteKind,
) -> (&'static str, &'static str, &'static [(&'static str, &'static str)]) {
    match kind {
        PaletteKind::Actions => {
            ("All actions", "actions", &[("Enter", "run"), ("Up Down", "select"), ("Esc", "close")])
        }
        PaletteKind::Lessons => {
            ("Lessons", "lessons", &[("Enter", "start"), ("Up Down", "select"), ("Esc", "close")])
        }
        PaletteKind::Glossary => ("Glossary", "terms", &[("Up Down", "select"), ("Esc", "close")]),
    }
}

fn details(scene: Scene<'_>, entry: &PaletteEntry, room: usize) -> Vec<Line<'static>> {
    let paragraphs = entry.details.iter().filter(|text| !text.is_empty()).enumerate();
    paragraphs
        .flat_map(|(n, text)| scene.wrapped(if n == 0 { Text } else { Dim }, text, room))
        .collect()
}

/// The columns of the keys, of the names where these stand beside what they mean, and of all.
struct Columns {
    keys: usize,
    name: usize,
    room: usize,
    /// Which of the words at the end of a line leave room for every name, and their columns.
    right: (usize, usize),
}

impl Columns {
    fn of(palette: &Palette, room: usize) -> Columns {
        let widest = |width: &dyn Fn(&PaletteEntry) -> usize| {
            let widest = palette.entries.iter().map(width).max();
            widest.filter(|wide| *wide > 0).map_or(0, |wide| wide + GAP)
        };
        let (keys, name) =
            (widest(&|entry| keys_of(entry).len()), widest(&|entry| text::width(&entry.name)));
        let right = |n: usize| (n, widest(&|entry| text::width(&entry.right[n])));
        let fits = |right: &(usize, usize)| GAP + keys + name + right.1 <= room;
        let right = Some(right(0)).filter(fits).unwrap_or(right(1));
        let name = if palette.kind == PaletteKind::Glossary { name } else { 0 };
        Columns { keys, name, room, right }
    }

    fn line(&self, scene: Scene<'_>, entry: &PaletteEntry, selected: bool) -> Line<'static> {
        let symbol = if selected { SELECTED } else { " " };
        let keys = text::fit(&keys_of(entry), self.keys);
        let name = text::fit(&entry.name, self.name);
        let mut spans =
            vec![Span::raw(format!("{symbol} ")), scene.span(Key, keys), scene.span(Strong, name)];
        let (n, right) = self.right;
        let left = self.room.saturating_sub(width(&spans) + right);
        let words = if right == 0 { &entry.about } else { &entry.name };
        spans.push(Span::raw(text::fit(words, left)));
        spans.push(scene.span(Dim, format!("{:GAP$}{}", "", entry.right[n])));
        if selected { scene.selected(spans) } else { Line::from(spans) }
    }
}

/// Between two columns.
const GAP: usize = 2;

fn keys_of(entry: &PaletteEntry) -> String {
    entry.keys.join(" ")
}
