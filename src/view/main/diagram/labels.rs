use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::tcp::Transition;
use crate::view::ThemeRole::Dim;
use crate::view::main::diagram::geometry::{Figure, middle};
use crate::view::main::diagram::paths::{StatePaths, Stroke};
use crate::view::{Painter, text};

pub(super) fn draw(painter: &mut Painter<'_>, area: Rect, figure: &Figure, paths: &StatePaths<'_>) {
    let scene = painter.scene;
    let mut arrows = Transition::USUAL;
    arrows.sort_by_key(|arrow| paths.stroke(*arrow) == Stroke::Neither);
    for arrow in arrows {
        let stroke = paths.stroke(arrow);
        let style =
            if stroke == Stroke::Neither { scene.style(Dim) } else { paths.style(stroke, scene) };
        // The reply is left out before the event is.
        for text in [arrow.cause(), arrow.event.to_string()] {
            let place = place(figure, arrow, text::width(&text));
            if let Some(place) = place.filter(|place| is_blank(painter, area, *place)) {
                painter.render(Line::styled(text, style), place);
                break;
            }
        }
    }
}

fn place(figure: &Figure, arrow: Transition, wide: usize) -> Option<Rect> {
    let route = figure.route(arrow.from, arrow.to)?;
    let wide = u16::try_from(wide).ok()?;
    let (first, end) = (*route.points.first()?, *route.points.last()?);
    let (x, y) = if route.head == "▼" {
        // Beside the tip; left of a line that comes from the left.
        (if first.0 < end.0 { end.0.checked_sub(wide + 2)? } else { end.0 + 2 }, end.1)
    } else if figure.high == 1 {
        // A text above the line would seem to belong to the box above.
        return None;
    } else {
        let (left, right) = if first.1 == end.1 {
            (first.0.min(end.0), first.0.max(end.0))
        } else {
            (end.0, middle(figure.of(arrow.from)).0)
        };
        let room = (right + 1).checked_sub(left)?.checked_sub(wide)?;
        (left + room.div_ceil(2), end.1.checked_sub(1)?)
    };
    Some(Rect::new(x, y, wide, 1))
}

fn is_blank(painter: &Painter<'_>, area: Rect, place: Rect) -> bool {
    let wider = Rect { x: place.x.saturating_sub(1), width: place.width + 2, ..place };
    let mut cells = wider.intersection(area).positions().map(|at| painter.buffer.cell(at));
    area.intersection(place) == place
        && cells.all(|cell| cell.is_some_and(|cell| cell.symbol() == " "))
}
