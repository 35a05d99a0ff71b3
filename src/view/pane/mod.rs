//! The panes around the main view, the first and the last line.

pub(crate) mod computers;
pub(crate) mod footer;
pub(crate) mod header;
pub(crate) mod listeners;
pub(crate) mod notices;
pub(crate) mod numbers;
pub(crate) mod pressed_keys;
pub(crate) mod queues;
pub(crate) mod server;
pub(crate) mod strip;

use ratatui::text::Span;

use crate::view::ThemeRole::Dim;
use crate::view::{Scene, ThemeRole, text};

/// A gauge of `columns` between its two ends.
fn gauge(
    scene: Scene<'_>,
    part: ThemeRole,
    (value, most): (u32, u32),
    columns: usize,
) -> [Span<'static>; 4] {
    let (filled, blank) = text::gauge(value, most, columns);
    [Span::raw("▕"), scene.span(part, filled), scene.span(Dim, blank), Span::raw("▏")]
}
