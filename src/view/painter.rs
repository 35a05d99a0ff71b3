//! What every painter draws with: the buffer, the scene, the scroll positions.

use ratatui::buffer::Buffer;
use ratatui::layout::{Margin, Rect};
use ratatui::style::{Modifier, Style, Stylize};
use ratatui::text::{Line, Span};
use ratatui::widgets::{BorderType, Clear, Widget};

use crate::view::scene::{Scene, Titles};
use crate::view::scroll::Scroll;
use crate::view::style::big_letters::BigLetters;
use crate::view::style::glyphs::SELECTED;
use crate::view::style::theme::ThemeRole::{Border, Dim, FocusBorder, FocusTitle, Title};
use crate::view::{rect, text};

pub(crate) struct Painter<'a> {
    pub(crate) buffer: &'a mut Buffer,
    pub(crate) scene: Scene<'a>,
    pub(crate) scroll: &'a mut Scroll,
}

impl Painter<'_> {
    pub(crate) fn render(&mut self, widget: impl Widget, area: Rect) {
        widget.render(area, self.buffer);
    }

    pub(crate) fn set(&mut self, at: (u16, u16), symbol: char, style: Style) {
        if let Some(cell) = self.buffer.cell_mut(at) {
            cell.set_char(symbol).set_style(style);
        }
    }

    pub(crate) fn put(&mut self, area: Rect, lines: impl IntoIterator<Item = Line<'static>>) {
        for (row, line) in area.rows().zip(lines) {
            self.line(row, line);
        }
    }

    /// As ratatui draws a line, but without a copy of each span and a search for graphemes where a byte is a column.
    fn line(&mut self, mut row: Rect, line: Line<'static>) {
        if line.alignment.is_some() {
            return self.render(line, row);
        }
        if line.style != Style::new() && line.width() > 0 {
            self.buffer.set_style(row, line.style);
        }
        for span in &line.spans {
            let is_plain = span.content.bytes().all(|byte| matches!(byte, b' '..=b'~'));
            let width = if is_plain { span.content.len() } else { span.width() };
            let place = rect::take_left(&mut row, rect::len(width));
            if !is_plain {
                self.render(span, place);
                continue;
            }
            for (x, symbol) in (place.x..place.right()).zip(span.content.chars()) {
                self.set((x, place.y), symbol, span.style);
            }
        }
    }

    /// A text in large letters, from a column of the area on.
    pub(crate) fn letters(&mut self, (area, x): (Rect, usize), size: BigLetters, text: &Span<'_>) {
        let place = area.intersection(Rect { x: area.x.saturating_add(rect::len(x)), ..area });
        let lines = size.draw(&text.content).into_iter();
        // A line under each of their rows would cross them.
        let style = text.style.remove_modifier(Modifier::UNDERLINED);
        self.put(place, lines.map(|line| Line::from(Span::styled(line, style))));
    }

    /// Dims what is of now beside what is past, and what is behind an overlay.
    pub(crate) fn fade(&mut self, area: Rect) {
        let scene = self.scene;
        let plain = Style::reset().patch(scene.theme.ground());
        self.buffer.set_style(area, plain.patch(scene.style(Dim)));
    }

    /// The frame of a pane, heavier and marked while its text is what is scrolled. Returns its inside.
    pub(crate) fn pane(&mut self, area: Rect, titles: Titles) -> Rect {
        let scene = self.scene;
        let focused = titles.focused;
        let (kind, border, title) = if focused {
            (BorderType::Thick, Border, format!(" {SELECTED} {} ", titles.name))
        } else {
            (BorderType::Rounded, Border, format!(" {} ", titles.name))
        };
        let taken = text::width(&title) + titles.right_width() + 3;
        let room = usize::from(area.width).saturating_sub(taken);
        // Where there are no colours, the frame is dim.
        let mut title = scene.line(if focused { FocusTitle } else { Title }, title).not_dim();
        if !titles.about.is_empty() && room > 2 {
            title.extend(scene.named(Dim, &(text::cut(&titles.about, room) + " ")));
        }
        let pieces = |pieces: Vec<_>| {
            let spans = pieces.into_iter();
            let spans = spans.map(|(part, text)| scene.span(part, format!(" {text} ")));
            Line::from(spans.collect::<Vec<Span>>()).right_aligned()
        };
        let mut block = scene.block(kind, titles.border.unwrap_or(border)).title_top(title);
        if !titles.right.is_empty() {
            block = block.title_top(pieces(titles.right));
        }
        if !titles.below.is_empty() {
            block = block.title_bottom(pieces(titles.below));
        }
        self.render(block, area);
        rect::inside(area)
    }

    pub(crate) fn overlay(
        &mut self,
        screen: Rect,
        (width, lines): (u16, usize),
        title: &str,
        bottom: Line<'static>,
    ) -> Rect {
        let scene = self.scene;
        let area = rect::middle(screen, width, rect::len(lines + 2));
        self.render(Clear, area);
        self.buffer.set_style(area, scene.theme.ground());
        let block = scene.block(BorderType::Thick, FocusBorder);
        let block = block.title_top(scene.span(FocusTitle, format!(" {title} ")));
        self.render(block.title_bottom(bottom.right_aligned()), area);
        area.inner(Margin::new(2, 1))
    }
}
