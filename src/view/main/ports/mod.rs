//! The port map.

mod bars;
mod captions;
mod cells;
mod selection;

use ratatui::layout::Rect;

use crate::tcp::{Port, PortRange};
use crate::view::main::ports::selection::{ALL, selected_end};
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
    let facts = captions::of(scene, selected, usize::from(inner.width));
    let below = rect::len(facts.len()).min(inner.height.saturating_sub(bars::LEAST));
    let text = rect::take_bottom(&mut inner, below);
    let range = scene.state.port_range();
    let port = selected.map(|line| line.row.tuple.local.port);
    let (draw, range, about): (DrawPorts, _, _) = match scene.state.ui.zoom {
        0 => (bars::draw, ALL, String::from("all 65,536")),
        1 => {
            let draw = if cells::fits(range, inner) { cells::draw } else { bars::draw };
            let is_ephemeral = range == scene.state.machine.ephemeral;
            let whose = if is_ephemeral { "this kernel's ephemeral" } else { "the selected toy" };
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
