use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::app::State;
use crate::app::history::{Ladder, Rung, StateMark, ladder};
use crate::view::ThemeRole::{Border, Dim, Error, Gone, Strong, Text, Title, Warning};
use crate::view::style::glyphs::{DASH, HOLLOW};
use crate::view::{Painter, Scene, rect, text};

const STATE: usize = 13;
/// Seconds and milliseconds.
const TIME: usize = 8;

pub(crate) fn draw(painter: &mut Painter<'_>, area: Rect) {
    let scene = painter.scene;
    let (mut rest, room) = (area, usize::from(area.width));
    let Some(ladder) = ladder::of(scene.state) else {
        let none = if has_unseen(scene.state) {
            "Segments crossed the wire, but no poll saw a row of their connections. Press O to draw them."
        } else if scene.state.server().is_listening() {
            "No connections to draw yet. Press c to connect."
        } else {
            "No connections to draw yet. Press l, then c."
        };
        rect::take_top(&mut rest, 1);
        return painter.put(rest, scene.wrapped(Dim, none, room));
    };
    let height = usize::from(area.height.saturating_sub(2));
    let newest = ladder.rungs.len().saturating_sub(scene.state.ui.back);
    let from = newest.saturating_sub(height);
    let to = (from + height).min(ladder.rungs.len());
    let head = [heading(scene, &ladder, (from, to), room), ends(scene, &ladder, room)];
    let rungs = ladder.rungs[from..to].iter();
    let lines = head.into_iter().chain(rungs.map(|rung| line(scene, &ladder, rung, room)));
    painter.put(rest, lines);
}

/// Whether segments crossed the wire, if no connection has a row.
pub(crate) fn has_unseen(state: &State) -> bool {
    let crossed = state.lab.crossings.front().is_some_and(|crossing| crossing.sent <= state.then());
    crossed && state.ui.find.text.value().is_empty() && state.seen().connections() == 0
}

fn heading(
    scene: Scene<'_>,
    ladder: &Ladder,
    (from, to): (usize, usize),
    room: usize,
) -> Line<'static> {
    let tries = if ladder.of_all {
        ["all connections: the segments as they crossed the wire", "all, as captured", "all", ""]
    } else if ladder.captured {
        ["the segments as they crossed the wire", "as captured", "", ""]
    } else if ladder.hidden > 0 {
        ["inferred: none of the listed segments is its own", "inferred: not listed", "inferred", ""]
    } else {
        [
            "inferred from states and system calls, not captured",
            "inferred, not captured",
            "inferred",
            "",
        ]
    };
    let many = ladder.rungs.len();
    let mut pieces = Vec::new();
    if to - from < many {
        pieces.push(format!("{}-{to} of {many}", from + 1));
    }
    if ladder.hidden > 0 {
        pieces.push(format!("{} not shown", text::number(ladder.hidden)));
    }
    let part = if pieces.is_empty() { String::new() } else { format!(" {} ", pieces.join(", ")) };
    let about = text::fitting(room.saturating_sub(12 + part.len() + 4), tries) + " ";
    let title = format!("{DASH}{DASH} Ladder {DASH} ");
    let fill = room.saturating_sub(text::width(&title) + about.len() + part.len() + 2);
    Line::from(vec![
        scene.span(Title, title),
        scene.span(if ladder.captured { Dim } else { Warning }, about),
        scene.span(Border, DASH.repeat(fill)),
        scene.span(Dim, part),
        scene.span(Border, DASH.repeat(2)),
    ])
}

fn ends(scene: Scene<'_>, ladder: &Ladder, room: usize) -> Line<'static> {
    let left = room.saturating_sub(TIME);
    let [client, server] = [&ladder.ends[0], &ladder.ends[1]].map(|end| text::safe(end));
    let fits = text::width(&client) + 1 + text::width(&server) <= left;
    let most = if fits { left } else { (left / 2).saturating_sub(1) };
    let [client, server] = [client, server].map(|end| text::cut(&end, most));
    let gap = left.saturating_sub(text::width(&client) + text::width(&server));
    let mut spans = vec![scene.span(Dim, text::fit("seconds", TIME))];
    spans.extend(scene.named(Strong, &server));
    spans.push(Span::raw(" ".repeat(gap)));
    spans.extend(scene.named(Strong, &client));
    Line::from(spans)
}

fn line(scene: Scene<'_>, ladder: &Ladder, rung: &Rung, room: usize) -> Line<'static> {
    let columns = room.saturating_sub(TIME + 2 * (STATE + 2));
    let [right, left] = rung.states.map(|mark| state(scene, mark));
    let style = match &rung.arrow {
        Some(arrow) if arrow.is_lost() => scene.style(Error),
        Some(arrow) if arrow.spare => scene.style(Dim),
        Some(arrow) if arrow.again => scene.style(Warning),
        Some(arrow) if !ladder.of_all => {
            let mut words = ladder.ends[arrow.from as usize].split(' ');
            scene.theme.path(words.find_map(|word| scene.state.whom(word)))
        }
        Some(_) | None => scene.style(Text),
    };
    Line::from(vec![
        scene.span(Dim, format!("{:>width$} ", ladder.time(rung), width = TIME - 1)),
        Span::raw(" ".repeat(STATE.saturating_sub(left.width()))),
        left,
        scene.span(Border, " │"),
        Span::styled(text::fit(&rung.drawn(columns), columns), style),
        scene.span(Border, "│ "),
        right,
    ])
}

fn state(scene: Scene<'_>, mark: Option<StateMark>) -> Span<'static> {
    let Some(mark) = mark else { return Span::default() };
    match mark.state {
        Some(state) if mark.seen => scene.state_span(state),
        None if mark.seen => scene.span(Gone, format!("{HOLLOW} {}", mark.word())),
        Some(_) | None => scene.span(Dim, mark.word()),
    }
}
