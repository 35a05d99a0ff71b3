//! A table for where there is hardly room: addresses and state.

use ratatui::text::{Line, Span};

use super::glyphs::{HOLLOW, glyph};
use super::paint::Scene;
use super::row::{one_style, signs, time_left};
use super::text;
use super::theme::Part;
use crate::tcp::RowName;

/// Which columns a narrow table has.
#[derive(Clone, Copy)]
pub(super) struct Narrow {
    local: usize,
    foreign: usize,
    state: usize,
}

impl Narrow {
    /// Where there is hardly room, the title tells the computer's own address, and the column only the port.
    pub(super) const TIGHT: Narrow = Narrow {
        local: 6,
        foreign: 18,
        state: 15,
    };
    /// Whole addresses.
    pub(super) const WIDE: Narrow = Narrow {
        local: 18,
        ..Narrow::TIGHT
    };

    /// How many columns all take.
    pub(super) fn width(self) -> usize {
        3 + self.local + 1 + self.foreign + 1 + self.state
    }
}

/// The names of the columns.
pub(super) fn head(scene: Scene<'_>, columns: Narrow) -> Line<'static> {
    let local = if columns.local < 13 {
        "Local"
    } else {
        "Local Address"
    };
    let text = format!(
        "   {} {} State",
        text::fit(local, columns.local),
        text::fit("Foreign Address", columns.foreign)
    );
    Line::from(text).style(scene.style(Part::Heading))
}

/// One row of a narrow table.
pub(super) fn cell(scene: Scene<'_>, columns: Narrow, name: RowName) -> Line<'static> {
    let Some(line) = scene.state.seen().get(name) else {
        return Line::default();
    };
    let row = &line.row;
    let mut spans = signs(scene, line);
    let local = if columns.local < 13 {
        format!(":{}", row.tuple.local.port)
    } else {
        text::end(row.tuple.local, columns.local)
    };
    let foreign = match row.tuple.remote.port.0 {
        0 => format!("{}:*", row.tuple.remote.ip),
        _ => text::end(row.tuple.remote, columns.foreign),
    };
    spans.push(Span::raw(format!(
        "{} {} ",
        text::fit(&local, columns.local),
        text::fit(&foreign, columns.foreign)
    )));
    let left = time_left(scene, line).map_or_else(String::new, |left| {
        format!(" {}", left.trim_end_matches(" left").replace(' ', ""))
    });
    let sign = if line.gone.is_some() {
        HOLLOW.to_owned()
    } else {
        glyph(row.state).to_string()
    };
    let state = text::cut(&format!("{sign} {}{left}", row.state), columns.state);
    spans.push(Span::styled(state, scene.theme.state(row.state)));
    if scene.state.desk.selected == Some(name) {
        return one_style(spans).style(scene.style(Part::Selected));
    }
    if line.gone.is_some() {
        for span in spans.iter_mut().skip(1) {
            span.style = scene.style(Part::Gone);
        }
    }
    Line::from(spans)
}
