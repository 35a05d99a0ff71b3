use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::app::{HOLDABLE_STATES, how_held};
use crate::view::ThemeRole::{Dim, Key};
use crate::view::style::glyphs::{SELECTED, glyph};
use crate::view::{Painter, text};

pub(crate) fn draw(painter: &mut Painter<'_>, screen: Rect, at: usize) {
    let scene = painter.scene;
    let width = 84.min(screen.width - 2);
    let room = usize::from(width - 4);
    let line = |(n, state)| {
        let symbol = if n == at { SELECTED } else { " " };
        let name = format!("{} {state:<12}", glyph(state));
        let meaning = text::cut(state.meaning(), room.saturating_sub(5 + text::width(&name)));
        let spans = vec![
            scene.span(Key, format!("{symbol}{} ", n + 1)),
            Span::styled(name, scene.theme.state(state)),
            Span::raw(format!(" {meaning}")),
        ];
        if n == at { scene.selected(spans) } else { Line::from(spans) }
    };
    let mut lines: Vec<Line<'static>> = HOLDABLE_STATES.into_iter().enumerate().map(line).collect();
    lines.push(Line::default());
    let in_lab = scene.state.lab.is_up();
    let how = |held| scene.wrapped(Dim, &how_held(held, in_lab), room);
    // The same height for each state, so that nothing jumps as the selection moves.
    let most = HOLDABLE_STATES.into_iter().map(|held| how(held).len()).max();
    let height = lines.len() + most.unwrap_or(0);
    lines.extend(how(HOLDABLE_STATES[at.min(HOLDABLE_STATES.len() - 1)]));
    let keys = scene.keys(&[("j k", "select"), ("1-9 Enter", "hold"), ("Esc", "close")]);
    let inner = painter.overlay(screen, (width, height), "Hold a connection in a state", keys);
    painter.put(inner, lines);
}
