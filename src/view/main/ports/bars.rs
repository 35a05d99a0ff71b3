//! Ports as bars: each column of the screen is a range of ports.

use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::app::Parity;
use crate::tcp::{Port, PortRange};
use crate::view::ThemeRole::{Border, Dim, Gauge, Key, Warning};
use crate::view::main::ports::selection::{ALL, listen_symbol, listening, selected_symbol};
use crate::view::{Painter, ThemeRole, rect, text};

const LABEL: u16 = 5;
/// Symbols, two strips, the numbers below them.
pub(super) const LEAST: u16 = 5;
const HIGHEST: u16 = 7;

#[derive(Clone, Copy)]
struct Scale {
    range: PortRange,
    area: Rect,
}

impl Scale {
    fn of(range: PortRange, area: Rect) -> Scale {
        Scale {
            range,
            area: Rect { x: area.x + LABEL, width: area.width.saturating_sub(LABEL + 1), ..area },
        }
    }

    fn ports(self, column: u16) -> PortRange {
        let first = |column: u16| {
            let far = self.range.len() * usize::from(column) / usize::from(self.area.width.max(1));
            usize::from(self.range.low.0) + far
        };
        let (low, next) = (first(column), first(column + 1));
        let port = |number: usize| Port(u16::try_from(number).unwrap_or(u16::MAX));
        PortRange { low: port(low), high: port(next.saturating_sub(1).max(low)) }
    }

    fn x(self, port: Port) -> Option<u16> {
        if !self.range.contains(port) || self.area.width == 0 {
            return None;
        }
        let far = usize::from(port.0 - self.range.low.0);
        // The last column whose first port is not above this one.
        let column = ((far + 1) * usize::from(self.area.width) - 1) / self.range.len();
        Some(self.area.x + u16::try_from(column).ok()?)
    }
}

pub(super) fn draw(
    painter: &mut Painter<'_>,
    area: Rect,
    (range, selected): (PortRange, Option<Port>),
) {
    let scene = painter.scene;
    let mut rest = area;
    let scale = Scale::of(range, area);
    let below = rect::take_bottom(&mut rest, 2);
    draw_symbols(painter, rect::take_top(&mut rest, 1), (scale, selected));
    let high = (rest.height / 2).clamp(1, HIGHEST);
    for (parity, label, part) in [(Parity::Even, "even", Gauge), (Parity::Odd, "odd", Key)] {
        let place = rect::take_top(&mut rest, high);
        painter.render(scene.span(Dim, label), rect::line(place, high - 1));
        draw_bars(painter, place, (scale, parity, part));
    }
    let below = Rect { y: rest.y.min(below.y), ..below };
    if range == ALL {
        draw_parts(painter, below, scale);
    } else {
        draw_numbers(painter, below, scale);
    }
}

fn draw_bars(
    painter: &mut Painter<'_>,
    area: Rect,
    (scale, parity, part): (Scale, Parity, ThemeRole),
) {
    const EIGHTHS: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let scene = painter.scene;
    let ports = &scene.state.seen().ports;
    for column in 0..scale.area.width {
        let range = scale.ports(column);
        let used = ports.used(range, parity) as usize;
        let level = level(used, parity.among(range), usize::from(area.height) * 8);
        for line in 0..area.height {
            let below = usize::from(area.height - 1 - line) * 8;
            let (symbol, part) = match level.saturating_sub(below).min(8) {
                0 if line + 1 == area.height && level == 0 => ('·', Border),
                eighths => (EIGHTHS[eighths], part),
            };
            let at = (scale.area.x + column, area.y + line);
            painter.set(at, symbol, scene.style(part));
        }
    }
}

/// The height of a bar in eighths: full only when every port is in use, 0 only when none is.
fn level(used: usize, all: usize, most: usize) -> usize {
    match used {
        0 => 0,
        used if used >= all => most,
        used => (most * most * used / all).isqrt().clamp(1, most - 1),
    }
}

fn draw_symbols(painter: &mut Painter<'_>, area: Rect, (scale, selected): (Scale, Option<Port>)) {
    let scene = painter.scene;
    let listening = listening(scene).into_iter().map(|port| (port, listen_symbol(scene, port)));
    let selected = selected.map(|port| (port, selected_symbol(scene)));
    for (port, (symbol, style)) in listening.chain(selected) {
        let Some(x) = scale.x(port) else { continue };
        let mut place = Rect { x, width: rect::len(port.to_string().len() + 2), ..area };
        let mut words = format!("{symbol} {port}");
        if place.right() > area.right() {
            words = format!("{port} {symbol}");
            place.x = (x + 1).saturating_sub(place.width);
        }
        painter.render(Line::styled(words, style), place.intersection(area));
    }
}

/// The ranges of RFC 6335, and the ephemeral range of this kernel.
fn draw_parts(painter: &mut Painter<'_>, area: Rect, scale: Scale) {
    const PARTS: [(u16, u16, &str); 3] = [
        (0, 1023, ""),
        (1024, 49151, "registered 1024-49151"),
        (49152, u16::MAX, "dynamic 49152-65535"),
    ];
    let scene = painter.scene;
    let bracket = |low: u16, high: u16, name: &str| {
        let (from, to) = (scale.x(Port(low))?, scale.x(Port(high))?);
        Some((from, span_text(usize::from(to - from) + 1, name)))
    };
    let mut draw = |line: u16, part: ThemeRole, piece: Option<(u16, String)>| {
        if let Some((x, words)) = piece {
            let wide = rect::len(text::width(&words));
            let place = Rect { x, width: wide, ..rect::line(area, line) };
            painter.render(scene.line(part, words), place.intersection(area));
        }
    };
    for (low, high, name) in PARTS {
        draw(0, Dim, bracket(low, high, name));
    }
    let range = scene.state.port_range();
    let words =
        if scene.state.machine.is_assumed(range) { "Linux's default" } else { "picked from" };
    draw(1, Warning, bracket(range.low.0, range.high.0, &format!("{words} {range}")));
    let left = scale.x(range.low).unwrap_or(0).saturating_sub(scale.area.x);
    let well_known = ["└ well-known 0-1023", "└ well-known", ""];
    let words = text::fitting(usize::from(left).saturating_sub(1), well_known);
    draw(1, Dim, Some((scale.area.x, words)));
}

fn span_text(wide: usize, name: &str) -> String {
    if wide < 2 {
        return String::from("┴");
    }
    let room = wide - 2;
    let words = name.split(' ').next().unwrap_or_default();
    let last = name.rsplit(' ').next().unwrap_or_default();
    let mut words = text::fitting(room.saturating_sub(4), [name, last, words, ""]);
    if !words.is_empty() {
        words = format!(" {words} ");
    }
    let lines = room.saturating_sub(text::width(&words));
    let (left, right) = (lines / 2, lines - lines / 2);
    format!("└{}{words}{}┘", "─".repeat(left), "─".repeat(right))
}

fn draw_numbers(painter: &mut Painter<'_>, area: Rect, scale: Scale) {
    let scene = painter.scene;
    let line = Rect { x: scale.area.x, width: scale.area.width, ..rect::line(area, 0) };
    let (low, high) = (scale.range.low, scale.range.high);
    let middle = Port(low.0 + (high.0 - low.0) / 2);
    let [low, middle, high] = [low, middle, high].map(|port| scene.line(Dim, port.to_string()));
    painter.render(low, line);
    painter.render(middle.centered(), line);
    painter.render(high.right_aligned(), line);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_port_stands_in_the_column_that_counts_it() {
        let toy = PortRange { low: Port(45_000), high: Port(45_099) };
        for range in [ALL, PortRange::DEFAULT, toy] {
            for width in [7, 58, 78, 118, 300] {
                let scale = Scale::of(range, Rect::new(1, 0, width, 9));
                for port in (0..=u16::MAX).map(Port) {
                    let column = scale.x(port).map(|x| x - scale.area.x);
                    assert_eq!(column.is_some(), range.contains(port));
                    let there = column.is_none_or(|column| scale.ports(column).contains(port));
                    assert!(there || scale.range.len() < usize::from(width), "{port} {column:?}");
                }
            }
        }
    }
}
