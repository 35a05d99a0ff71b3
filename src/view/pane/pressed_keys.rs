use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::app::PressedKey;
use crate::view::ThemeRole::{Dim, KeyCap, Strong};
use crate::view::{Painter, Scene, rect, text, width};

/// The keys as they are pressed, the newest at the right, in the middle of a frame's lower edge, where they cover no text.
pub(crate) fn draw(painter: &mut Painter<'_>, edge: Rect) {
    let scene = painter.scene;
    let state = scene.state;
    let room = usize::from(edge.width).saturating_sub(MARGIN);
    let mut spans: Vec<Span<'static>> = Vec::new();
    for (n, key) in state.ui.shown_keys(state.now).rev().enumerate() {
        let spans_of_key = cap(scene, key, n == 0);
        if n > 0 && width(&spans) + width(&spans_of_key) > room {
            break;
        }
        spans.splice(0..0, spans_of_key);
    }
    let wide = rect::len(width(&spans).min(room));
    if wide > 0 {
        painter.render(Line::from(spans), rect::middle(edge, wide, 1));
    }
}

/// What is left of the edge on both sides.
const MARGIN: usize = 4;

fn cap(scene: Scene<'_>, key: &PressedKey, is_newest: bool) -> [Span<'static>; 2] {
    let (cap, words) = if is_newest { (KeyCap, Strong) } else { (Dim, Dim) };
    let keys = text::cut(&scene.own(&key.keys), LONGEST);
    let gap = if key.words.is_empty() { "" } else { " " };
    [scene.span(cap, format!(" {keys} ")), scene.span(words, format!("{gap}{}{gap}", key.words))]
}

/// The most columns of a text that is typed.
const LONGEST: usize = 24;
