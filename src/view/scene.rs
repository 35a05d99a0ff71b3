//! What every painter needs: the state and the theme, frames, pieces of lines.

use ratatui::Frame;
use ratatui::layout::{Margin, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, BorderType, Clear};
use tui_input::Input;

use crate::app::{Pane, State, TableRow};
use crate::view::style::glyphs::SELECTED;
use crate::view::style::theme::{Theme, ThemeRole};
use crate::view::{rect, text};

/// What is painted, and how.
#[derive(Clone, Copy)]
pub(crate) struct Scene<'a> {
    pub(crate) state: &'a State,
    pub(crate) theme: &'a Theme,
}

impl<'a> Scene<'a> {
    /// The selected row, else the newest connection's.
    pub(crate) fn selected_or_newest(self) -> Option<&'a TableRow> {
        let (ui, sockets) = (&self.state.ui, self.state.seen());
        let selected = ui.selected.and_then(|name| sockets.get(name));
        let newest = ui.shown.iter().rev().take(NEWEST);
        let mut newest = newest.filter(|name| name.tuple.is_connected());
        selected.or_else(|| sockets.get(*newest.next()?))
    }

    /// A text in the style of `part`.
    pub(crate) fn span(self, part: ThemeRole, text: impl Into<String>) -> Span<'static> {
        Span::styled(text.into(), self.theme.of(part))
    }

    /// A line of text in the style of `part`.
    pub(crate) fn line(self, part: ThemeRole, text: impl Into<String>) -> Line<'static> {
        Line::from(self.span(part, text))
    }

    /// A text in lines of at most `room` columns, all in the style of `part`.
    pub(crate) fn wrapped(self, part: ThemeRole, text: &str, room: usize) -> Vec<Line<'static>> {
        text::wrap(text, room).into_iter().map(|words| self.line(part, words)).collect()
    }

    pub(crate) fn style(self, part: ThemeRole) -> Style {
        self.theme.of(part)
    }

    /// A frame that never has the focus; returns its inside.
    pub(crate) fn frame(self, frame: &mut Frame<'_>, area: Rect, name: &str) -> Rect {
        let block = Block::bordered()
            .border_type(kind(false))
            .border_style(self.style(ThemeRole::Border))
            .title_top(self.line(ThemeRole::Title, format!(" {name} ")));
        frame.render_widget(block, area);
        rect::inside(area)
    }

    /// The frame of a pane, heavier and marked with the focus; returns its inside.
    pub(crate) fn pane(
        self,
        frame: &mut Frame<'_>,
        pane: Pane,
        area: Rect,
        titles: Titles,
    ) -> Rect {
        let focused = self.state.ui.focus == pane && self.state.ui.overlay.is_none();
        let (border, title) = if focused {
            (ThemeRole::FocusBorder, ThemeRole::FocusTitle)
        } else {
            (ThemeRole::Border, ThemeRole::Title)
        };
        let mut spans = Vec::new();
        if focused {
            spans.push(self.span(title, format!(" {SELECTED}")));
        }
        spans.push(self.span(title, format!(" {} ", titles.name)));
        let taken = width(&spans) + titles.right_width() + 3;
        let room = usize::from(area.width).saturating_sub(taken);
        if !titles.about.is_empty() && room > 2 {
            let about = text::cut(&titles.about, room);
            spans.push(self.span(ThemeRole::Dim, about + " "));
        }
        let mut block = Block::bordered()
            .border_type(kind(focused))
            .border_style(self.style(titles.border.unwrap_or(border)))
            .title_top(Line::from(spans));
        let pieces = |pieces: Vec<(ThemeRole, String)>| {
            let spans = pieces.into_iter();
            let spans = spans.map(|(part, text)| self.span(part, format!(" {text} ")));
            Line::from(spans.collect::<Vec<Span>>()).right_aligned()
        };
        if !titles.right.is_empty() {
            block = block.title_top(pieces(titles.right));
        }
        if !titles.below.is_empty() {
            block = block.title_bottom(pieces(titles.below));
        }
        frame.render_widget(block, area);
        rect::inside(area)
    }

    /// An overlay in the middle of the screen for so many lines; returns its inside.
    pub(crate) fn sheet(
        self,
        frame: &mut Frame<'_>,
        screen: Rect,
        (width, lines): (u16, usize),
        title: &str,
        bottom: Line<'static>,
    ) -> Rect {
        let area = rect::middle(screen, width, rect::len(lines + 2));
        frame.render_widget(Clear, area);
        frame.buffer_mut().set_style(area, self.theme.ground());
        let block = Block::bordered()
            .border_type(kind(true))
            .border_style(self.style(ThemeRole::FocusBorder))
            .title_top(self.span(ThemeRole::FocusTitle, format!(" {title} ")))
            .title_bottom(bottom.right_aligned());
        frame.render_widget(block, area);
        area.inner(Margin::new(2, 1))
    }

    /// A text that the user typed; escaped beyond ASCII in an ASCII theme.
    pub(crate) fn own(self, text: &str) -> String {
        if self.theme.is_ascii() { text::safe(text) } else { text::own(text) }
    }

    /// An input line with its cursor, in at most `room` columns.
    pub(crate) fn input(self, input: &Input, room: usize) -> Vec<Span<'static>> {
        let value = input.value();
        let at = value.char_indices().nth(input.cursor()).map_or(value.len(), |(at, _)| at);
        let (before, after) = value.split_at(at);
        let (before, after) = (self.own(before), self.own(after));
        // The cursor and the text before it stay visible.
        let mut seen = before.chars();
        while text::width(seen.as_str()) + 1 > room && seen.next().is_some() {}
        let before = seen.as_str().to_owned();
        let mut after = after.chars();
        let under = after.next().unwrap_or(' ').to_string();
        let left = room.saturating_sub(text::width(&before) + text::width(&under));
        let mut rest = after.as_str().to_owned();
        while text::width(&rest) > left {
            rest.pop();
        }
        vec![
            self.span(ThemeRole::Field, before),
            self.span(ThemeRole::Cursor, under),
            self.span(ThemeRole::Field, rest),
        ]
    }

    /// A selected line: one style for all of it.
    pub(crate) fn selected(self, spans: Vec<Span<'static>>) -> Line<'static> {
        let text: String = spans.into_iter().map(|span| span.content).collect();
        Line::styled(text, self.style(ThemeRole::Selected))
    }

    /// Keys and what they do.
    pub(crate) fn keys(self, hints: &[(&str, &str)]) -> Line<'static> {
        let mut spans = vec![Span::raw(" ")];
        for (key, help) in hints {
            spans.push(self.span(ThemeRole::Key, *key));
            spans.push(self.span(ThemeRole::Text, format!(" {help}  ")));
        }
        Line::from(spans)
    }
}

/// The number of newest rows that are searched for a connection.
const NEWEST: usize = 100;

/// The titles of a pane.
#[derive(Default)]
pub(crate) struct Titles {
    pub(crate) name: &'static str,
    /// After the name.
    pub(crate) about: String,
    /// At the right.
    pub(crate) right: Vec<(ThemeRole, String)>,
    /// At the right of the lower border.
    pub(crate) below: Vec<(ThemeRole, String)>,
    /// The style of the frame, if it does not depend on the focus.
    pub(crate) border: Option<ThemeRole>,
}

impl Titles {
    /// The width of the pieces at the right.
    pub(crate) fn right_width(&self) -> usize {
        self.right.iter().map(|(_, text)| text::width(text) + 2).sum()
    }
}

const fn kind(heavy: bool) -> BorderType {
    if heavy { BorderType::Thick } else { BorderType::Rounded }
}

/// Draws lines below each other, as many as fit.
pub(crate) fn put(
    frame: &mut Frame<'_>,
    area: Rect,
    lines: impl IntoIterator<Item = Line<'static>>,
) {
    for (row, line) in (0..area.height).zip(lines) {
        frame.render_widget(line, rect::line(area, row));
    }
}

/// The width of some spans.
pub(crate) fn width(spans: &[Span<'_>]) -> usize {
    spans.iter().map(Span::width).sum()
}
