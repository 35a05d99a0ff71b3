use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::tcp::Transition;
use crate::view::main::diagram::geometry::{Figure, middle};
use crate::view::main::diagram::paths::StatePaths;
use crate::view::main::diagram::stroke::Stroke;
use crate::view::scene::Scene;
use crate::view::style::theme::ThemeRole;
use crate::view::text;

/// What makes TCP go each arrow, where there is room for it; the arrows that somebody went come first.
pub(crate) fn draw(
    frame: &mut Frame<'_>,
    area: Rect,
    scene: Scene<'_>,
    figure: &Figure,
    ways: &StatePaths<'_>,
) {
    let mut arrows = Transition::USUAL;
    arrows.sort_by_key(|arrow| ways.stroke(*arrow) == Stroke::Nobody);
    for arrow in arrows {
        let stroke = ways.stroke(arrow);
        let style = if stroke == Stroke::Nobody {
            scene.style(ThemeRole::Dim)
        } else {
            stroke.style(scene)
        };
        // The answer is left out before the event is.
        let texts = [arrow.cause(), arrow.event.to_string()];
        let fitting = texts.into_iter().find_map(|text| {
            let place = place(figure, arrow, text::width(&text))?;
            is_blank(frame, area, place).then_some((text, place))
        });
        if let Some((text, place)) = fitting {
            frame.render_widget(Line::styled(text, style), place);
        }
    }
}

/// Where a text so wide stands beside its arrow.
fn place(figure: &Figure, arrow: Transition, wide: usize) -> Option<Rect> {
    let route = figure.route(arrow.from, arrow.to)?;
    let wide = u16::try_from(wide).ok()?;
    let (first, end) = (*route.points.first()?, *route.points.last()?);
    let is_flat = first.1 == end.1 && route.head != '▼';
    let (x, y) = if route.head == '▼' {
        let is_from_the_left = first.0 < end.0;
        if is_from_the_left { (end.0.checked_sub(wide + 2)?, end.1) } else { (end.0 + 2, end.1) }
    } else if figure.high == 1 {
        // What stands above a line seems to belong to the box above.
        return None;
    } else {
        let left = if is_flat { first.0.min(end.0) } else { end.0 };
        let right = if is_flat { first.0.max(end.0) } else { middle(figure.of(arrow.from)).0 };
        let room = (right + 1).checked_sub(left)?.checked_sub(wide)?;
        (left + room.div_ceil(2), end.1.checked_sub(1)?)
    };
    Some(Rect::new(x, y, wide, 1))
}

/// Whether nothing stands there, nor right beside it.
fn is_blank(frame: &mut Frame<'_>, area: Rect, place: Rect) -> bool {
    let wider = Rect { x: place.x.saturating_sub(1), width: place.width + 2, ..place };
    let buffer = frame.buffer_mut();
    area.intersection(place) == place
        && wider
            .intersection(area)
            .positions()
            .all(|at| buffer.cell(at).is_some_and(|cell| cell.symbol() == " "))
}
