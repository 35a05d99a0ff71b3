//! The table in large letters, for the back of a lecture hall.

mod blocks;

use ratatui::layout::Rect;
use ratatui::text::Span;

use crate::app::{Holder, Tone};
use crate::tcp::SocketId;
use crate::view::ThemeRole::{Dim, Error, Strong, Warning};
use crate::view::main::big_type::blocks::{Blocks, is_in_numbers};
use crate::view::pane::notices;
use crate::view::style::big_letters::BigLetters;
use crate::view::table::window::Window;
use crate::view::table::{empty, titles};
use crate::view::{Painter, Scene, rect, text};

/// The most lines that ordinary letters of a sentence take.
const SENTENCE: u16 = 4;
/// So few lines are all needed.
const LOW: u16 = 18;
/// Columns at both sides of a sentence in large letters.
const MARGIN: usize = 3;
/// The letters of the longest port.
const PORT: usize = 5;

/// The table in large letters, for the back of a lecture hall: the server's port, how many are connected, and of each connection both
/// ports and the state.
pub(crate) fn draw(painter: &mut Painter<'_>, area: Rect) {
    let (scene, mut rest) = (painter.scene, area);
    draw_numbers(painter, &mut rest);
    let room = usize::from(area.width);
    let (newest, _) = notices::lines_wanted(scene.state, room, 0);
    let lines = newest.clamp(2, SENTENCE);
    let blocks = Blocks::new(scene, (room, rest.height.saturating_sub(lines)));
    let window = Window::of(scene.state, painter.scroll, (blocks.rows, 0));
    let rows = window.names(&scene.state.ui.shown);
    if rows.is_empty() {
        let place = rect::take_top(&mut rest, area.height / 3);
        empty::draw(painter, place);
    } else {
        let names = connections(scene, &rows, blocks.count);
        let others = rows.iter().filter(|row| !names.contains(row));
        painter.scroll.visible.extend(others);
        let (height, count) = (blocks.height(), rect::len(names.len()));
        let place = rect::take_top(&mut rest, height * count);
        painter.scroll.list(place, names.iter().copied(), height);
        for (name, y) in names.into_iter().zip((place.y..place.bottom()).step_by(height.into())) {
            let block = Rect { y, height, ..place };
            if let Some(line) = scene.state.seen().get(name) {
                blocks.draw(painter, block.intersection(place), line);
            }
        }
    }
    let all = scene.state.ui.shown.len();
    if all > window.len() {
        let (part, words) = titles::part_shown(window.rest.start + 1, window.rest.end, all);
        let words = scene.line(part, format!("rows {words} ")).right_aligned();
        painter.render(words, rect::line(area, 0));
    }
    draw_sentence(painter, rest);
}

/// The newest `most` connections or the selected one, each once, though both of its ends may be rows; without the listener that the
/// numbers show.
fn connections(scene: Scene<'_>, rows: &[SocketId], most: usize) -> Vec<SocketId> {
    let mut names: Vec<SocketId> = Vec::with_capacity(rows.len());
    for row in rows.iter().filter(|row| !is_in_numbers(scene, **row)) {
        let other = row.tuple.is_connected().then(|| scene.state.other_end(*row));
        if names.last().copied() != other || other.is_none() {
            names.push(*row);
        }
    }
    let is_selected = |name: &SocketId| {
        let selected = scene.state.ui.selected;
        selected == Some(*name) || selected == Some(scene.state.other_end(*name))
    };
    let selected = names.iter().position(is_selected);
    let end = selected.map_or(names.len(), |at| (at + 1).max(most).min(names.len()));
    names.truncate(end);
    names.drain(..end.saturating_sub(most));
    names
}

fn draw_numbers(painter: &mut Painter<'_>, rest: &mut Rect) {
    let scene = painter.scene;
    let (state, half) = (scene.state, rest.width / 2);
    let sizes = BigLetters::sizes(scene.theme.is_ascii());
    let fits = |size: &&BigLetters| {
        size.width(PORT) <= usize::from(half) && size.height() <= (rest.height / 6).max(3)
    };
    let Some(size) = sizes.iter().find(fits).or(sizes.last()).copied() else { return };
    let below = u16::from(rest.height > LOW);
    let area = rect::take_top(rest, 1 + size.height() + below);
    let at = state.server().at();
    let (label, style) = if state.listened() {
        ("LISTEN on port", scene.theme.end(Some(Holder::SERVERS)))
    } else if state.seen().ports.is_listening(at.port) {
        ("in use elsewhere: port", scene.style(Dim))
    } else {
        ("not listening on port", scene.style(Dim))
    };
    let open = state.seen().connections();
    let connections = if open == 1 { "connection" } else { "connections" };
    let halves = [
        (label, at.port.0.to_string(), style),
        (connections, open.to_string(), scene.style(Strong)),
    ];
    for (n, (label, number, style)) in (0..2).zip(halves) {
        let place = Rect { x: area.x + n * half + 2, width: half.saturating_sub(2), ..area };
        painter.render(scene.line(Strong, label), place);
        let below = Rect { y: place.y + 1, height: place.height.saturating_sub(1), ..place };
        painter.letters((below, 0), size, &Span::styled(number, style));
    }
}

/// In letters of twice the size, if it has room whole; else as it fits.
fn draw_sentence(painter: &mut Painter<'_>, mut rest: Rect) {
    let scene = painter.scene;
    let back = scene.state.notices.back;
    let Some(notice) = scene.state.told().nth(back) else { return };
    let size = BigLetters::SENTENCE;
    let room = size.fitting(usize::from(rest.width).saturating_sub(2 * MARGIN));
    let words = notices::legible(notice);
    // The fonts have no other letters.
    let has_letters = words.is_ascii() && !scene.theme.is_ascii();
    let words = text::wrap(&words, room);
    let height = size.height() * rect::len(words.len());
    if !has_letters || height > rest.height {
        let room = (usize::from(rest.width), usize::from(rest.height));
        let lines = notices::newest(scene, back, room);
        let place = rect::take_bottom(&mut rest, rect::len(lines.len()));
        return painter.put(place, lines);
    }
    let part = match notice.tone {
        Tone::Plain => Strong,
        Tone::Refused => Error,
        Tone::Warning => Warning,
    };
    let place = rect::take_bottom(&mut rest, height);
    let place = Rect { x: place.x + rect::len(MARGIN), ..place };
    let lines = words.iter().flat_map(|words| size.draw(words));
    painter.put(place.intersection(painter.buffer.area), lines.map(|line| scene.line(part, line)));
}
