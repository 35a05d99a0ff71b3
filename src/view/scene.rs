//! What every painter needs: the state and the theme, frames, pieces of lines.

use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, BorderType};
use tui_input::Input;

use crate::app::{Holder, State, TableRow};
use crate::tcp::TcpState;
use crate::view::ThemeRole::{Cursor, Field, Key, Selected, Text};
use crate::view::style::glyphs::glyph;
use crate::view::style::theme::{Theme, ThemeRole};
use crate::view::text;

#[derive(Clone, Copy)]
pub(crate) struct Scene<'a> {
    pub(crate) state: &'a State,
    pub(crate) theme: &'a Theme,
}

impl<'a> Scene<'a> {
    pub(crate) fn selected_or_newest(self) -> Option<&'a TableRow> {
        let (ui, sockets) = (&self.state.ui, self.state.seen());
        let selected = ui.selected.and_then(|name| sockets.get(name));
        let newest = ui.shown.iter().rev().take(NEWEST);
        let mut newest = newest.filter(|name| name.tuple.is_connected());
        selected.or_else(|| sockets.get(*newest.next()?))
    }

    pub(crate) fn span(self, part: ThemeRole, text: impl Into<String>) -> Span<'static> {
        Span::styled(text.into(), self.theme.of(part))
    }

    pub(crate) fn line(self, part: ThemeRole, text: impl Into<String>) -> Line<'static> {
        Line::from(self.span(part, text))
    }

    pub(crate) fn cut(self, part: ThemeRole, text: &str, room: usize) -> Line<'static> {
        self.line(part, text::cut(text, room))
    }

    pub(crate) fn state_span(self, state: TcpState) -> Span<'static> {
        Span::styled(format!("{} {state}", glyph(state)), self.theme.state(state))
    }

    /// An end of a connection, or its name.
    pub(crate) fn end(self, whose: Option<Holder>, text: impl Into<String>) -> Span<'static> {
        Span::styled(text.into(), self.theme.end(whose))
    }

    /// A text in which every computer and every address has its own look.
    pub(crate) fn named(self, part: ThemeRole, text: &str) -> Vec<Span<'static>> {
        let (mut spans, mut plain) = (Vec::new(), String::new());
        for word in text.split_inclusive(' ') {
            let name = word.trim_matches(|c: char| !c.is_alphanumeric() && !"[]".contains(c));
            let found =
                self.state.whom(name).and_then(|whose| Some((whose, word.split_once(name)?)));
            let Some((whose, (before, after))) = found else {
                plain += word;
                continue;
            };
            plain += before;
            spans.push(self.span(part, std::mem::take(&mut plain)));
            let look = self.style(part).patch(self.theme.end(Some(whose)));
            spans.push(Span::styled(name.to_owned(), look));
            plain += after;
        }
        spans.push(self.span(part, plain));
        spans
    }

    pub(crate) fn wrapped(self, part: ThemeRole, text: &str, room: usize) -> Vec<Line<'static>> {
        let lines = text::wrap(text, room).into_iter();
        lines.map(|words| Line::from(self.named(part, &words))).collect()
    }

    pub(crate) fn style(self, part: ThemeRole) -> Style {
        self.theme.of(part)
    }

    pub(crate) fn block(self, kind: BorderType, part: ThemeRole) -> Block<'static> {
        Block::bordered().border_type(kind).border_style(self.style(part))
    }

    /// A text that the user typed; escaped beyond ASCII in an ASCII theme.
    pub(crate) fn own(self, text: &str) -> String {
        if self.theme.is_ascii() { text::safe(text) } else { text::own(text) }
    }

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
        vec![self.span(Field, before), self.span(Cursor, under), self.span(Field, rest)]
    }

    /// All of it in reverse, but the ends keep their looks.
    pub(crate) fn selected(self, spans: Vec<Span<'static>>) -> Line<'static> {
        let spans = spans.into_iter().map(|span| match span.style {
            // A plate is no letter to be reversed.
            plate if plate.bg.is_some() => Span { style: plate.not_reversed(), ..span },
            end if self.theme.is_end(end) => span,
            _ => Span::raw(span.content),
        });
        spans.collect::<Line>().style(self.style(Selected))
    }

    pub(crate) fn keys(self, hints: &[(&str, &str)]) -> Line<'static> {
        let mut spans = vec![Span::raw(" ")];
        for (key, help) in hints {
            spans.push(self.span(Key, *key));
            spans.push(self.span(Text, format!(" {help}  ")));
        }
        Line::from(spans)
    }
}

const NEWEST: usize = 100;

#[derive(Default)]
pub(crate) struct Titles {
    pub(crate) name: &'static str,
    pub(crate) about: String,
    pub(crate) right: Vec<(ThemeRole, String)>,
    pub(crate) below: Vec<(ThemeRole, String)>,
    pub(crate) border: Option<ThemeRole>,
    pub(crate) focused: bool,
}

impl Titles {
    pub(crate) fn right_width(&self) -> usize {
        self.right.iter().map(|(_, text)| text::width(text) + 2).sum()
    }
}

pub(crate) type RankedLines = (u8, Vec<Line<'static>>);

/// Leaves out groups of lines from `rank` on that do not fit into `most` lines after all of a lower rank; returns their lines.
pub(crate) fn leave_out<L>(groups: &mut Vec<(u8, Vec<L>)>, most: usize, rank: u8) -> Vec<L> {
    let mut order: Vec<usize> = (0..groups.len()).collect();
    order.sort_by_key(|n| groups[*n].0);
    let mut left = most;
    let mut fits = vec![false; groups.len()];
    for n in order {
        let lines = groups[n].1.len();
        fits[n] = groups[n].0 < rank || lines <= left;
        left = left.saturating_sub(if fits[n] { lines } else { 0 });
    }
    let mut fits = fits.into_iter();
    let left_out = groups.extract_if(.., |_| fits.next() == Some(false));
    left_out.flat_map(|(_, lines)| lines).collect()
}

pub(crate) fn push_fitting(spans: &mut Vec<Span<'static>>, span: Span<'static>, room: usize) {
    if width(spans) + span.width() <= room {
        spans.push(span);
    }
}

pub(crate) fn width(spans: &[Span<'_>]) -> usize {
    spans.iter().map(Span::width).sum()
}
