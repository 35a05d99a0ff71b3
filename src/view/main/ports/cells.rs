//! Ports as cells, the even ones above the odd ones.

use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::app::{Parity, State};
use crate::tcp::{Port, PortRange};
use crate::view::ThemeRole::{Border, Dim, Gauge, Key};
use crate::view::main::ports::selection::{listen_symbol, listening, selected_symbol};
use crate::view::style::glyphs::{FREE, FULL, NEVER};
use crate::view::{Painter, Scene, rect};

const LABEL: u16 = 7;

/// The cells of a line: a round number, so that ports are easy to count.
fn across(area: Rect) -> u16 {
    let room = area.width.saturating_sub(LABEL + 1);
    (room / 10 * 10).clamp(10, 100)
}

fn pairs(area: Rect) -> u16 {
    (area.height / 2).max(1)
}

pub(super) fn fits(range: PortRange, area: Rect) -> bool {
    range.len() <= usize::from(across(area)) * 2 * usize::from(pairs(area).min(4))
}

/// The ports around one that fit, in steps of whole lines, so that the map hardly moves with the selection.
pub(super) fn around(port: Port, area: Rect) -> PortRange {
    let pair = u32::from(across(area)) * 2;
    let all = pair * u32::from(pairs(area));
    let before = u32::from(pairs(area) / 2) * pair;
    let low = (u32::from(port.0) / pair * pair).saturating_sub(before);
    let low = low.min((1_u32 << 16).saturating_sub(all) & !1);
    let high = (low + all - 1).min(u32::from(u16::MAX));
    let port = |number| Port(u16::try_from(number).unwrap_or(u16::MAX));
    PortRange { low: port(low), high: port(high) }
}

pub(super) fn draw(
    painter: &mut Painter<'_>,
    area: Rect,
    (range, selected): (PortRange, Option<Port>),
) {
    let scene = painter.scene;
    let listening = listening(scene);
    let few = few(range, area);
    for port in (range.low.0..=range.high.0).map(Port) {
        let (place, label) = match few {
            Some(high) => large(area, range, port, high),
            None => small(area, range, port),
        };
        if let Some(label) = label {
            let text = scene.line(Dim, port.0.to_string());
            let text = if few.is_some() { text.centered() } else { text };
            painter.render(text, label.intersection(area));
        }
        let (symbol, style) = if selected == Some(port) {
            selected_symbol(scene)
        } else {
            symbol(scene, port, listening.contains(&port))
        };
        for at in place.intersection(area).positions() {
            painter.set(at.into(), symbol, style);
        }
    }
}

fn few(range: PortRange, area: Rect) -> Option<u16> {
    let fits = range.len().div_ceil(2) < usize::from(area.width / WIDE);
    let high = (area.height / 2).saturating_sub(2).min(3);
    (fits && high > 0).then_some(high)
}

const WIDE: u16 = 7;

fn large(area: Rect, range: PortRange, port: Port, high: u16) -> (Rect, Option<Rect>) {
    let far = port.0 - (range.low.0 & !1);
    let (x, y) = (area.x + 1 + far / 2 * WIDE, area.y + far % 2 * (high + 2));
    (Rect::new(x, y + 1, WIDE - 1, high), Some(Rect::new(x, y, WIDE - 1, 1)))
}

fn small(area: Rect, range: PortRange, port: Port) -> (Rect, Option<Rect>) {
    let per_pair = u32::from(across(area)) * 2;
    let far = u32::from(port.0) - (u32::from(range.low.0) & !1);
    let (pair, odd, column) = (far / per_pair, far % 2, far % per_pair / 2);
    let pairs = range.len().div_ceil(per_pair as usize);
    let has_air = usize::from(area.height) >= 3 * pairs;
    let line = pair * if has_air { 3 } else { 2 } + odd;
    let y = area.y.saturating_add(rect::len(line));
    let is_first = far % per_pair < 2 || port == range.low;
    let label = Rect::new(area.x + 1, y, LABEL - 1, 1);
    (Rect::new(area.x + LABEL + rect::len(column), y, 1, 1), is_first.then_some(label))
}

fn symbol(scene: Scene<'_>, port: Port, listens: bool) -> (char, Style) {
    if listens {
        listen_symbol(scene, port)
    } else if scene.state.seen().ports.rows_at(port) > 0 {
        let is_even = Parity::of(port) == Parity::Even;
        (FULL, scene.style(if is_even { Gauge } else { Key }))
    } else if is_never_picked(scene.state, port) {
        (NEVER, scene.style(Border))
    } else {
        (FREE, scene.style(Border))
    }
}

/// Whether the next connect does not pick the port, as far as the range is known.
fn is_never_picked(state: &State, port: Port) -> bool {
    let range = state.port_range();
    !range.contains(port) && !state.machine.is_assumed(range)
}
