use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Modifier;
use ratatui::text::{Line, Span};

use crate::app::TableRow;
use crate::tcp::{Port, SocketId};
use crate::view::pane::notices;
use crate::view::scene::{Scene, put, width};
use crate::view::scroll::Scroll;
use crate::view::style::glyphs::{ARROW, HOLLOW, glyph};
use crate::view::style::theme::ThemeRole;
use crate::view::table::columns::longest_address;
use crate::view::table::window::Window;
use crate::view::table::{empty, height, role, signs, style, timer, titles};
use crate::view::text::big_digits::Digits;
use crate::view::{rect, text};

/// How many lines a row takes, the blank one below it counted.
pub(crate) const ROW: u16 = 2;

/// From this width on an address as long as an IPv4-mapped one has room beside the longest role and state.
const WHOLE: usize = 74;

/// Big type for the last row of the room: two numbers, of each row only what the lesson needs, and the newest sentence.
pub(crate) fn draw(frame: &mut Frame<'_>, area: Rect, scene: Scene<'_>, scroll: &mut Scroll) {
    let mut rest = area;
    let digits = Digits::fitting(area, scene.theme.is_ascii());
    let numbers = rect::take_top(&mut rest, 1 + digits.height());
    draw_numbers(frame, numbers, scene, digits);
    let between = rect::take_top(&mut rest, 1);
    let room = usize::from(area.width);
    let lines = if area.height < 18 { (2, 5) } else { (3, 5) };
    let spare = rest.height.saturating_sub(ROW * height::rows_wanted(scene.state) + lines.0);
    let high = notices::height(scene.state, area.width, lines, spare);
    let place = rect::take_bottom(&mut rest, high);
    put(
        frame,
        place,
        notices::newest(scene, scene.state.notices.back, (room, usize::from(place.height))),
    );
    scroll.body = rest;
    // The last row needs no blank line below it.
    let height = usize::from(rest.height.div_ceil(ROW));
    let window = Window::of(scene.state, scroll, (height, 1));
    if window.len() == 0 {
        empty::draw(frame, rest, scene);
        return;
    }
    let rows = window.names(&scene.state.ui.shown);
    let shown = scene.state.ui.shown.len();
    if shown > rows.len() {
        let (part, words) = titles::part_shown(window.rest.start + 1, window.rest.end, shown);
        let words = Line::from(scene.span(part, format!("rows {words} ")));
        frame.render_widget(words.right_aligned(), between);
    }
    let foreign = longest_address(&rows);
    let lines = rows.iter().flat_map(|name| [line(scene, *name, foreign, room), Line::default()]);
    put(frame, rest, lines);
}

/// The port at the left, the number of connections at the right.
fn draw_numbers(frame: &mut Frame<'_>, area: Rect, scene: Scene<'_>, digits: Digits) {
    let state = scene.state;
    let listener = &state.server;
    let number = match listener.at().port {
        Port::ANY => String::from("0"),
        port => port.to_string(),
    };
    let (label, part) = if state.listened() {
        ("LISTEN at port", ThemeRole::Gauge)
    } else if state.seen().is_listening(listener.at().port) {
        ("another's is port", ThemeRole::Dim)
    } else {
        ("nobody listens at port", ThemeRole::Dim)
    };
    let open = state.seen().connections();
    let halves = [
        (label, number, part),
        (if open == 1 { "connection" } else { "connections" }, open.to_string(), ThemeRole::Key),
    ];
    let half = area.width / 2;
    for (n, (label, number, part)) in (0..2).zip(halves) {
        let place = Rect { x: area.x + n * half + 2, width: half.saturating_sub(2), ..area };
        let label = Line::from(scene.span(ThemeRole::Strong, label));
        let number =
            digits.draw(&number).into_iter().map(|line| Line::from(scene.span(part, line)));
        put(frame, place, std::iter::once(label).chain(number));
    }
}

/// Role, both ports with the foreign address, the longest of which takes `foreign` columns, and the state.
fn line(scene: Scene<'_>, name: SocketId, foreign: usize, room: usize) -> Line<'static> {
    let state = scene.state;
    let Some(line) = state.seen().get(name) else {
        return Line::default();
    };
    let spread = room >= 96;
    let (role_width, foreign_width, gap) = if spread {
        (24, 23, "    ")
    } else {
        // An address that is cut tells less than a role in fewer words.
        let most = if room < WHOLE { 18 } else { 23 };
        let foreign = foreign.clamp(16, most);
        let taken = if room < WHOLE { foreign - 16 } else { 0 };
        (15 - taken, foreign, " ")
    };
    let role = text::fit(&role::role(scene, line, role_width), role_width);
    let foreign = if name.tuple.is_connected() {
        let foreign = text::end(name.tuple.remote, foreign_width);
        format!("{ARROW} {}", text::fit(&foreign, foreign_width))
    } else {
        " ".repeat(foreign_width + 2)
    };
    let local = name.tuple.local.port;
    let mut spans = signs::signs(scene, line);
    let part = if line.gone.is_some() { ThemeRole::Gone } else { ThemeRole::Strong };
    let mut numbers = format!("{role}{gap}{local:>5} {foreign}{gap}");
    let left = room.saturating_sub(width(&spans) + text::width(&numbers));
    let mut words = words(scene, line, left);
    if words.width() > left {
        // A row without another end has room to spare in front of its words.
        let least = numbers.trim_end().len() + 1;
        let wanted = numbers.len().saturating_sub(words.width() - left);
        numbers.truncate(wanted.max(least));
        let left = room.saturating_sub(width(&spans) + text::width(&numbers));
        words.content = text::cut(&words.content, left).into();
    }
    spans.push(scene.span(part, numbers));
    spans.push(words);
    if state.ui.selected == Some(name) {
        return style::one_style(spans).style(scene.style(ThemeRole::Selected));
    }
    Line::from(spans)
}

/// The state, or why there is none any more.
fn words(scene: Scene<'_>, line: &TableRow, room: usize) -> Span<'static> {
    let state = line.row.state;
    if let Some(gone) = line.gone {
        let [whole, brief] = [gone.why.words(), gone.why.brief()];
        let [whole, brief] = [whole, brief].map(|why| format!("{HOLLOW} {why}"));
        let fits = text::width(&whole) <= room;
        return scene.span(ThemeRole::Gone, if fits { whole } else { brief });
    }
    let mut left = timer::time_left(scene, line).unwrap_or_default();
    if room < 21 {
        left = left.replace(" left", "");
    }
    let words = format!("{} {state} {left}", glyph(state));
    let style = scene.theme.state(state).add_modifier(Modifier::BOLD);
    Span::styled(words.trim_end().to_owned(), style)
}
