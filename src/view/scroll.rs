//! ratatui's `TableState` scrolls what was made into widgets; of 28,000 rows only those that are seen are.

use ratatui::layout::Rect;

use crate::tcp::SocketId;

/// Where lists are scrolled to, and what the last frame showed: all that painting may change.
#[derive(Clone, Debug, Default)]
pub struct Scroll {
    pub(crate) sockets: List,
    pub(crate) computers: List,
    pub(crate) visible: Vec<SocketId>,
    /// Where rows stood that do not stand below each other in one table.
    pub(crate) cells: Vec<(Rect, SocketId)>,
    /// Where the rows of big type stood.
    pub(crate) body: Rect,
    /// How far down the list of all keys goes, while it is drawn.
    pub(crate) help_end: Option<usize>,
    /// How many sentences back the pane of what happened goes, while it is drawn.
    pub(crate) notices_end: Option<usize>,
}

/// One list that does not fit.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct List {
    /// The first entry that is drawn.
    pub(crate) top: usize,
    /// Where the chosen one was found the last time.
    at: usize,
}

impl Scroll {
    /// The rows that the last frame showed.
    pub fn visible(&self) -> &[SocketId] {
        &self.visible
    }

    /// Rows that were drawn below each other in `place`, a line each.
    pub(crate) fn list(&mut self, place: Rect, rows: impl Iterator<Item = SocketId>) {
        for (y, name) in (place.y..place.bottom()).zip(rows) {
            let line = Rect { y, height: 1, ..place };
            self.visible.push(name);
            self.cells.push((line, name));
        }
    }

    /// How many lines the list of all keys can be scrolled down, if the last frame showed it.
    pub fn help_end(&self) -> Option<usize> {
        self.help_end
    }

    /// How many sentences back what happened can be scrolled, if the last frame showed it: the oldest is at the top then.
    pub fn notices_end(&self) -> Option<usize> {
        self.notices_end
    }
}

impl List {
    /// Scrolls no further than needed, so that `chosen` of `count` entries is among the `height` that fit.
    pub(crate) fn follow(&mut self, count: usize, height: usize, chosen: Option<usize>) {
        if let Some(chosen) = chosen {
            self.top = self.top.min(chosen);
            self.top = self.top.max((chosen + 1).saturating_sub(height));
        }
        self.top = self.top.min(count.saturating_sub(height));
    }

    /// Where `name` stands in `shown`; near its last place it is found without a search through all.
    pub(crate) fn find(&mut self, shown: &[SocketId], name: SocketId) -> Option<usize> {
        let from = self.at.saturating_sub(64).min(shown.len());
        let to = (self.at + 64).min(shown.len());
        let near = shown[from..to].iter().position(|other| *other == name);
        let at =
            near.map(|at| from + at).or_else(|| shown.iter().position(|other| *other == name))?;
        self.at = at;
        Some(at)
    }
}
