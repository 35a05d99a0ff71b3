//! A table as a list of columns: titles, widths and cells.

use std::collections::BTreeSet;

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::app::{Mark, TableRow};
use crate::tcp::SocketId;
use crate::view::ThemeRole::{self, Gone, Heading};
use crate::view::style::glyphs::{BLAMED, MARKED, SELECTED, mark};
use crate::view::{Scene, text, width};

/// The names of columns that a row in TIME_WAIT, or one that is gone, covers.
pub(crate) const STATE: &str = "State";
pub(crate) const ROLE: &str = "Role";
pub(crate) const AGE: &str = "Age";

pub(crate) struct Column {
    /// The titles, the longest first: the first that fits is shown. The first is also its name.
    pub(crate) titles: &'static [&'static str],
    /// The widths it grows to, each with its rank: low ranks get their room first, rank 0 in any case.
    pub(crate) widths: Vec<(u8, ColumnWidth)>,
    cell: Cell,
}

/// The cell of a row in so many columns. One that is wider than its column covers those to the right of it.
type Cell = fn(&RowView<'_>, usize) -> Vec<Span<'static>>;

#[derive(Clone, Copy)]
pub(crate) enum ColumnWidth {
    /// To this width, or not at all.
    Whole(usize),
    /// As far as there is room, if the column is shown.
    UpTo(usize),
}

impl Column {
    pub(crate) fn new(
        titles: &'static [&'static str],
        widths: impl Into<Vec<(u8, ColumnWidth)>>,
        cell: Cell,
    ) -> Column {
        Column { titles, widths: widths.into(), cell }
    }
}

/// A list of columns, and the width of each; a column of no width is not shown.
pub(crate) struct ColumnLayout {
    columns: Vec<Column>,
    widths: Vec<usize>,
    indent: usize,
    gap: usize,
}

/// The blanks of a table whose rows begin with their symbols: before the first column, and between two.
pub(crate) const WITH_SYMBOLS: (usize, usize) = (3, 1);

impl ColumnLayout {
    pub(crate) fn new(
        columns: Vec<Column>,
        room: usize,
        (indent, gap): (usize, usize),
    ) -> ColumnLayout {
        let ranks = columns.iter().flat_map(|column| column.widths.iter().map(|(rank, _)| *rank));
        let ranks: BTreeSet<u8> = ranks.collect();
        let widths = vec![0; columns.len()];
        let mut layout = ColumnLayout { columns, widths, indent, gap };
        for rank in ranks {
            while layout.grow(rank, room) {}
        }
        layout
    }

    fn grow(&mut self, rank: u8, room: usize) -> bool {
        let before = self.widths.clone();
        for (width, column) in self.widths.iter_mut().zip(&self.columns) {
            for (_, goal) in column.widths.iter().filter(|(of, _)| *of == rank) {
                *width = match *goal {
                    ColumnWidth::Whole(to) => to.max(*width),
                    ColumnWidth::UpTo(to) if (1..to).contains(width) => *width + 1,
                    ColumnWidth::UpTo(_) => *width,
                };
            }
        }
        let has_grown = self.widths != before;
        if has_grown && rank > 0 && self.width() > room {
            self.widths = before;
            return false;
        }
        has_grown
    }

    pub(crate) fn width(&self) -> usize {
        self.indent + self.joined(&self.widths)
    }

    pub(crate) fn width_of(&self, name: &str) -> usize {
        self.width_through(name, name)
    }

    pub(crate) fn width_through(&self, first: &str, last: &str) -> usize {
        let place = |name| self.columns.iter().position(|column| column.titles[0] == name);
        let ends = place(first).zip(place(last));
        ends.map_or(0, |(first, last)| self.joined(&self.widths[first..=last]))
    }

    fn joined(&self, widths: &[usize]) -> usize {
        let shown = widths.iter().filter(|width| **width > 0);
        shown.map(|width| width + self.gap).sum::<usize>().saturating_sub(self.gap)
    }

    fn shown(&self) -> impl Iterator<Item = (&Column, usize)> {
        self.columns.iter().zip(self.widths.iter().copied()).filter(|(_, width)| *width > 0)
    }

    pub(crate) fn head(&self, scene: Scene<'_>) -> Line<'static> {
        let mut head = " ".repeat(self.indent);
        for (column, width) in self.shown() {
            let title = column.titles.iter().find(|title| text::width(title) <= width);
            head += &text::fit(title.or(column.titles.last()).unwrap_or(&""), width + self.gap);
        }
        Line::from(head).style(scene.style(Heading))
    }

    /// One row with the symbol that joins it to its neighbour; blank if there is no row of that name.
    pub(crate) fn line(
        &self,
        scene: Scene<'_>,
        name: SocketId,
        bracket: Option<&'static str>,
    ) -> Line<'static> {
        let Some(line) = scene.state.seen().get(name) else { return Line::default() };
        let row = RowView { scene, line, bracket, layout: self };
        let mut spans = if self.indent > 0 { vec![symbols(scene, line)] } else { Vec::new() };
        let (mut start, mut used) = (self.indent, width(&spans));
        for (column, width_of_column) in self.shown() {
            if used <= start {
                let cell = (column.cell)(&row, width_of_column);
                spans.push(Span::raw(" ".repeat(start - used)));
                used = start + width(&cell);
                spans.extend(cell);
            }
            start += width_of_column + self.gap;
        }
        if scene.state.ui.selected == Some(name) {
            return scene.selected(spans);
        }
        if line.gone.is_some() {
            let gone = scene.style(Gone);
            spans.iter_mut().skip(1).for_each(|span| span.style = gone.patch(span.style));
        }
        let look = if scene.state.is_lit(line) { scene.theme.lit() } else { Style::new() };
        Line::from(spans).style(look)
    }

    pub(crate) fn lines(
        &self,
        scene: Scene<'_>,
        rows: &[SocketId],
    ) -> impl Iterator<Item = Line<'static>> {
        rows.iter().map(move |name| self.line(scene, *name, None))
    }
}

pub(crate) fn symbols(scene: Scene<'_>, line: &TableRow) -> Span<'static> {
    let (state, name) = (scene.state, line.row.name());
    let fresh = state.mark(line);
    let (part, symbol) = match fresh {
        _ if line.gone.is_none() && state.blamed().contains(&name) => (ThemeRole::Error, BLAMED),
        Mark::New => (ThemeRole::New, mark(fresh)),
        Mark::Changed => (ThemeRole::Changed, mark(fresh)),
        Mark::PutForward => (ThemeRole::Key, mark(fresh)),
        Mark::Gone => (ThemeRole::Gone, mark(fresh)),
        Mark::Told => (ThemeRole::Reported, mark(fresh)),
        Mark::Plain => (ThemeRole::Text, mark(fresh)),
    };
    let selected = if state.ui.selected == Some(name) { SELECTED } else { " " };
    let marked = if state.ui.marked == Some(name) { MARKED } else { " " };
    scene.span(part, format!("{selected}{symbol}{marked}"))
}

pub(crate) struct RowView<'a> {
    pub(crate) scene: Scene<'a>,
    pub(crate) line: &'a TableRow,
    pub(crate) bracket: Option<&'static str>,
    pub(crate) layout: &'a ColumnLayout,
}

impl RowView<'_> {
    /// The near end, in the look of whose it is.
    pub(crate) fn near(&self, text: String) -> Vec<Span<'static>> {
        vec![self.end(Some(self.line.row.name()), text)]
    }

    /// The far end in its look: no socket that listens has one.
    pub(crate) fn far(&self, text: String) -> Vec<Span<'static>> {
        let row = self.line.row.name();
        vec![self.end(row.tuple.is_connected().then(|| self.scene.state.other_end(row)), text)]
    }

    fn end(&self, end: Option<SocketId>, text: String) -> Span<'static> {
        if self.line.gone.is_some() {
            return Span::styled(text, Style::new().crossed_out());
        }
        self.scene.end(end.and_then(|end| self.scene.state.whose(end)), text)
    }

    pub(crate) fn in_state(&self, text: String) -> Vec<Span<'static>> {
        vec![Span::styled(text, self.scene.theme.state(self.line.row.state))]
    }
}

pub(crate) fn plain(text: String) -> Vec<Span<'static>> {
    vec![Span::raw(text)]
}

#[cfg(test)]
mod tests {
    use super::ColumnWidth::{UpTo, Whole};
    use super::*;

    #[test]
    fn columns_get_their_room_by_rank() {
        let table = [(3, [5, 0]), (9, [9, 0]), (10, [5, 4]), (12, [7, 4]), (40, [9, 4])];
        for (room, widths) in table {
            let columns = vec![
                Column::new(&["first"], [(0, Whole(5)), (2, UpTo(9))], |_, _| Vec::new()),
                Column::new(&["second"], [(1, Whole(4)), (1, UpTo(4))], |_, _| Vec::new()),
            ];
            let layout = ColumnLayout::new(columns, room, (0, 1));
            assert_eq!(layout.widths, widths, "in {room} columns");
        }
    }
}
