use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::tcp::Transition;
use crate::view::ThemeRole::Dim;
use crate::view::main::diagram::geometry::{Figure, middle};
use crate::view::main::diagram::paths::StatePaths;
use crate::view::main::diagram::stroke::Stroke;
use crate::view::{Painter, text};

/// The cause of each transition, where there is room; those that an end made come first.
pub(super) fn draw(painter: &mut Painter<'_>, area: Rect, figure: &Figure, paths: &StatePaths<'_>) {
    let scene = painter.scene;
    let mut arrows = Transition::USUAL;
    arrows.sort_by_key(|arrow| paths.stroke(*arrow) == Stroke::Neither);
    for arrow in arrows {
        let stroke = paths.stroke(arrow);
        let style = if stroke == Stroke::Neither { scene.style(Dim) } else { stroke.style(scene) };
        // The reply is left out before the event is.
        let texts = [arrow.cause(), arrow.event.to_string()];
        let fitting = texts.into_iter().find_map(|text| {
            let place = place(figure, arrow, text::width(&text))?;
            is_blank(painter, area, place).then_some((text, place))
        });
        if let Some((text, place)) = fitting {
            painter.render(Line::styled(text, style), place);
        }
    }
}

/// The place of a text of `wide` columns beside its arrow.
fn place(figure: &Figure, arrow: Transition, wide: usize) -> Option<Rect> {
    let route = figure.route(arrow.from, arrow.to)?;
    let wide = u16::try_from(wide).ok()?;
    let (first, end) = (*route.points.first()?, *route.points.last()?);
    let is_flat = first.1 == end.1 && route.head != "▼";
    let (x, y) = if route.head == "▼" {
        let is_from_the_left = first.0 < end.0;
        if is_from_the_left { (end.0.checked_sub(wide + 2)?, end.1) } else { (end.0 + 2, end.1) }
    } else if figure.high == 1 {
        // A text above the line would seem to belong to the box above.
        return None;
    } else {
        let left = if is_flat { first.0.min(end.0) } else { end.0 };
        let right = if is_flat { first.0.max(end.0) } else { middle(figure.of(arrow.from)).0 };
        let room = (right + 1).checked_sub(left)?.checked_sub(wide)?;
        (left + room.div_ceil(2), end.1.checked_sub(1)?)
    };
    Some(Rect::new(x, y, wide, 1))
}

/// Whether the place and its neighbours are blank.
fn is_blank(painter: &mut Painter<'_>, area: Rect, place: Rect) -> bool {
    let wider = Rect { x: place.x.saturating_sub(1), width: place.width + 2, ..place };
    let buffer = &painter.buffer;
    area.intersection(place) == place
        && wider
            .intersection(area)
            .positions()
            .all(|at| buffer.cell(at).is_some_and(|cell| cell.symbol() == " "))
}
