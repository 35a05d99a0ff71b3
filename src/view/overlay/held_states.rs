use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::app::{HELD, held_in_lab, how_held};
use crate::view::pane::footer::HELD_STATES_KEYS;
use crate::view::scene::{Scene, put};
use crate::view::style::glyphs::{CHOSEN, glyph};
use crate::view::style::theme::ThemeRole;
use crate::view::{rect, text};

/// The menu of states to be held, and how the chosen one is.
pub(crate) fn draw(frame: &mut Frame<'_>, screen: Rect, scene: Scene<'_>, at: usize) {
    let width = 84.min(screen.width - 2);
    let room = usize::from(width - 4);
    let mut lines: Vec<Line<'static>> = Vec::new();
    for (n, state) in HELD.into_iter().enumerate() {
        let chosen = n == at;
        let sign = if chosen { CHOSEN } else { " " };
        let name = format!("{} {state:<12}", glyph(state));
        let meaning = room.saturating_sub(4 + text::width(&name) + 1);
        let meaning = text::cut(state.meaning(), meaning);
        let line = if chosen {
            Line::from(text::fit(&format!("{sign}{} {name} {meaning}", n + 1), room))
                .style(scene.style(ThemeRole::Selected))
        } else {
            Line::from(vec![
                scene.span(ThemeRole::Key, format!("{sign}{} ", n + 1)),
                Span::styled(name, scene.theme.state(state)),
                Span::raw(format!(" {meaning}")),
            ])
        };
        lines.push(line);
    }
    lines.push(Line::default());
    let chosen = HELD[at.min(HELD.len() - 1)];
    let how = |held| {
        let how = if scene.state.lab.is_up() {
            format!("In the lab: {}.", held_in_lab(held))
        } else {
            format!("How: {}.", how_held(held))
        };
        scene.wrapped(ThemeRole::Dim, &how, room)
    };
    // The same height for each, so that nothing jumps as one chooses.
    let most = HELD.into_iter().map(|held| how(held).len()).max();
    lines.extend(how(chosen));
    let height = rect::len(HELD.len() + 3 + most.unwrap_or(0));
    let area = rect::middle(screen, width, height.min(screen.height));
    let inner =
        scene.sheet(frame, area, "A connection, held in a state", scene.keys(&HELD_STATES_KEYS));
    put(frame, inner, lines);
}
