use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::app::{Attempt, Failure, Remedy, TableRow, Verdict};
use crate::tcp::{Call, Endpoint, TcpState};
use crate::view::style::glyphs::REFUSED;
use crate::view::table::columns;
use crate::view::{Painter, Scene, ThemeRole, text};

/// The last failure: its rows, its meaning, and tested remedies; `down` lines are scrolled away.
pub(crate) fn draw(painter: &mut Painter<'_>, screen: Rect, down: usize) {
    let scene = painter.scene;
    let Some(case) = &scene.state.notices.case else {
        return;
    };
    let width = 104.min(screen.width - 2);
    let room = usize::from(width.saturating_sub(4));
    let lines = lines(scene, case, (room, rows_shown(screen.height)));
    let inner_height = lines.len().min(usize::from(screen.height - 2));
    let later = if case.waits { "do not retry later" } else { "retry after TIME_WAIT" };
    let mut keys = vec![("y", "retry"), ("Esc", "close")];
    if scene.state.waiting_helps() {
        keys.insert(1, ("w", later));
    }
    let down = down.min(lines.len().saturating_sub(inner_height));
    if lines.len() > inner_height {
        keys.insert(0, ("j k", "scroll"));
    }
    let inner = painter.sheet(screen, (width, lines.len()), "Why did it fail?", scene.keys(&keys));
    painter.scroll.visible.extend(case.rows.iter().take(rows_shown(screen.height)));
    painter.put(inner, lines.into_iter().skip(down));
}

/// The most rows in the way that are shown.
fn rows_shown(height: u16) -> usize {
    match height {
        0..20 => 2,
        20..30 => 4,
        30.. => 8,
    }
}

fn lines(scene: Scene<'_>, case: &Failure, (room, most): (usize, usize)) -> Vec<Line<'static>> {
    let sentence = scene.state.refusal().unwrap_or_default();
    let sentence = text::wrap(&text::safe(&sentence), room.saturating_sub(2));
    let mut lines: Vec<Line<'static>> = Vec::new();
    for (n, words) in sentence.into_iter().enumerate() {
        let symbol = if n == 0 { REFUSED } else { " " };
        lines.push(scene.line(ThemeRole::Error, format!("{symbol} {words}")));
    }
    lines.extend(blamed_rows(scene, case, (room, most)));
    let meaning = if scene.state.somebody_listens_now() {
        String::from(
            "Nothing was listening there, but a socket is listening now. Press y to retry.",
        )
    } else {
        meaning(scene, case)
    };
    lines.extend(scene.wrapped(ThemeRole::Text, &meaning, room));
    if !case.remedies.is_empty() {
        let long = "What would work? Just tested with throw-away sockets:";
        let not_tried = |remedy: &Remedy| matches!(remedy.verdict, Verdict::NotTried(_));
        let heading = if case.remedies.iter().all(not_tried) {
            "What would work?"
        } else if text::width(long) <= room {
            long
        } else {
            "What would work? Just tested:"
        };
        lines.push(scene.line(ThemeRole::Heading, text::cut(heading, room)));
        for remedy in &case.remedies {
            lines.extend(remedy_lines(scene, remedy, room));
        }
    }
    lines
}

fn blamed_rows(
    scene: Scene<'_>,
    case: &Failure,
    (room, most): (usize, usize),
) -> Vec<Line<'static>> {
    let rows = &case.rows[..case.rows.len().min(most)];
    let columns = columns::with_countdown(scene, room, rows);
    let mut lines: Vec<Line<'static>> = columns.lines(scene, rows).collect();
    let more = case.rows.len() - rows.len();
    if more > 0 {
        let words = format!("   and {} more", text::number(more));
        lines.push(scene.line(ThemeRole::Dim, words));
    }
    lines
}

/// What the row most to blame means.
fn meaning(scene: Scene<'_>, case: &Failure) -> String {
    let state = scene.state;
    let Some(line) = state.culprit().filter(|line| line.gone.is_none()) else {
        let binds = matches!(case.why.call, Call::Bind | Call::Listen);
        return if binds && case.rows.is_empty() {
            String::from("No row in the table blocks it.")
        } else {
            String::new()
        };
    };
    let port = line.row.tuple.local.port;
    let owner = state.sockets.owners.get(&line.row.inode);
    let owner = match owner {
        Some(owner) if owner.pid == state.machine.pid => String::from("this program"),
        Some(owner) => format!("{} (pid {})", text::safe(&owner.program), owner.pid),
        None => String::from("another program"),
    };
    match (&case.asked, line.row.state) {
        (_, TcpState::TimeWait) => {
            let left = line.time_left(state.now).map(text::left).unwrap_or_default();
            let first = if state.sockets.closed_at_once(line) {
                "Both ends closed at once"
            } else {
                "This end closed first"
            };
            format!("{first}: the kernel keeps port {port} reserved, {left}. No process holds it.")
        }
        (Attempt::Listen(_), TcpState::Listen) => {
            format!(
                "{owner} is listening there. Only one socket may listen, unless all set SO_REUSEPORT."
            )
        }
        (Attempt::Connect(..), TcpState::Listen) if case.why.call == Call::Bind => {
            format!(
                "{owner} is listening on {}. bind() fails for any other socket, unless both set SO_REUSEPORT.",
                line.row.tuple.local
            )
        }
        (Attempt::Connect(_, to), TcpState::Listen) if is_of_the_other_family(line, *to) => {
            other_family(line)
        }
        (Attempt::Listen(_), _) => {
            format!(
                "Nothing is listening, but {owner} still has a connection that uses port {port}."
            )
        }
        (Attempt::Connect(..), TcpState::Listen) => {
            String::from("A socket is listening on that port, but on another address.")
        }
        (Attempt::Connect(..), _) if case.why.call == Call::Bind => {
            format!(
                "{owner} uses port {port} there. bind() needs it exclusively, unless both set SO_REUSEADDR."
            )
        }
        (Attempt::Connect(spec, _), _) if spec.asked_port().is_some() => {
            String::from("This row has the same 5-tuple, which must be unique.")
        }
        (Attempt::Connect(..), _) => {
            String::from("Each of these rows uses one port of the range for this destination.")
        }
    }
}

/// Whether the row listens on every address of the other IP version only.
fn is_of_the_other_family(line: &TableRow, to: Option<Endpoint>) -> bool {
    let at = line.row.tuple.local.ip;
    to.is_some_and(|to| at.is_unspecified() && at.is_ipv4() != to.ip.to_canonical().is_ipv4())
}

fn other_family(line: &TableRow) -> String {
    let at = line.row.tuple.local;
    String::from(if at.ip.is_ipv6() {
        "A socket is listening on that port on all IPv6 addresses, but IPV6_V6ONLY excludes IPv4 clients. Without that option (L) it accepts both."
    } else {
        "A socket is listening on that port on all IPv4 addresses. 0.0.0.0 excludes IPv6 clients; a listener on :: (L) accepts both."
    })
}

/// A remedy and its verdict, beside it or below it.
fn remedy_lines(scene: Scene<'_>, remedy: &Remedy, room: usize) -> Vec<Line<'static>> {
    let (symbol, part, known) = match remedy.verdict {
        Verdict::Trying(_) => ("~", ThemeRole::Dim, String::from("testing ...")),
        Verdict::Works(_) => ("+", ThemeRole::New, String::from("tested: works")),
        Verdict::Fails(_, why) => {
            let known = format!("tested: {}", why.errno.symbol().unwrap_or("failed"));
            (REFUSED, ThemeRole::Error, known)
        }
        Verdict::NotTried(why) => ("?", ThemeRole::Dim, format!("not tested: {why}")),
    };
    let first = format!("{symbol} ");
    let words = text::safe(&remedy.words);
    let known = text::safe(&known);
    let column = room / 2;
    if text::width(&words) + 2 < column && text::width(&known) <= room - column {
        return vec![Line::from(vec![
            scene.span(part, first),
            Span::raw(text::fit(&words, column - 2)),
            scene.span(part, known),
        ])];
    }
    let colon = if words.ends_with('?') { "" } else { ":" };
    let both = format!("{words}{colon} {known}");
    let wrapped = text::wrap(&both, room.saturating_sub(2)).into_iter().enumerate();
    let line = |(n, words): (usize, String)| {
        let symbol = if n == 0 { first.clone() } else { String::from("  ") };
        Line::from(vec![scene.span(part, symbol), scene.span(part, words)])
    };
    wrapped.map(line).collect()
}
