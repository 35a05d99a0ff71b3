//! What every painter draws with: the frame, the scene, the scroll positions.

use ratatui::Frame;
use ratatui::layout::{Margin, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, BorderType, Clear, Widget};

use crate::app::Pane;
use crate::view::scene::{Scene, Titles, width};
use crate::view::scroll::Scroll;
use crate::view::style::glyphs::SELECTED;
use crate::view::style::theme::ThemeRole;
use crate::view::{rect, text};

/// One frame that is being painted.
pub(crate) struct Painter<'a, 'f> {
    pub(crate) frame: &'a mut Frame<'f>,
    pub(crate) scene: Scene<'a>,
    pub(crate) scroll: &'a mut Scroll,
}

impl Painter<'_, '_> {
    pub(crate) fn render(&mut self, widget: impl Widget, area: Rect) {
        self.frame.render_widget(widget, area);
    }

    /// Draws one character.
    pub(crate) fn set(&mut self, at: (u16, u16), symbol: char, style: Style) {
        if let Some(cell) = self.frame.buffer_mut().cell_mut(at) {
            cell.set_char(symbol).set_style(style);
        }
    }

    /// Draws lines below each other, as many as fit.
    pub(crate) fn put(&mut self, area: Rect, lines: impl IntoIterator<Item = Line<'static>>) {
        for (row, line) in (0..area.height).zip(lines) {
            self.render(line, rect::line(area, row));
        }
    }

    /// A frame that never has the focus; returns its inside.
    pub(crate) fn plain_frame(&mut self, area: Rect, name: &str) -> Rect {
        let block = Block::bordered()
            .border_type(kind(false))
            .border_style(self.scene.style(ThemeRole::Border))
            .title_top(self.scene.line(ThemeRole::Title, format!(" {name} ")));
        self.render(block, area);
        rect::inside(area)
    }

    /// The frame of a pane, heavier and marked with the focus; returns its inside.
    pub(crate) fn pane(&mut self, pane: Pane, area: Rect, titles: Titles) -> Rect {
        let scene = self.scene;
        let focused = scene.state.ui.focus == pane && self.scene.state.ui.overlay.is_none();
        let (border, title) = if focused {
            (ThemeRole::FocusBorder, ThemeRole::FocusTitle)
        } else {
            (ThemeRole::Border, ThemeRole::Title)
        };
        let mut spans = Vec::new();
        if focused {
            spans.push(self.scene.span(title, format!(" {SELECTED}")));
        }
        spans.push(self.scene.span(title, format!(" {} ", titles.name)));
        let taken = width(&spans) + titles.right_width() + 3;
        let room = usize::from(area.width).saturating_sub(taken);
        if !titles.about.is_empty() && room > 2 {
            let about = text::cut(&titles.about, room);
            spans.push(self.scene.span(ThemeRole::Dim, about + " "));
        }
        let mut block = Block::bordered()
            .border_type(kind(focused))
            .border_style(self.scene.style(titles.border.unwrap_or(border)))
            .title_top(Line::from(spans));
        let pieces = |pieces: Vec<(ThemeRole, String)>| {
            let spans = pieces.into_iter();
            let spans = spans.map(|(part, text)| scene.span(part, format!(" {text} ")));
            Line::from(spans.collect::<Vec<Span>>()).right_aligned()
        };
        if !titles.right.is_empty() {
            block = block.title_top(pieces(titles.right));
        }
        if !titles.below.is_empty() {
            block = block.title_bottom(pieces(titles.below));
        }
        self.render(block, area);
        rect::inside(area)
    }

    /// An overlay in the middle of the screen for so many lines; returns its inside.
    pub(crate) fn sheet(
        &mut self,
        screen: Rect,
        (width, lines): (u16, usize),
        title: &str,
        bottom: Line<'static>,
    ) -> Rect {
        let area = rect::middle(screen, width, rect::len(lines + 2));
        self.render(Clear, area);
        self.frame.buffer_mut().set_style(area, self.scene.theme.ground());
        let block = Block::bordered()
            .border_type(kind(true))
            .border_style(self.scene.style(ThemeRole::FocusBorder))
            .title_top(self.scene.span(ThemeRole::FocusTitle, format!(" {title} ")))
            .title_bottom(bottom.right_aligned());
        self.render(block, area);
        area.inner(Margin::new(2, 1))
    }
}

const fn kind(heavy: bool) -> BorderType {
    if heavy { BorderType::Thick } else { BorderType::Rounded }
}
