//! A table for where there is hardly room: addresses and state.

use ratatui::text::Span;

use crate::tcp::Protocol;
use crate::view::style::glyphs::{HOLLOW, glyph};
use crate::view::table::column::ColumnWidth::Whole;
use crate::view::table::column::{Column, ColumnLayout, RowView};
use crate::view::table::timer::time_left;
use crate::view::text;

const LOCAL: &str = "Local Address";
const FOREIGN: &str = "Foreign Address";

/// Whole addresses.
pub(crate) fn wide() -> ColumnLayout {
    with_local(18)
}

/// Local ports without the address, which is in the title of the table.
pub(crate) fn tight() -> ColumnLayout {
    with_local(6)
}

fn with_local(width: usize) -> ColumnLayout {
    let columns = vec![
        Column { titles: &[LOCAL, "Local"], widths: vec![(0, Whole(width))], cell: local },
        Column { titles: &[FOREIGN], widths: vec![(0, Whole(18))], cell: foreign },
        Column { titles: &["State"], widths: vec![(0, Whole(15))], cell: state },
    ];
    ColumnLayout::fitting(columns, 0)
}

/// The local end. Where only the port has room, an address other than that of the title covers the foreign column, if both fit there.
fn local(row: &RowView<'_>, width: usize) -> Vec<Span<'static>> {
    let local = row.line.row.tuple.local;
    if width >= LOCAL.len() {
        return vec![Span::raw(text::end(local, width))];
    }
    let is_own = row.scene.state.lab.address_of(row.line.row.host) == Some(local.ip.to_canonical());
    let both = format!("{local} {}", foreign_end(row, row.layout.width_of(FOREIGN)));
    if !is_own && both.len() <= row.layout.width_through(LOCAL, FOREIGN) {
        return vec![Span::raw(both)];
    }
    vec![Span::raw(format!(":{}", local.port))]
}

fn foreign(row: &RowView<'_>, width: usize) -> Vec<Span<'static>> {
    vec![Span::raw(foreign_end(row, width))]
}

fn foreign_end(row: &RowView<'_>, width: usize) -> String {
    let remote = row.line.row.tuple.remote;
    match remote.port.0 {
        0 => format!("{}:*", remote.ip),
        _ => text::end(remote, width),
    }
}

fn state(row: &RowView<'_>, width: usize) -> Vec<Span<'static>> {
    let socket = &row.line.row;
    let left = time_left(row.scene, row.line).map_or_else(String::new, |left| {
        format!(" {}", left.trim_end_matches(" left").replace(' ', ""))
    });
    let symbol = if socket.tuple.protocol == Protocol::Udp {
        // No column shows the protocol, and UDP's states have TCP's names.
        socket.tuple.protocol.to_string()
    } else if row.line.gone.is_some() {
        HOLLOW.to_owned()
    } else {
        glyph(socket.state).to_string()
    };
    row.in_state(text::cut(&format!("{symbol} {}{left}", socket.state), width))
}
