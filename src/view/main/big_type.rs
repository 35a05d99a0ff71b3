use ratatui::layout::Rect;
use ratatui::style::Modifier;
use ratatui::text::{Line, Span};

use crate::view::ThemeRole::{Dim, Gauge, Gone, Key, Strong};
use crate::view::pane::notices;
use crate::view::style::glyphs::{ARROW, HOLLOW, glyph};
use crate::view::table::column::ColumnWidth::{UpTo, Whole};
use crate::view::table::column::{Column, ColumnLayout, ROLE, RowView, STATE};
use crate::view::table::columns::longest_address;
use crate::view::table::window::Window;
use crate::view::table::{empty, role, timer, titles, window};
use crate::view::text::big_digits::Digits;
use crate::view::{Painter, rect, text};

/// The lines of a row, with the blank one below it.
const ROW: u16 = 2;
/// From this width on an IPv4-mapped address fits beside the longest role and state.
const WHOLE: usize = 74;

/// The table in big type, for the back of a lecture hall: two large numbers, a few columns, the newest notice.
pub(crate) fn draw(painter: &mut Painter<'_>, area: Rect) {
    let scene = painter.scene;
    let mut rest = area;
    let digits = Digits::fitting(area, scene.theme.is_ascii());
    draw_numbers(painter, rect::take_top(&mut rest, 1 + digits.height()), digits);
    let between = rect::take_top(&mut rest, 1);
    let room = usize::from(area.width);
    let lines = if area.height < 18 { (2, 5) } else { (3, 5) };
    let spare = rest.height.saturating_sub(ROW * window::rows_wanted(scene.state) + lines.0);
    let high = notices::height(scene.state, area.width, lines, spare);
    let place = rect::take_bottom(&mut rest, high);
    let back = scene.state.notices.back;
    painter.put(place, notices::newest(scene, back, (room, place.height.into())));
    // No blank line is needed below the last row.
    let height = usize::from(rest.height.div_ceil(ROW));
    let window = Window::of(scene.state, painter.scroll, (height, 1));
    if window.len() == 0 {
        return empty::draw(painter, rest);
    }
    let rows = window.names(&scene.state.ui.shown);
    let shown = scene.state.ui.shown.len();
    if shown > rows.len() {
        let (part, words) = titles::part_shown(window.rest.start + 1, window.rest.end, shown);
        let words = scene.line(part, format!("rows {words} "));
        painter.render(words.right_aligned(), between);
    }
    painter.scroll.list(rest, rows.iter().copied(), ROW);
    let columns = columns(longest_address(scene, &rows), room);
    let lines = columns.lines(scene, &rows);
    painter.put(rest, lines.flat_map(|line| [line, Line::default()]));
}

fn draw_numbers(painter: &mut Painter<'_>, area: Rect, digits: Digits) {
    let scene = painter.scene;
    let state = scene.state;
    let at = state.server().at();
    let (label, part) = if state.listened() {
        ("LISTEN on port", Gauge)
    } else if state.seen().ports.is_listening(at.port) {
        ("in use elsewhere: port", Dim)
    } else {
        ("not listening on port", Dim)
    };
    let open = state.seen().connections();
    let halves = [
        (label, at.port.0.to_string(), part),
        (if open == 1 { "connection" } else { "connections" }, open.to_string(), Key),
    ];
    let half = area.width / 2;
    for (n, (label, number, part)) in (0..2).zip(halves) {
        let place = Rect { x: area.x + n * half + 2, width: half.saturating_sub(2), ..area };
        let label = scene.line(Strong, label);
        let number = digits.draw(&number).into_iter().map(|line| scene.line(part, line));
        painter.put(place, std::iter::once(label).chain(number));
    }
}

const PORTS: &str = "Ports";

fn columns(foreign: usize, room: usize) -> ColumnLayout {
    let (role, foreign, gap) = match room {
        96.. => (24, 23, 4),
        WHOLE.. => (15, foreign.clamp(16, 23), 1),
        // A whole address matters more than a long role.
        _ => (15 + 16 - foreign.clamp(16, 18), foreign.clamp(16, 18), 1),
    };
    let columns = vec![
        Column::new(&[ROLE], [(0, Whole(role))], |row, width| {
            vec![strong(row, text::cut(&role::role(row.scene, row.line, width), width))]
        }),
        Column::new(&[PORTS], [(0, Whole(5 + 3 + foreign))], ports),
        Column::new(&[STATE], [(0, Whole(1)), (1, UpTo(room))], |row, width| {
            let words = words(row, width);
            let text = text::cut(&words.content, width);
            vec![words.content(text)]
        }),
    ];
    ColumnLayout::new(columns, room, (3, gap))
}

fn strong(row: &RowView<'_>, text: String) -> Span<'static> {
    row.scene.span(Strong, text)
}

/// Local port and foreign end; without a foreign end the state begins earlier, if it needs the room.
fn ports(row: &RowView<'_>, width: usize) -> Vec<Span<'static>> {
    let tuple = row.line.row.tuple;
    let local = format!("{:>5}", tuple.local.port);
    if tuple.is_connected() {
        let foreign = text::end(tuple.remote, width - text::width(&local) - 3);
        return vec![strong(row, format!("{local} {ARROW} {foreign}"))];
    }
    let room = row.layout.width_through(PORTS, STATE) - 6;
    let state = words(row, row.layout.width_of(STATE));
    if state.width() <= row.layout.width_of(STATE) {
        return vec![strong(row, local)];
    }
    let state = text::cut(&state.content, room);
    let blank = " ".repeat(1 + room - text::width(&state));
    vec![strong(row, local + &blank), words(row, room).content(state)]
}

fn words(row: &RowView<'_>, room: usize) -> Span<'static> {
    let (scene, state) = (row.scene, row.line.row.state);
    if let Some(gone) = row.line.gone {
        let tries = [gone.why.words(), gone.why.brief()].map(|why| format!("{HOLLOW} {why}"));
        return scene.span(Gone, text::fitting(room, tries));
    }
    let mut left = timer::time_left(scene, row.line).unwrap_or_default();
    if room < 21 {
        left = left.replace(" left", "");
    }
    let words = format!("{} {state} {left}", glyph(state));
    let style = scene.theme.state(state).add_modifier(Modifier::BOLD);
    Span::styled(words.trim_end().to_owned(), style)
}
