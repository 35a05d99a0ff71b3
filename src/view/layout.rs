use ratatui::layout::Rect;

use crate::app::{MainView, Pane, Server, State};
use crate::view::lesson;
use crate::view::pane::notices;
use crate::view::rect::{self, take_bottom, take_right, take_top};
use crate::view::table::{empty, window};

/// The areas of the panes, from top to bottom. A rectangle without height is not drawn.
#[derive(Default)]
pub(crate) struct PaneLayout {
    pub(crate) header: Rect,
    pub(crate) banner: Rect,
    pub(crate) server: Rect,
    pub(crate) computers: Rect,
    /// The table, and the pictures around it; or one view alone.
    pub(crate) views: Vec<(MainView, Rect)>,
    pub(crate) notices: Rect,
    /// The lesson that is being given.
    pub(crate) lesson: Rect,
    pub(crate) footer: Rect,
}

/// The smallest screen, in columns and lines.
pub const LEAST: (u16, u16) = (60, 16);

/// From this size on a picture is beside the table.
const BESIDE: (u16, u16) = (150, 30);
/// The columns of a picture beside the table: boxes of the state diagram have room.
const PICTURE: u16 = 70;
/// From this height on a picture is below the table.
const BELOW: u16 = 50;
/// The lines that a picture would fill, beside the table and below it, and the fewest that are worth it.
const BESIDE_LINES: u16 = 28;
const BELOW_LINES: u16 = 22;
const FEWEST: u16 = 12;
/// The usual lines of a lesson, and those of a table that has no need of more beside it.
const LESSON: u16 = 14;
const COMFORTABLE: u16 = FRAME + 1 + 5;
/// The lines of a view alone, beside a lesson, that shows a handshake.
const WHOLE: u16 = 11;
/// The lines of the numbers and a connection in large letters.
const LARGE: u16 = 8;
/// Beside a lesson there may be fewer lines than this: the listener and the computers give way first.
const LOW: u16 = 14;
/// The frame of a pane.
const FRAME: u16 = 2;
/// Lines that the table keeps in any case: frame, heading, LISTEN, one connection.
const TABLE: u16 = FRAME + 1 + 3;

pub(crate) fn places(area: Rect, state: &State) -> Option<PaneLayout> {
    if area.width < LEAST.0 || area.height < LEAST.1 {
        return None;
    }
    let mut rest = area;
    let header = take_top(&mut rest, 1);
    let banner =
        take_top(&mut rest, u16::from(state.servers.all.iter().any(Server::is_open_to_others)));
    let footer = take_bottom(&mut rest, 1);
    let screen = area;
    // With a lesson everything else is as on a lower screen, and stays so from step to step.
    let lower = if state.lesson.is_some() { LESSON } else { 0 };
    let area = Rect { height: area.height.saturating_sub(lower), ..area };
    if state.ui.look.big {
        let left = (rest.height, [screen.height / 2, LARGE]);
        let lesson = take_bottom(&mut rest, lesson::height(state, screen, left));
        // The pressed keys have a line of their own where no frame is.
        take_bottom(&mut rest, u16::from(state.ui.look.keys && lesson.is_empty()));
        let views = vec![(state.ui.main_view, rest)];
        return Some(PaneLayout { header, banner, views, lesson, footer, ..PaneLayout::default() });
    }
    let pictures = Pictures::of(area, state);
    let hides_top = match pictures {
        Pictures { alone: true, .. } if state.shows_both_tables() => area.height < 30,
        Pictures { alone, .. } => alone && area.height < 40,
    };
    let table = table_lines(state, area.height);
    // A view alone takes the lines of the panes above: it shows the effect of the keys itself.
    let top = if hides_top { 0 } else { top_lines(area.height, state) };
    let mut main = pictures.lines(state, (table, area.height));
    let wanted = main.wanted.min(COMFORTABLE).max(main.least);
    let left = (rest.height.saturating_sub(top), [wanted, TABLE]);
    let lesson = take_bottom(&mut rest, lesson::height(state, screen, left));
    let mut server = take_top(&mut rest, top);
    let computers = take_right(&mut server, area.width / 2);
    // On a high screen the sentences are below all pictures, else below the table.
    let is_high = area.height >= BELOW;
    let mut views = Vec::new();
    if let Some(view) = pictures.beside.filter(|_| !is_high) {
        views.push((view, take_picture(&mut rest)));
    }
    let room = usize::from(rest.width - FRAME);
    // A view that has all the room, or whose rows a lesson speaks of, leaves it to the sentences where these are read.
    let has_all = (hides_top || state.lesson.is_some()) && state.ui.focus != Pane::Notices;
    let usual = if has_all { 1 } else { usual_sentences(area.height) };
    let (newest, all) = notices::lines_wanted(state, room, usual);
    let log = Log { newest, usual: usual.min(all) };
    // Its rows come before the sentence: the caption speaks of them.
    if state.lesson.is_some() {
        let whole = if pictures.alone { WHOLE } else { table };
        main.least =
            main.least.max(if whole <= rest.height { whole } else { table.min(COMFORTABLE) });
    }
    let (main, log) = share(rest.height, main, log);
    let mut main = take_top(&mut rest, main);
    let notices = take_top(&mut rest, log);
    if let Some(view) = pictures.beside.filter(|_| is_high) {
        views.push((view, take_picture(&mut main)));
    }
    if let Some((view, lines)) = pictures.lines_below(table, main.height) {
        views.push((view, take_bottom(&mut main, lines)));
    }
    let first = if pictures.alone { state.ui.main_view } else { MainView::Table };
    views.insert(0, (first, main));
    Some(PaneLayout { header, banner, server, computers, views, notices, lesson, footer })
}

fn take_picture(place: &mut Rect) -> Rect {
    let width = PICTURE.max(place.width * 9 / 20);
    take_right(place, width)
}

/// Which pictures are around the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Pictures {
    /// Whether the main view, or the lab with its own two tables, has all the room.
    alone: bool,
    beside: Option<MainView>,
    below: Option<MainView>,
    /// Whether a key opened the one below: it is shown, however many rows there are.
    opened_below: bool,
}

impl Pictures {
    /// The view that a key opened, else the state diagram; and where two have room, the timeline.
    fn of(area: Rect, state: &State) -> Pictures {
        let opened = Some(state.ui.main_view).filter(|view| *view != MainView::Table);
        let first = opened.unwrap_or(MainView::States);
        let other = if first == MainView::Timeline { MainView::States } else { MainView::Timeline };
        // Without a row there is nothing to draw.
        let second = Some(other).filter(|_| !state.ui.shown.is_empty());
        let is_wide = area.width >= BESIDE.0 && area.height >= BESIDE.1;
        // The wire between the lab's tables is a picture, too.
        let (beside, below) = match (is_wide, area.height >= BELOW) {
            _ if state.lab.is_up() => (None, None),
            (true, true) => (Some(first), second),
            (true, false) => (Some(first), None),
            (false, true) => (None, Some(first)),
            (false, false) => (None, None),
        };
        let is_opened = opened.is_some() && beside.or(below).is_some();
        let alone = opened.is_some() && !is_opened || state.shows_both_tables();
        Pictures { alone, beside, below, opened_below: is_opened && beside.is_none() }
    }

    /// The lines of the table with a picture below it and beside it, or of a view alone.
    fn lines(self, state: &State, (table, height): (u16, u16)) -> Main {
        let least = match (self.alone, state.ui.focus) {
            (_, Pane::Notices) => TABLE,
            (true, _) if height < 22 => 9,
            (true, _) => 14,
            (false, _) if self.opened_below => TABLE + FEWEST,
            (false, _) => TABLE,
        };
        let below = if self.below.is_some() { BELOW_LINES } else { 0 };
        let beside = if self.beside.is_some() && height >= BELOW { BESIDE_LINES } else { 0 };
        // What an empty table says, and what a key opened, has all the room.
        let has_all = self.alone || state.ui.shown.is_empty();
        let wanted = if has_all || state.ui.main_view != MainView::Table && height >= BELOW {
            u16::MAX
        } else {
            table.saturating_add(below).max(beside)
        };
        Main { least, wanted }
    }

    /// The picture below a table of so many lines, and how many of all lines it has.
    fn lines_below(self, table: u16, all: u16) -> Option<(MainView, u16)> {
        let least = if self.opened_below { BELOW_LINES.min(all.saturating_sub(TABLE)) } else { 0 };
        let lines = all.saturating_sub(table).max(least);
        self.below.map(|view| (view, lines)).filter(|_| lines >= FEWEST)
    }
}

/// The lines of the views: those that they keep, and those that they would fill.
#[derive(Clone, Copy, Debug)]
struct Main {
    least: u16,
    wanted: u16,
}

/// The lines of the sentences: those of the newest, and how many more come before a picture has its lines.
#[derive(Clone, Copy, Debug)]
struct Log {
    newest: u16,
    usual: u16,
}

/// Shares lines between the views and the sentences: first the newest sentence, then the views, then the sentences before it.
fn share(lines: u16, main: Main, log: Log) -> (u16, u16) {
    let least = FRAME + 1;
    // Only a lesson leaves room for one of both.
    if lines < least + main.least.max(main.wanted.min(COMFORTABLE)) {
        return (lines, 0);
    }
    let reserved = FRAME + log.newest.max(log.usual);
    let reserved = reserved.min(lines.saturating_sub(main.least)).max(least);
    let main = main.wanted.min(lines - reserved);
    (main, lines - main)
}

/// The lines of the table with all of its rows; room for two connections is there before they are, so that the panes stay in place.
fn table_lines(state: &State, height: u16) -> u16 {
    let head = if state.ui.netstat && height >= 22 { 2 } else { 1 };
    let rows = match window::rows_wanted(state) {
        0 => empty::LINES,
        rows if height < 22 => rows.max(3),
        rows => rows.max(5),
    };
    rows.saturating_add(FRAME + head)
}

/// The lines of the panes of the listener and the computers; where there is hardly room, one without a frame.
fn top_lines(height: u16, state: &State) -> u16 {
    let computers = rect::len(state.clients.computers.len());
    match height {
        0..LOW => 0,
        LOW..22 => 1,
        22..28 => FRAME + 4,
        28..40 => FRAME + 5,
        40.. => FRAME + computers.saturating_add(1).clamp(6, 7),
    }
}

const fn usual_sentences(height: u16) -> u16 {
    match height {
        0..18 => 1,
        18..22 => 2,
        22..34 => 4,
        34..40 => 5,
        40..50 => 6,
        50.. => 8,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_sentence_comes_first_then_the_views_then_older_sentences() {
        // lines, kept and wanted by the views, newest and usual of the sentences: the lines of both
        let table = [
            ((27, 6, 8, 2, 5), (8, 19)),
            ((16, 6, 40, 3, 4), (10, 6)),
            ((13, 6, 8, 5, 1), (6, 7)),
            ((13, 6, 8, 50, 1), (6, 7)),
            ((14, 11, u16::MAX, 1, 1), (11, 3)),
            ((22, 14, u16::MAX, 4, 1), (16, 6)),
            ((41, 6, 36, 3, 6), (33, 8)),
            ((41, 6, u16::MAX, 1, 1), (38, 3)),
        ];
        for ((lines, least, wanted, newest, usual), shares) in table {
            let found = share(lines, Main { least, wanted }, Log { newest, usual });
            assert_eq!(found, shares, "{lines} {least} {wanted} {newest} {usual}");
        }
    }
}
