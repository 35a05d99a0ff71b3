pub(crate) mod field;
pub(crate) mod form;
pub(crate) mod palette;
pub(crate) mod row_filter;
pub(crate) mod text_input;

pub use crate::app::ui::field::{Field, Value};
pub use crate::app::ui::form::{Form, Outcome, Wrong};
pub use crate::app::ui::palette::Palette;
pub use crate::app::ui::row_filter::{HostRowNumbers, PointOfView, RowFilter};

use std::collections::VecDeque;
use std::time::Duration;

use tui_input::Input;

use crate::app::keys::{Action, MainView, Pane};
use crate::app::model::Myth;
use crate::tcp::{Moment, SocketId, TcpInfo};

/// What the person in front of it has chosen to look at, and how.
#[derive(Clone, Debug, Default)]
pub struct Ui {
    /// The pane that arrows move in.
    pub focus: Pane,
    /// What lies over the panes.
    pub overlay: Option<Overlay>,
    /// When nothing did the last time.
    pub covered: Moment,
    /// What stands in the middle of the screen.
    pub picture: MainView,
    /// How often the picture was zoomed in.
    pub zoom: u8,
    /// How many lines the ladder is scrolled back from its end.
    pub back: usize,
    /// Whether the ladder is that of all connections, where segments crossed a wire.
    pub all: bool,
    /// The rows that the table shows, in their order.
    pub shown: Vec<SocketId>,
    /// In the lab: where each of them stands in its own computer's table.
    pub ranks: HostRowNumbers,
    /// Whether `shown` has to be worked out anew.
    pub stale: bool,
    /// The chosen row of the table.
    pub selected: Option<SocketId>,
    /// The row to compare another one with.
    pub marked: Option<SocketId>,
    /// What the kernel knows beyond their rows of the connections that are looked inside.
    pub inside: Vec<(SocketId, TcpInfo)>,
    /// What part of the table is shown.
    pub lens: RowFilter,
    /// The text that rows must contain.
    pub find: Find,
    /// Whether the table has netstat's own layout.
    pub netstat: bool,
    /// How it is drawn.
    pub look: Appearance,
    /// The number typed before a verb.
    pub count: Option<u32>,
    /// Verbs that wait until the calls before them are answered: since when, and their counts.
    pub postponed: VecDeque<(Moment, Action, Option<u32>)>,
    /// The myth, as it was tried.
    pub myth: Option<Myth>,
    /// The last keys, to be shown to an audience.
    pub keys: VecDeque<String>,
}

/// How the screen is drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Appearance {
    /// Which theme, counted from the one at the start.
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

/// What lies over the panes.
#[derive(Clone, Debug)]
pub enum Overlay {
    /// All keys, scrolled down so many lines.
    Help(usize),
    /// The listener's options.
    ListenForm(Form),
    /// The client's options.
    ConnectForm(Form),
    /// One connection as a card.
    Card(SocketId),
    /// Which ports are to be used up.
    PortsForm(Form),
    /// The menu of states to be held; which is chosen, counted from 0.
    States(usize),
    /// Every action by its name.
    Palette(Palette),
    /// The last refusal taken apart, scrolled down so many lines.
    Why(usize),
}

impl Overlay {
    /// The form, if it is one.
    pub(crate) fn form(&mut self) -> Option<&mut Form> {
        match self {
            Overlay::ListenForm(form) | Overlay::ConnectForm(form) | Overlay::PortsForm(form) => {
                Some(form)
            }
            Overlay::Help(_)
            | Overlay::Card(_)
            | Overlay::States(_)
            | Overlay::Palette(_)
            | Overlay::Why(_) => None,
        }
    }
}

impl Ui {
    /// So many verbs may wait; more are carried out at once, on what there is.
    pub(crate) const POSTPONED: usize = 32;
    /// How long a verb waits for calls at most.
    pub(crate) const PATIENCE: Duration = Duration::from_secs(1);
    /// How many of the last keys are shown.
    pub const KEYS: usize = 6;

    /// What the kernel knows of that connection, if it is looked inside.
    pub fn info(&self, name: SocketId) -> Option<&TcpInfo> {
        let found = self.inside.iter().find(|(of, _)| *of == name)?;
        Some(&found.1)
    }

    /// The list of all keys cannot be scrolled further down than this: only who draws it knows how much of it fits.
    pub fn help_ends_at(&mut self, last: usize) {
        if let Some(Overlay::Help(line)) = &mut self.overlay {
            *line = last.min(*line);
        }
    }

    /// Remembers a key for the audience.
    pub fn note_key(&mut self, key: String) {
        if self.keys.len() == Ui::KEYS {
            self.keys.pop_front();
        }
        self.keys.push_back(key);
    }
}

/// Shows a picture in place of the table; the key that brought it takes it away again.
pub(crate) fn show(ui: &mut Ui, picture: MainView) {
    ui.picture = if ui.picture == picture { MainView::Table } else { picture };
    (ui.zoom, ui.back, ui.all) = (0, 0, false);
    ui.look.big = false;
    ui.focus = Pane::Sockets;
}
