//! A table for where there is hardly room: addresses and state.

use ratatui::text::{Line, Span};

use crate::tcp::{Protocol, SocketId};
use crate::view::scene::Scene;
use crate::view::style::glyphs::{HOLLOW, glyph};
use crate::view::style::theme::ThemeRole;
use crate::view::table::signs::signs;
use crate::view::table::style::one_style;
use crate::view::table::timer::time_left;
use crate::view::text;

/// Which columns a narrow table has.
#[derive(Clone, Copy)]
pub(crate) struct Narrow {
    local: usize,
    foreign: usize,
    state: usize,
}

impl Narrow {
    /// Where there is hardly room, the title tells the computer's own address, and the column only the port.
    pub(crate) const TIGHT: Narrow = Narrow { local: 6, foreign: 18, state: 15 };
    /// Whole addresses.
    pub(crate) const WIDE: Narrow = Narrow { local: 18, ..Narrow::TIGHT };

    /// How many columns all take.
    pub(crate) fn width(self) -> usize {
        3 + self.local + 1 + self.foreign + 1 + self.state
    }
}

/// The names of the columns.
pub(crate) fn head(scene: Scene<'_>, columns: Narrow) -> Line<'static> {
    let local = if columns.local < 13 { "Local" } else { "Local Address" };
    let text = format!(
        "   {} {} State",
        text::fit(local, columns.local),
        text::fit("Foreign Address", columns.foreign)
    );
    Line::from(text).style(scene.style(ThemeRole::Heading))
}

/// One row of a narrow table.
pub(crate) fn cell(scene: Scene<'_>, columns: Narrow, name: SocketId) -> Line<'static> {
    let Some(line) = scene.state.seen().get(name) else {
        return Line::default();
    };
    let row = &line.row;
    let mut spans = signs(scene, line);
    let foreign = match row.tuple.remote.port.0 {
        0 => format!("{}:*", row.tuple.remote.ip),
        _ => text::end(row.tuple.remote, columns.foreign),
    };
    let local = local_end(scene, columns, name, &foreign);
    let (local, foreign) = (text::fit(&local, columns.local.max(local.len())), foreign);
    let both = columns.local + 1 + columns.foreign;
    let ends = text::fit(&format!("{local} {foreign}"), both);
    spans.push(Span::raw(format!("{ends} ")));
    let left = time_left(scene, line).map_or_else(String::new, |left| {
        format!(" {}", left.trim_end_matches(" left").replace(' ', ""))
    });
    let sign = if row.tuple.protocol == Protocol::Udp {
        // No column tells it, and its states have TCP's names.
        row.tuple.protocol.to_string()
    } else if line.gone.is_some() {
        HOLLOW.to_owned()
    } else {
        glyph(row.state).to_string()
    };
    let state = text::cut(&format!("{sign} {}{left}", row.state), columns.state);
    spans.push(Span::styled(state, scene.theme.state(row.state)));
    if scene.state.ui.selected == Some(name) {
        return one_style(spans).style(scene.style(ThemeRole::Selected));
    }
    if line.gone.is_some() {
        for span in spans.iter_mut().skip(1) {
            span.style = scene.style(ThemeRole::Gone);
        }
    }
    Line::from(spans)
}

/// The local end; where there is hardly room its port alone, unless the address is not the one that the title tells and the other end
/// leaves room for it.
fn local_end(scene: Scene<'_>, columns: Narrow, name: SocketId, foreign: &str) -> String {
    let local = name.tuple.local;
    if columns.local >= 13 {
        return text::end(local, columns.local);
    }
    let own = scene.state.lab.address_of(name.host);
    let whole = local.to_string();
    let fits = whole.len() + foreign.len() <= columns.local + columns.foreign;
    if own != Some(local.ip.to_canonical()) && fits { whole } else { format!(":{}", local.port) }
}
