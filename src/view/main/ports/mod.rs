//! The port map.

mod bars;
mod captions;
mod cells;
mod selection;

use ratatui::layout::Rect;

use crate::tcp::{Port, PortRange};
use crate::view::main::ports::selection::{ALL, selected_end};
use crate::view::style::big_letters::BigLetters;
use crate::view::style::glyphs::DASH;
use crate::view::{Painter, Titles, past, rect};

type DrawPorts = fn(&mut Painter<'_>, Rect, (PortRange, Option<Port>));

pub(crate) fn draw(painter: &mut Painter<'_>, area: Rect) {
    let scene = painter.scene;
    let selected = selected_end(scene);
    let name = selected.map(|line| line.row.name());
    let mirror = name.and_then(|name| scene.state.seen().mirror(name));
    painter.scroll.visible.extend(name);
    painter.scroll.visible.extend(mirror.map(|line| line.row.name()));
    let mut inner = rect::inside(area);
    let large = captions::large(scene, usize::from(inner.width));
    let wide = large.as_ref().map_or(0, |(_, wide)| *wide);
    let facts = captions::of(scene, selected, usize::from(inner.width) - wide);
    let least = large.as_ref().map_or(0, |_| BigLetters::SENTENCE.height());
    let below = least.max(rect::len(facts.len())).min(inner.height.saturating_sub(bars::LEAST));
    let mut text = rect::take_bottom(&mut inner, below);
    if let Some((number, wide)) = large {
        painter.letters((text, 0), BigLetters::SENTENCE, &number);
        text.x += rect::len(wide);
        text.width -= rect::len(wide);
    }
    let range = scene.state.port_range();
    let port = selected.map(|line| line.row.tuple.local.port);
    let (draw, range, about): (DrawPorts, _, _) = match scene.state.ui.zoom {
        0 => (draw_all, ALL, String::from("all 65,536")),
        1 => {
            let draw = draw_range(range, inner);
            let machine = &scene.state.machine;
            let whose = match range {
                range if machine.is_assumed(range) => "Linux's default",
                range if range == machine.ephemeral => "this kernel's ephemeral",
                _ => "the selected toy",
            };
            (draw, range, format!("{whose} range, {range}"))
        }
        _ => {
            let port = port.unwrap_or(range.low);
            let about = format!("around {port}, one cell per port");
            (cells::draw, cells::around(port, inner), about)
        }
    };
    let about = format!("{DASH} {about}");
    let titles = Titles { name: "Ports", about, ..past::titles(scene.state, Vec::new()) };
    painter.pane(area, titles);
    draw(painter, inner, (range, port));
    painter.put(text, facts);
}

/// All ports, and below them the range that the kernel picks from, where there is room for both.
fn draw_all(painter: &mut Painter<'_>, area: Rect, (all, port): (PortRange, Option<Port>)) {
    let mut rest = area;
    if area.height < 4 * bars::LEAST {
        return bars::draw(painter, area, (all, port));
    }
    let above = rect::take_top(&mut rest, area.height / 2);
    bars::draw(painter, above, (all, port));
    let range = painter.scene.state.port_range();
    draw_range(range, rest)(painter, rest, (range, port));
}

fn draw_range(range: PortRange, area: Rect) -> DrawPorts {
    if cells::fits(range, area) { cells::draw } else { bars::draw }
}
