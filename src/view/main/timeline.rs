use std::time::Duration;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::app::history::Timeline;
use crate::app::history::timeline::span;
use crate::app::{GoneReason, Pane, TableRow};
use crate::tcp::{Moment, TcpState};
use crate::view::main::ladder;
use crate::view::pane::past;
use crate::view::scene::{Scene, Titles, put};
use crate::view::scroll::Scroll;
use crate::view::style::glyphs::{CHOSEN, DASH, HOLLOW, glyph};
use crate::view::style::theme::ThemeRole;
use crate::view::table::{empty, row_name};
use crate::view::{rect, text};

/// A glyph, a state, and a space.
const STATE: usize = 14;
/// What the ladder of a usual connection takes, and the axis above it.
const LADDER: usize = 10 + 1;
/// With fewer life lines than this only the chosen connection has its own.
const FEW: usize = 3;

/// A life line for each row that fits, the newest at the bottom, and below them the ladder of one connection.
pub(crate) fn draw(frame: &mut Frame<'_>, area: Rect, scene: Scene<'_>, scroll: &mut Scroll) {
    let state = scene.state;
    let all = Timeline::of(state);
    let mut inner = rect::inside(area);
    let most = usize::from(inner.height).saturating_sub(LADDER);
    let chosen = chosen(scene, &all, scroll);
    let places = if most >= FEW {
        let height = all.len().min(most);
        scroll.sockets.follow(all.len(), height, chosen);
        let top = scroll.sockets.top;
        top..(top + height).min(all.len())
    } else {
        chosen.map_or(0..0, |chosen| all.pair(chosen))
    };
    let lives: Vec<&TableRow> = places.clone().filter_map(|place| all.get(place)).collect();
    let axis = Axis::of(scene, &lives, usize::from(inner.width));
    let titles = titles(scene, &axis, (places.start, places.end, all.len()));
    scene.pane(frame, Pane::Sockets, area, titles);
    if lives.is_empty() {
        empty::draw(frame, inner, scene);
        return;
    }
    let rows = u16::try_from(lives.len()).unwrap_or(u16::MAX);
    let top = rect::take_top(&mut inner, rows);
    scroll.list(top, lives.iter().map(|life| life.row.name()));
    put(frame, top, lives.iter().map(|life| life_line(scene, &axis, life)));
    let below = rect::take_top(&mut inner, 1);
    frame.render_widget(axis.line(scene), below);
    ladder::draw(frame, inner, scene);
}

/// The place of the chosen row, else of the newest.
fn chosen(scene: Scene<'_>, all: &Timeline<'_>, scroll: &mut Scroll) -> Option<usize> {
    let shown = &scene.state.ui.shown;
    let chosen = scene.state.ui.selected;
    let found = chosen.and_then(|name| scroll.sockets.find(shown, name));
    found.map(|n| all.place_of(n)).or(all.len().checked_sub(1))
}

fn titles(scene: Scene<'_>, axis: &Axis, (from, to, many): (usize, usize, usize)) -> Titles {
    let mut right = Vec::new();
    if to - from < many {
        let part = match to - from {
            1 => format!("{} of {}", text::number(to), text::number(many)),
            _ => {
                format!("{}-{} of {}", text::number(from + 1), text::number(to), text::number(many))
            }
        };
        right.push((ThemeRole::Dim, part));
    }
    right.push((ThemeRole::Key, axis.title()));
    right.extend(past::title(scene.state).map(|words| (ThemeRole::KeyCap, words)));
    let wide = axis.columns + axis.label + STATE >= 90;
    Titles {
        name: "Timeline",
        about: if wide {
            format!("{DASH} when each row was born, its states, and when it went")
        } else {
            String::new()
        },
        right,
        border: scene.state.is_past().then_some(ThemeRole::Warning),
        ..Titles::default()
    }
}

/// The time that goes by from left to right.
struct Axis {
    /// The moment at the right.
    now: Moment,
    /// How long all of it lasts.
    span: Duration,
    /// How many columns it has.
    columns: usize,
    /// How many columns stand before it.
    label: usize,
}

impl Axis {
    fn of(scene: Scene<'_>, lives: &[&TableRow], room: usize) -> Axis {
        let label = if room >= 96 { 30 } else { 17 };
        Axis {
            now: scene.state.then(),
            span: span(scene.state, lives.iter().copied()),
            columns: room.saturating_sub(label + STATE + 1),
            label,
        }
    }

    /// In which column that moment lies, counted so that all lives move together; `None` when it is too long ago.
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

    /// The numbers below the lives, seconds before now, and what a dot means.
    fn line(&self, scene: Scene<'_>) -> Line<'static> {
        let mut numbers: Vec<char> = vec![' '; self.columns];
        let is_past = scene.state.is_past();
        let fits = |step: &usize| self.columns * step / 10 >= NUMBER;
        let step = [1, 2, 5].into_iter().find(fits).unwrap_or(10);
        let mut right = self.columns;
        for n in (0_u32..=10).step_by(step) {
            let ago = self.span * n / 10;
            let words = match (n, ago.as_secs_f64()) {
                (0, _) if is_past => String::from("then"),
                (0, _) => String::from("now"),
                (_, seconds) if self.span.as_secs() >= 20 => format!("{seconds:.0}"),
                (_, seconds) => format!("{seconds:.1}"),
            };
            let share = self.columns * usize::try_from(n).unwrap_or(0) / 10;
            let end = (self.columns - share).max(words.len());
            if end > right {
                continue;
            }
            let from = end - words.len();
            numbers.splice(from..end, words.chars());
            right = from.saturating_sub(2);
        }
        let numbers: String = numbers.into_iter().collect();
        let label = ["seconds ago", "seconds before"][usize::from(self.label > 20)];
        Line::from(vec![
            scene.span(ThemeRole::Dim, text::fit(&format!("  {label}"), self.label)),
            scene.span(ThemeRole::Dim, numbers),
            scene.span(ThemeRole::Warning, " · worked out"),
        ])
    }
}

/// How wide a number below the lives is at most, with the gap before it.
const NUMBER: usize = 5;

/// Who it is, its states as they went by, and what it is now.
fn life_line(scene: Scene<'_>, axis: &Axis, life: &TableRow) -> Line<'static> {
    let name = life.row.name();
    let is_chosen = scene.state.ui.selected == Some(name);
    let mark = if is_chosen { CHOSEN } else { " " };
    let port = if life.is_client() || !name.tuple.is_connected() {
        name.tuple.local.port
    } else {
        name.tuple.remote.port
    };
    let role_room = axis.label - 9;
    let role = text::fit(&row_name::of(scene, life, role_room), role_room);
    let who = format!("{mark} {role} {port:>5} ");
    let look = if is_chosen { ThemeRole::Selected } else { ThemeRole::Text };
    let mut spans = vec![scene.span(look, who)];
    spans.extend(drawn(scene, axis, life));
    spans.push(now(scene, life));
    Line::from(spans)
}

/// What the row is now, or why it went.
fn now(scene: Scene<'_>, life: &TableRow) -> Span<'static> {
    let state = life.row.state;
    if let Some(gone) = life.gone {
        let why = match gone.why {
            GoneReason::ClosedByClient => "by client",
            GoneReason::ClosedByServer => "by server",
            GoneReason::ClosedSecond => "closed 2nd",
            GoneReason::TimeWaitOver => "wait over",
            GoneReason::Stopped => "stopped",
            GoneReason::NeverConnected => "no answer",
            GoneReason::Reset | GoneReason::Refused | GoneReason::Unknown => gone.why.words(),
        };
        return scene.span(ThemeRole::Gone, format!(" {HOLLOW} {why}"));
    }
    let words = format!(" {} {state}", glyph(state));
    Span::styled(text::cut(&words, STATE), scene.theme.state(state))
}

/// A cell of a life.
#[derive(Clone, Copy, PartialEq, Eq)]
enum SpanCell {
    Nothing,
    /// The state began here.
    Begins(TcpState),
    /// It went on.
    Lasts(TcpState),
    /// Only our own calls told of it.
    Told,
    /// A state that no look showed.
    Unseen,
    Gone,
}

fn drawn(scene: Scene<'_>, axis: &Axis, life: &TableRow) -> Vec<Span<'static>> {
    let cells = cells(axis, life);
    cells
        .chunk_by(|one, other| one == other)
        .map(|run| {
            let (sign, style) = match run[0] {
                SpanCell::Nothing => (' ', scene.style(ThemeRole::Text)),
                SpanCell::Begins(state) => (glyph(state), scene.theme.state(state)),
                SpanCell::Lasts(TcpState::TimeWait) => ('─', scene.theme.state(TcpState::TimeWait)),
                SpanCell::Lasts(state) => ('━', scene.theme.state(state)),
                SpanCell::Told => ('·', scene.style(ThemeRole::Told)),
                SpanCell::Unseen => ('·', scene.style(ThemeRole::Warning)),
                SpanCell::Gone => {
                    (HOLLOW.chars().next().unwrap_or('o'), scene.style(ThemeRole::Gone))
                }
            };
            Span::styled(sign.to_string().repeat(run.len()), style)
        })
        .collect()
}

fn cells(axis: &Axis, life: &TableRow) -> Vec<SpanCell> {
    let mut cells = vec![SpanCell::Nothing; axis.columns];
    let stretches = life.spans();
    for stretch in stretches.iter().filter(|stretch| stretch.seen || life.told) {
        let Some(last) = axis.column(stretch.until.unwrap_or(axis.now)) else {
            continue;
        };
        let first = axis.column(stretch.from);
        let lasts = if stretch.seen { SpanCell::Lasts(stretch.state) } else { SpanCell::Told };
        cells[first.unwrap_or(0)..=last].fill(lasts);
        if let Some(first) = first.filter(|_| stretch.seen && !is_older(life, stretch.from)) {
            cells[first] = SpanCell::Begins(stretch.state);
        }
    }
    // Where several begin in one cell, those that were passed unseen have theirs before it.
    let unseen = stretches.iter().rev().filter(|stretch| !stretch.seen && !life.told);
    let mut used: Vec<usize> = Vec::new();
    for stretch in unseen {
        let Some(mut column) = axis.column(stretch.from) else {
            continue;
        };
        while column > 0 && (used.contains(&column) || matches!(cells[column], SpanCell::Begins(_)))
        {
            column -= 1;
        }
        used.push(column);
        cells[column] = SpanCell::Unseen;
    }
    if let Some(column) = life.gone.and_then(|gone| axis.column(gone.at)) {
        cells[column] = SpanCell::Gone;
    }
    cells
}

/// Whether the row is older than the first look at it.
fn is_older(life: &TableRow, from: Moment) -> bool {
    life.found && from == life.born
}
