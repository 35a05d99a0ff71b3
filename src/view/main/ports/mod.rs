//! The port map.

mod bars;
mod captions;
mod cells;
mod selection;

use ratatui::layout::Rect;

use crate::app::Pane;
use crate::tcp::PortRange;
use crate::view::main::ports::selection::{ALL, SelectedPort};
use crate::view::past;
use crate::view::style::glyphs::DASH;
use crate::view::{Painter, Scene, Titles, rect};

/// The part of the map that is shown.
#[derive(Clone, Copy)]
enum MapPart {
    /// As bars: how many of the ports of each column are in use.
    Strip(PortRange),
    /// A cell for each port.
    Cells(PortRange),
}

/// The port map: which ports are in use, by whom, and how many are left.
pub(crate) fn draw(painter: &mut Painter<'_>, area: Rect) {
    let scene = painter.scene;
    let selected = SelectedPort::of(scene);
    painter.scroll.visible.extend(selected.map(|selected| selected.line.row.name()));
    let other = selected.and_then(|it| scene.state.seen().mirror(it.line.row.name()));
    painter.scroll.visible.extend(other.map(|line| line.row.name()));
    let mut inner = rect::inside(area);
    let facts = captions::of(scene, selected, usize::from(inner.width));
    let most = inner.height.saturating_sub(bars::LEAST);
    let below = rect::len(facts.len()).min(most);
    let range = scene.state.port_range();
    let room = Rect { height: inner.height.saturating_sub(below), ..inner };
    let (part, about) = match scene.state.ui.zoom {
        0 => (MapPart::Strip(ALL), String::from("all 65,536")),
        1 if cells::fits(range, room) => (MapPart::Cells(range), range_words(scene, range)),
        1 => (MapPart::Strip(range), range_words(scene, range)),
        _ => {
            let port = selected.map_or(range.low, |selected| selected.port);
            let about = format!("around {port}, one cell per port");
            (MapPart::Cells(cells::around(port, room)), about)
        }
    };
    let titles = Titles {
        name: "Ports",
        about: format!("{DASH} {about}"),
        ..past::titles(scene.state, Vec::new())
    };
    painter.pane(Pane::Sockets, area, titles);
    let text = rect::take_bottom(&mut inner, below);
    match part {
        MapPart::Strip(range) => bars::draw(painter, inner, (range, selected)),
        MapPart::Cells(range) => cells::draw(painter, inner, (range, selected)),
    }
    painter.put(text, facts);
}

fn range_words(scene: Scene<'_>, range: PortRange) -> String {
    if range == scene.state.machine.ephemeral {
        format!("this kernel's ephemeral range, {range}")
    } else {
        format!("the selected toy range, {range}")
    }
}
