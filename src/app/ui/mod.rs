//! What the screen shows, and the state of its forms and text fields.

pub(crate) mod field;
pub(crate) mod form;
pub(crate) mod palette;
pub(crate) mod row_filter;

pub use crate::app::ui::field::{Field, Value};
pub use crate::app::ui::form::{Form, FormKind, Wrong};
pub use crate::app::ui::palette::Palette;
pub use crate::app::ui::row_filter::{HostRowNumbers, PointOfView, RowFilter};

use std::collections::VecDeque;
use std::time::Duration;

use tui_input::Input;

use crate::app::{Action, MainView, Myth, Pane};
use crate::tcp::{Moment, SocketId, TcpInfo};

/// What the screen shows, and how.
#[derive(Clone, Debug, Default)]
pub struct Ui {
    /// The pane with the focus.
    pub focus: Pane,
    /// The overlay that is open.
    pub overlay: Option<Overlay>,
    /// When no overlay was open the last time.
    pub covered: Moment,
    /// The main view.
    pub picture: MainView,
    /// The zoom level of the main view.
    pub zoom: u8,
    /// The lines that the ladder is scrolled back from its end.
    pub back: usize,
    /// Whether the ladder is that of all connections in the lab.
    pub all: bool,
    /// The rows that the table shows, in order.
    pub shown: Vec<SocketId>,
    /// In the lab: the place of each row in its own computer's table.
    pub ranks: HostRowNumbers,
    /// Whether `shown` is out of date.
    pub stale: bool,
    /// The selected row of the table.
    pub selected: Option<SocketId>,
    /// The row to compare another with.
    pub marked: Option<SocketId>,
    /// The `tcp_info` of the connection whose details are shown.
    pub inside: Vec<(SocketId, TcpInfo)>,
    /// Which part of the table is shown.
    pub lens: RowFilter,
    /// The text that rows must contain.
    pub find: Find,
    /// Whether the table has netstat's own layout.
    pub netstat: bool,
    /// Theme, type size and the like.
    pub look: Appearance,
    /// The count typed before a key.
    pub count: Option<u32>,
    /// Actions queued behind unanswered connects: since when, and their counts.
    pub postponed: VecDeque<(Moment, Action, Option<u32>)>,
    /// The trial of the myth.
    pub myth: Option<Myth>,
    /// The last keys, shown to an audience.
    pub keys: VecDeque<String>,
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
    /// All keys, scrolled down by so many lines.
    Help(usize),
    /// Options to fill in.
    Form(FormKind, Form),
    /// The details of one connection.
    Card(SocketId),
    /// The menu of states to hold; the selected one, counted from 0.
    States(usize),
    /// Every action by its name.
    Palette(Palette),
    /// The last failure in detail, scrolled down by so many lines.
    Why(usize),
}

impl Overlay {
    pub(crate) fn form(&mut self) -> Option<&mut Form> {
        if let Overlay::Form(_, form) = self { Some(form) } else { None }
    }
}

impl Ui {
    /// The most actions that may be queued; more run at once.
    pub(crate) const POSTPONED: usize = 32;
    pub(crate) const PATIENCE: Duration = Duration::from_secs(1);
    pub(crate) const KEYS: usize = 6;

    /// The `tcp_info` of a connection, if its details are shown.
    pub fn info(&self, name: SocketId) -> Option<&TcpInfo> {
        let found = self.inside.iter().find(|(of, _)| *of == name)?;
        Some(&found.1)
    }

    /// Limits how far the list of keys is scrolled; the painter knows how much of it fits.
    pub fn help_ends_at(&mut self, last: usize) {
        if let Some(Overlay::Help(line)) = &mut self.overlay {
            *line = last.min(*line);
        }
    }

    /// Remembers a key for the audience.
    pub(crate) fn note_key(&mut self, key: String) {
        if self.keys.len() == Ui::KEYS {
            self.keys.pop_front();
        }
        self.keys.push_back(key);
    }
}

pub(crate) fn open(ui: &mut Ui, picture: MainView) {
    ui.picture = picture;
    (ui.zoom, ui.back, ui.all) = (0, 0, false);
    ui.look.big = false;
    ui.focus = Pane::Sockets;
}

/// Shows a view in place of the table, or the table again.
pub(crate) fn show(ui: &mut Ui, picture: MainView) {
    open(ui, if ui.picture == picture { MainView::Table } else { picture });
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
