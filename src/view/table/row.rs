use ratatui::text::{Line, Span};

use crate::app::TableRow;
use crate::tcp::{Protocol, SocketId};
use crate::view::scene::Scene;
use crate::view::style::glyphs::{LOWER, UPPER, glyph};
use crate::view::style::theme::ThemeRole;
use crate::view::table::columns::{BRACKET, Columns, LONG_AGE, owner, proto};
use crate::view::table::gone_row;
use crate::view::table::gone_row::{countdown, ghost};
use crate::view::table::role::{role, udp};
use crate::view::table::signs::signs;
use crate::view::table::style::one_style;
use crate::view::table::timer::{time_left, unanswered};
use crate::view::text;

/// How a row is joined to its neighbour: both are ends of one connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bracket {
    /// To the one below.
    Upper,
    /// To the one above.
    Lower,
    /// Not at all.
    None,
}

/// The names of the columns.
pub(crate) fn head(scene: Scene<'_>, columns: &Columns) -> Line<'static> {
    let mut text = String::from("   ");
    let mut add = |title: &str, width: usize| {
        if width > 0 {
            text += &text::fit(title, width);
            text += " ";
        }
    };
    add("Proto", columns.proto);
    add("Recv-Q", columns.recv);
    add("Send-Q", columns.send);
    add("Local Address", columns.address);
    add("Foreign Address", columns.address);
    add("State", columns.state);
    add("Role", columns.role + BRACKET);
    add("Age", columns.age);
    add("Owner", columns.owner);
    Line::from(text).style(scene.style(ThemeRole::Heading))
}

/// One row of the table.
pub(crate) fn line(
    scene: Scene<'_>,
    columns: &Columns,
    name: SocketId,
    bracket: Bracket,
) -> Line<'static> {
    let state = scene.state;
    let Some(line) = state.seen().get(name) else {
        return Line::default();
    };
    let mut spans = signs(scene, line);
    spans.push(Span::raw(numbers(columns, line)));
    spans.extend(tail(scene, columns, line, bracket));
    let whole = line.gone.map(|_| ThemeRole::Gone);
    if state.ui.selected == Some(name) {
        one_style(spans).style(scene.style(ThemeRole::Selected))
    } else if let Some(part) = whole {
        let signs = spans.remove(0);
        let mut line = one_style(spans);
        line.spans.iter_mut().for_each(|span| span.style = scene.style(part));
        line.spans.insert(0, signs);
        line
    } else {
        Line::from(spans)
    }
}

/// Protocol, queues and both addresses.
fn numbers(columns: &Columns, line: &TableRow) -> String {
    let row = &line.row;
    let mut text = String::with_capacity(96);
    if columns.proto > 0 {
        text += &text::fit(&proto(&row.name()), columns.proto);
        text += " ";
    }
    let queues = [(row.queues.recv, columns.recv), (row.queues.send, columns.send)];
    for (queue, width) in queues.into_iter().filter(|(_, width)| *width > 0) {
        text.extend([format!("{queue:>width$} ")]);
    }
    for end in [row.tuple.local, row.tuple.remote] {
        let width = columns.address;
        text += &text::fit(&text::end(end, width), width);
        text += " ";
    }
    text
}

/// State, role, bracket, age and owner; or why the row is gone, or for how long it stays.
fn tail(
    scene: Scene<'_>,
    columns: &Columns,
    line: &TableRow,
    bracket: Bracket,
) -> Vec<Span<'static>> {
    let row = &line.row;
    let join = match bracket {
        Bracket::Upper => UPPER,
        Bracket::Lower => LOWER,
        Bracket::None => " ",
    };
    if let Some(gone) = line.gone {
        return ghost(columns, row.state, gone.why, join);
    }
    let style = scene.theme.state(row.state);
    let left = time_left(scene, line);
    if columns.age == 0
        && let Some(left) = &left
    {
        let mut spans = countdown(scene, columns, line, (left, join));
        spans[0].style = style;
        return spans;
    }
    let state = Span::styled(format!("{} {:<11} ", glyph(row.state), row.state), style);
    let is_roomy = columns.age >= LONG_AGE;
    let mut role = role(scene, line, columns.role);
    if columns.proto == 0 && row.tuple.protocol == Protocol::Udp {
        role = udp(&role, columns.role);
    }
    let beside = left.as_ref().filter(|_| !is_roomy);
    let beside = beside.and_then(|left| gone_row::beside(&role, left, columns.role));
    let is_told = beside.is_some();
    role = text::fit(&beside.unwrap_or(role), columns.role);
    let mut spans = vec![state, Span::raw(role), scene.span(ThemeRole::Dim, join)];
    if columns.age > 0 {
        let again = || unanswered(line).filter(|_| is_roomy);
        let left = left.map(|left| match left.strip_suffix(" left") {
            Some(left) if !is_roomy => format!("-{left}"),
            Some(_) | None => left,
        });
        let age = || text::age(scene.state.then().since(line.born));
        let mut age = left.or_else(again).unwrap_or_else(age);
        if is_told {
            age.clear();
        }
        if age.len() > columns.age {
            age = age.replace(' ', "");
        }
        spans.push(Span::raw(text::fit(&format!(" {age}"), columns.age + 1)));
    }
    if columns.owner > 0 {
        let owner = owner(scene.state, line, columns.owner);
        spans.push(scene.span(ThemeRole::Dim, format!(" {}", text::cut(&owner, columns.owner))));
    }
    spans
}
