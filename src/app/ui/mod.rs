//! What the screen shows, and the state of its forms and text fields.

pub(crate) mod ahead;
pub(crate) mod field;
pub(crate) mod form;
pub(crate) mod glossary;
pub(crate) mod palette;
pub(crate) mod pressed_key;

pub use crate::app::ui::ahead::TypedAhead;
pub use crate::app::ui::field::{Field, Value};
pub use crate::app::ui::form::{Form, FormKind, Wrong};
pub use crate::app::ui::palette::{Palette, PaletteEntry, PaletteKind};
pub use crate::app::ui::pressed_key::PressedKey;

use std::collections::VecDeque;

use tui_input::Input;

use crate::app::{MainView, Myth, Pane};
use crate::tcp::{Host, Moment, SocketId, TcpInfo};

/// What the screen shows, and how.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
#[derive(Clone, Debug, Default)]
pub struct Ui {
    /// The pane that is scrolled.
    pub focus: Pane,
    /// The overlay that is open.
    pub overlay: Option<Overlay>,
    /// When no overlay was open the last time.
    pub covered: Moment,
    /// The main view.
    pub main_view: MainView,
    /// The zoom level of the main view.
    pub zoom: u8,
    /// The lines that the ladder is scrolled back from its end.
    pub back: usize,
    /// Whether the ladder is that of all connections in the lab.
    pub all: bool,
    /// The rows that the table shows, in order.
    pub shown: Vec<SocketId>,
    /// Whether one of them is a UDP socket.
    pub(crate) shows_udp: bool,
    /// In the lab: the place of each row in its own computer's table.
    pub ranks: HostRowNumbers,
    /// When the last verb was given: what has changed since is lit.
    pub acted: Moment,
    /// Whether `shown` is out of date.
    pub stale: bool,
    /// The selected row of the table.
    pub selected: Option<SocketId>,
    /// The row to compare another with.
    pub marked: Option<SocketId>,
    /// The `tcp_info` of the connection whose details are shown.
    pub tcp_info: Vec<(SocketId, TcpInfo)>,
    /// Which part of the table is shown.
    pub row_filter: RowFilter,
    /// The text that rows must contain.
    pub find: Find,
    /// Whether the table has netstat's own layout.
    pub netstat: bool,
    /// Theme, type size and the like.
    pub look: Appearance,
    /// The count typed before a key.
    pub count: Option<u32>,
    /// Keys that wait for what was ordered before them.
    pub ahead: TypedAhead,
    /// When `r` was pressed, if that is the last key that did anything: the next one resets.
    pub(crate) asked_to_reset: Option<Moment>,
    /// The trial of the myth.
    pub myth: Option<Myth>,
    /// The last keys, for an audience.
    pub pressed: VecDeque<PressedKey>,
}

/// How the screen is drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Appearance {
    /// The theme, counted from the one at the start.
    pub theme: usize,
    /// Big type for the last row of the room.
    pub big: bool,
    /// Whether keys are shown as they are pressed.
    pub keys: bool,
}

/// Rows that contain a text.
#[derive(Clone, Debug, Default)]
pub struct Find {
    /// The text; empty shows every row.
    pub text: Input,
    /// Whether it is being typed.
    pub typing: bool,
}

/// What is drawn over the panes.
#[derive(Clone, Debug)]
pub enum Overlay {
    /// All keys; the page, counted from 0.
    Help(usize),
    /// Options to fill in.
    Form(FormKind, Form),
    /// The details of one connection.
    Details(SocketId),
    /// The menu of states to hold; the selected one, counted from 0.
    HeldStates(usize),
    /// A list that is searched by typing: actions, lessons or terms.
    Palette(Palette),
    /// The last failure in detail, scrolled down by so many lines.
    Why(usize),
}

impl Overlay {
    /// Whether its keys may be orders, which what waits may be about.
    pub(crate) fn gives_orders(&self) -> bool {
        match self {
            Overlay::Form(..) | Overlay::Details(_) | Overlay::HeldStates(_) | Overlay::Why(_) => {
                true
            }
            Overlay::Help(_) | Overlay::Palette(_) => false,
        }
    }
}

impl Ui {
    /// The `tcp_info` of a connection, if its details are shown.
    pub fn info(&self, name: SocketId) -> Option<&TcpInfo> {
        let found = self.tcp_info.iter().find(|(of, _)| *of == name)?;
        Some(&found.1)
    }

    /// Limits the page of the list of keys; the painter knows how many there are.
    pub fn help_ends_at(&mut self, last: usize) {
        if let Some(Overlay::Help(page)) = &mut self.overlay {
            *page = last.min(*page);
        }
    }
}

/// Which part of the table is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RowFilter {
    /// Whose computer's rows.
    pub view: PointOfView,
    /// Whether the whole machine is shown, and not only the demo's ports.
    pub whole_machine: bool,
}

/// Whose computer's rows are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PointOfView {
    /// Both ends of every connection.
    #[default]
    BothEnds,
    /// What netstat on the server's computer would show.
    Server,
    /// What netstat on the selected client's computer would show.
    Client,
}

impl PointOfView {
    /// The next one.
    #[must_use]
    pub const fn next(self) -> PointOfView {
        match self {
            PointOfView::BothEnds => PointOfView::Server,
            PointOfView::Server => PointOfView::Client,
            PointOfView::Client => PointOfView::BothEnds,
        }
    }
}

/// The place of each shown row among those of its own computer.
#[derive(Clone, Debug, Default)]
pub struct HostRowNumbers {
    /// The place of each, counted from 1.
    nth: Vec<u32>,
    counts: Vec<u32>,
}

impl HostRowNumbers {
    pub(crate) fn of(shown: &[SocketId]) -> HostRowNumbers {
        let mut ranks = HostRowNumbers::default();
        for name in shown {
            let host = usize::from(name.host.0);
            if host >= ranks.counts.len() {
                ranks.counts.resize(host + 1, 0);
            }
            ranks.counts[host] += 1;
            ranks.nth.push(ranks.counts[host]);
        }
        ranks
    }

    /// The number of the row at that place, counted from 1; 0 where there is none.
    pub fn nth(&self, place: usize) -> usize {
        self.nth.get(place).map_or(0, |nth| *nth as usize)
    }

    /// How many rows of that computer are shown.
    pub fn count(&self, host: Host) -> usize {
        let count = self.counts.get(usize::from(host.0));
        count.map_or(0, |count| *count as usize)
    }
}

pub(crate) fn open(ui: &mut Ui, picture: MainView) {
    ui.main_view = picture;
    (ui.zoom, ui.back, ui.all) = (0, 0, false);
    ui.look.big = false;
    ui.focus = Pane::Sockets;
}

/// Shows a view in place of the table, or the table again.
pub(crate) fn show(ui: &mut Ui, picture: MainView) {
    open(ui, if ui.main_view == picture { MainView::Table } else { picture });
}

/// The place so many steps further, or before, and at most the last.
pub(crate) fn moved(place: usize, steps: i64, last: usize) -> usize {
    let distance = usize::try_from(steps.unsigned_abs()).unwrap_or(usize::MAX);
    if steps < 0 {
        place.saturating_sub(distance)
    } else {
        place.saturating_add(distance).min(last)
    }
}
