//! Ports as cells, the even ones above the odd ones.

use ratatui::layout::Rect;

use crate::app::Parity;
use crate::tcp::{Port, PortRange, TcpState};
use crate::view::ThemeRole::{Border, Dim, FocusBorder, Gauge, Key};
use crate::view::main::ports::selection::{SelectedPort, listening};
use crate::view::style::glyphs::{DOWN, FREE, FULL, NEVER, glyph};
use crate::view::{Painter, Scene};

/// The number of the first port of a line, and a blank.
const LABEL: u16 = 7;

/// The cells of a line: a round number, so that ports are easy to count.
fn across(area: Rect) -> u16 {
    let room = area.width.saturating_sub(LABEL + 1);
    (room / 10 * 10).clamp(10, 100)
}

/// The pairs of lines that fit, one of even and one of odd ports.
fn pairs(area: Rect) -> u16 {
    (area.height / 2).max(1)
}

/// Whether all ports of the range fit.
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
    (range, selected): (PortRange, Option<SelectedPort<'_>>),
) {
    let scene = painter.scene;
    let listening = listening(scene);
    let few = few(range, area);
    for port in range.low.0..=range.high.0 {
        let port = Port(port);
        let (place, label) = match few {
            Some(high) => large(area, range, port, high),
            None => small(area, range, port),
        };
        if let Some(label) = label {
            let text = scene.line(Dim, port.0.to_string());
            let text = if few.is_some() { text.centered() } else { text };
            painter.render(text, label.intersection(area));
        }
        let is_selected = selected.is_some_and(|selected| selected.port == port);
        let (symbol, style) = symbol(scene, port, (is_selected, listening.contains(&port)));
        for at in place.intersection(area).positions() {
            painter.set(at.into(), symbol, style);
        }
    }
}

/// The height of the cells if they are so few that each has its number above it.
fn few(range: PortRange, area: Rect) -> Option<u16> {
    let fits = range.len().div_ceil(2) < usize::from(area.width / WIDE);
    let high = (area.height / 2).saturating_sub(2).min(3);
    (fits && high > 0).then_some(high)
}

/// The width of a cell with its number, and the blank beside it.
const WIDE: u16 = 7;

/// The areas of a large cell and of its number.
fn large(area: Rect, range: PortRange, port: Port, high: u16) -> (Rect, Option<Rect>) {
    let far = port.0 - (range.low.0 & !1);
    let cell = Rect {
        x: area.x + 1 + far / 2 * WIDE,
        y: area.y + far % 2 * (high + 2),
        width: WIDE - 1,
        height: 1,
    };
    let body = Rect { y: cell.y + 1, height: high, ..cell };
    (body, Some(cell))
}

/// The areas of a small cell and of the number at the start of its line.
fn small(area: Rect, range: PortRange, port: Port) -> (Rect, Option<Rect>) {
    let per_pair = u32::from(across(area)) * 2;
    let first = u32::from(range.low.0) & !1;
    let far = u32::from(port.0) - first;
    let (pair, odd, column) = (far / per_pair, far % 2, far % per_pair / 2);
    let has_air = u32::from(area.height) >= 3 * needed(range, per_pair);
    let line = pair * if has_air { 3 } else { 2 } + odd;
    let small = |number: u32| u16::try_from(number).unwrap_or(u16::MAX);
    let y = area.y.saturating_add(small(line));
    let place = Rect::new(area.x + LABEL + small(column), y, 1, 1);
    let label = Rect::new(area.x + 1, y, LABEL - 1, 1);
    let is_first = far % per_pair < 2 || port == range.low;
    (place, is_first.then_some(label))
}

fn needed(range: PortRange, per_pair: u32) -> u32 {
    u32::try_from(range.len()).unwrap_or(u32::MAX).div_ceil(per_pair)
}

fn symbol(
    scene: Scene<'_>,
    port: Port,
    (is_selected, listens): (bool, bool),
) -> (char, ratatui::style::Style) {
    let state = scene.state;
    let first = |text: &str| text.chars().next().unwrap_or(' ');
    if is_selected {
        (first(DOWN), scene.style(FocusBorder))
    } else if listens {
        (glyph(TcpState::Listen), scene.theme.state(TcpState::Listen))
    } else if state.seen().ports().rows_at(port) > 0 {
        let look = match Parity::of(port) {
            Parity::Even => Gauge,
            Parity::Odd => Key,
        };
        (first(FULL), scene.style(look))
    } else if state.port_range().contains(port) {
        (first(FREE), scene.style(Border))
    } else {
        (first(NEVER), scene.style(Border))
    }
}
