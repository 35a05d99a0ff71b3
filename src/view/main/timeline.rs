use std::time::Duration;

use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::app::TableRow;
use crate::app::history::Timeline;
use crate::app::history::timeline::span;
use crate::tcp::{Moment, TcpState};
use crate::view::ThemeRole::{Dim, Gone, Key, Reported, Text, Warning};
use crate::view::main::ladder;
use crate::view::style::glyphs::{DASH, HOLLOW, SELECTED, glyph};
use crate::view::table::titles::part_shown;
use crate::view::table::{empty, role};
use crate::view::{Painter, Scene, Scroll, Titles, past, rect, text};

const STATE: usize = 14;
/// The lines of a usual ladder, and of the axis above it.
const LADDER: usize = 10 + 1;
/// With room for fewer lines than this, only the selected connection is shown.
const FEW: usize = 3;

pub(crate) fn draw(painter: &mut Painter<'_>, area: Rect) {
    let scene = painter.scene;
    let all = Timeline::of(scene.state);
    let mut inner = rect::inside(area);
    let most = usize::from(inner.height).saturating_sub(LADDER);
    let selected = selected(scene, &all, painter.scroll);
    let places = if most >= FEW {
        let height = all.len().min(most);
        painter.scroll.timeline.follow(all.len(), height, selected);
        let top = painter.scroll.timeline.top;
        top..(top + height).min(all.len())
    } else {
        selected.map_or(0..0, |selected| all.pair(selected))
    };
    let histories: Vec<&TableRow> = places.clone().filter_map(|place| all.get(place)).collect();
    let axis = Axis::of(scene, &histories, usize::from(inner.width));
    let titles = titles(scene, &axis, (places.start, places.end, all.len()));
    painter.pane(area, titles);
    if histories.is_empty() && ladder::has_unseen(scene.state) {
        return ladder::draw(painter, inner);
    }
    if histories.is_empty() {
        return empty::draw(painter, inner);
    }
    let top = rect::take_top(&mut inner, rect::len(histories.len()));
    painter.scroll.list(top, histories.iter().map(|history| history.row.name()), 1);
    painter.put(top, histories.iter().map(|history| history_line(scene, &axis, history)));
    painter.render(axis.line(scene), rect::take_top(&mut inner, 1));
    ladder::draw(painter, inner);
}

fn selected(scene: Scene<'_>, all: &Timeline<'_>, scroll: &mut Scroll) -> Option<usize> {
    let shown = &scene.state.ui.shown;
    let found = scene.state.ui.selected.and_then(|name| scroll.timeline.find(shown, name));
    found.map(|n| all.place_of(n)).or(all.len().checked_sub(1))
}

fn titles(scene: Scene<'_>, axis: &Axis, (from, to, many): (usize, usize, usize)) -> Titles {
    let mut right = Vec::new();
    match to - from {
        shown if shown >= many => (),
        1 => right.push((Dim, format!("{} of {}", text::number(to), text::number(many)))),
        _ => right.push(part_shown(from + 1, to, many)),
    }
    right.push((Key, axis.title()));
    let is_wide = axis.columns + axis.label + STATE >= 90;
    let about = "when each row appeared, its states, and when it disappeared";
    let about = if is_wide { format!("{DASH} {about}") } else { String::new() };
    Titles { name: "Timeline", about, ..past::titles(scene.state, right) }
}

struct Axis {
    now: Moment,
    span: Duration,
    columns: usize,
    label: usize,
}

impl Axis {
    fn of(scene: Scene<'_>, histories: &[&TableRow], room: usize) -> Axis {
        let label = if room >= 96 { 30 } else { 17 };
        Axis {
            now: scene.state.then(),
            span: span(scene.state, histories.iter().copied()),
            columns: room.saturating_sub(label + STATE + 1),
            label,
        }
    }

    /// The column of a moment; `None` when it is too long ago. Rounded so that all rows move together.
    fn column(&self, at: Moment) -> Option<usize> {
        let cell = (self.span.as_nanos() / self.columns.max(1) as u128).max(1);
        let steps = |at: Moment| at.since_start().as_nanos() / cell;
        let back = usize::try_from(steps(self.now).saturating_sub(steps(at))).ok()?;
        self.columns.checked_sub(1 + back)
    }

    fn title(&self) -> String {
        let seconds = self.span.as_secs_f64();
        match self.span.as_secs() {
            0..10 => format!("the last {seconds:.1} s"),
            10..120 => format!("the last {seconds:.0} s"),
            whole => format!("the last {} min", whole / 60),
        }
    }

    fn line(&self, scene: Scene<'_>) -> Line<'static> {
        // The most columns of a number, with the gap before it.
        const NUMBER: usize = 5;
        let mut numbers = " ".repeat(self.columns);
        let fits = |step: &usize| self.columns * step / 10 >= NUMBER;
        let step = [1, 2, 5].into_iter().find(fits).unwrap_or(10);
        let mut right = self.columns;
        for n in (0_u16..=10).step_by(step) {
            let seconds = (self.span * u32::from(n) / 10).as_secs_f64();
            let words = match n {
                0 if scene.state.is_past() => String::from("then"),
                0 => String::from("now"),
                _ if self.span.as_secs() >= 20 => format!("{seconds:.0}"),
                _ => format!("{seconds:.1}"),
            };
            let end = (self.columns - self.columns * usize::from(n) / 10).max(words.len());
            if end <= right {
                let from = end - words.len();
                numbers.replace_range(from..end, &words);
                right = from.saturating_sub(2);
            }
        }
        let label = if self.label > 20 { "  seconds before" } else { "  seconds ago" };
        Line::from(vec![
            scene.span(Dim, text::fit(label, self.label)),
            scene.span(Dim, numbers),
            scene.span(Warning, " · inferred"),
        ])
    }
}

fn history_line(scene: Scene<'_>, axis: &Axis, history: &TableRow) -> Line<'static> {
    let name = history.row.name();
    let is_selected = scene.state.ui.selected == Some(name);
    let mark = if is_selected { SELECTED } else { " " };
    let [near, far] = scene.state.whose_ends(name);
    let (port, whose) = if history.is_client || !name.tuple.is_connected() {
        (name.tuple.local.port, near)
    } else {
        (name.tuple.remote.port, far)
    };
    let role_room = axis.label - 9;
    let role = text::fit(&role::name(scene, history, role_room), role_room);
    let mut who = scene.named(Text, &format!("{mark} {role} "));
    who.extend([
        Span::raw(" ".repeat(5 - port.to_string().len())),
        scene.end(whose, port.to_string()),
    ]);
    who.push(Span::raw(" "));
    let mut spans = if is_selected { scene.selected(who) } else { Line::from(who) };
    spans.extend(drawn(scene, axis, history));
    spans.push_span(now(scene, history));
    spans
}

fn now(scene: Scene<'_>, history: &TableRow) -> Span<'static> {
    let state = history.row.state;
    let Some(gone) = history.gone else {
        let words = format!(" {} {state}", glyph(state));
        return Span::styled(text::cut(&words, STATE), scene.theme.state(state));
    };
    scene.span(Gone, format!(" {HOLLOW} {}", gone.why.brief()))
}

fn drawn(scene: Scene<'_>, axis: &Axis, history: &TableRow) -> Vec<Span<'static>> {
    let mut cells = vec![(' ', scene.style(Text)); axis.columns];
    // The columns in which a state begins.
    let mut used = Vec::new();
    let spans = history.spans();
    for span in spans.iter().filter(|span| span.seen || history.told) {
        let Some(last) = axis.column(span.until.unwrap_or(axis.now)) else { continue };
        let (first, style) = (axis.column(span.from), scene.theme.state(span.state));
        let line = if span.state == TcpState::TimeWait { '─' } else { '━' };
        // Other spans are known from our own calls only.
        let lasts = if span.seen { (line, style) } else { ('·', scene.style(Reported)) };
        cells[first.unwrap_or(0)..=last].fill(lasts);
        // The first state of a row that is older than the first poll began earlier.
        let is_older = history.found && span.from == history.born;
        if let Some(first) = first.filter(|_| span.seen && !is_older) {
            cells[first] = (glyph(span.state), style);
            used.push(first);
        }
    }
    // Where several begin in one cell, those not observed move to the left.
    for span in spans.iter().rev().filter(|span| !span.seen && !history.told) {
        let Some(mut column) = axis.column(span.from) else { continue };
        while column > 0 && used.contains(&column) {
            column -= 1;
        }
        used.push(column);
        cells[column] = ('·', scene.style(Warning));
    }
    if let Some(column) = history.gone.and_then(|gone| axis.column(gone.at)) {
        cells[column] = (HOLLOW, scene.style(Gone));
    }
    let runs = cells.chunk_by(|one, other| one == other);
    runs.map(|run| Span::styled(run[0].0.to_string().repeat(run.len()), run[0].1)).collect()
}
