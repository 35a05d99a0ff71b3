//! A table for where there is hardly room: addresses and state.

use ratatui::text::Span;

use crate::tcp::Protocol;
use crate::view::style::glyphs::{HOLLOW, glyph};
use crate::view::table::column::ColumnWidth::Whole;
use crate::view::table::column::{Column, ColumnLayout, RowView, WITH_SYMBOLS, plain};
use crate::view::table::columns::local_end;
use crate::view::table::timer::brief_time_left;
use crate::view::{text, width as width_of};

const LOCAL: &str = "Local Address";
const FOREIGN: &str = "Foreign Address";

pub(crate) fn wide() -> ColumnLayout {
    with_local(18)
}

/// Local ports without the address, which is in the title of the table.
pub(crate) fn tight() -> ColumnLayout {
    with_local(6)
}

fn with_local(width: usize) -> ColumnLayout {
    let columns = vec![
        Column::new(&[LOCAL, "Local"], [(0, Whole(width))], local),
        Column::new(&[FOREIGN], [(0, Whole(18))], foreign),
        Column::new(&["State"], [(0, Whole(15))], state),
    ];
    ColumnLayout::new(columns, 0, WITH_SYMBOLS)
}

/// The local end. Where only the port has room, an address other than that of the title covers the foreign column, if both fit there.
fn local(row: &RowView<'_>, width: usize) -> Vec<Span<'static>> {
    let local = row.line.row.tuple.local;
    if width >= LOCAL.len() {
        return row.near(local_end(row, width));
    }
    let is_own = row.scene.state.lab.address_of(row.line.row.host) == Some(local.ip.to_canonical());
    let both = || {
        let near = row.near(local.to_string()).into_iter();
        let foreign = foreign(row, row.layout.width_of(FOREIGN));
        near.chain([Span::raw(" ")]).chain(foreign).collect::<Vec<_>>()
    };
    let room = row.layout.width_through(LOCAL, FOREIGN);
    let both = (!is_own).then(both).filter(|both| width_of(both) <= room);
    both.unwrap_or_else(|| row.near(format!(":{}", local.port)))
}

fn foreign(row: &RowView<'_>, width: usize) -> Vec<Span<'static>> {
    let remote = row.line.row.tuple.remote;
    row.far(match remote.port.0 {
        0 => format!("{}:*", remote.ip),
        _ => text::end(remote, width),
    })
}

fn state(row: &RowView<'_>, width: usize) -> Vec<Span<'static>> {
    let socket = &row.line.row;
    let left = brief_time_left(row.scene, row.line);
    let symbol = match socket.tuple.protocol {
        // No column shows the protocol, and UDP's states have TCP's names.
        Protocol::Udp => socket.tuple.protocol.to_string(),
        Protocol::Tcp if row.line.gone.is_some() => HOLLOW.to_string(),
        Protocol::Tcp => glyph(socket.state).to_string(),
    };
    if let Some(gone) = row.line.gone {
        let tries = [format!("{symbol} gone, {}", gone.why.brief()), format!("{symbol} gone")];
        return plain(text::fitting(width, tries));
    }
    let words = format!("{symbol} {} {left}", socket.state);
    row.in_state(text::cut(words.trim_end(), width))
}
