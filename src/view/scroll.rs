//! ratatui's `TableState` scrolls what was made into widgets; of 28,000 rows only those that are seen are.

use ratatui::layout::Rect;

use crate::tcp::SocketId;

/// Scroll positions and what the last frame showed: all that painting may change.
#[derive(Clone, Debug, Default)]
pub struct Scroll {
    pub(crate) sockets: List,
    pub(crate) timeline: List,
    pub(crate) computers: List,
    pub(crate) listeners: List,
    pub(crate) visible: Vec<SocketId>,
    pub(crate) cells: Vec<(Rect, SocketId)>,
    /// How many pages the help can be scrolled down, while it is drawn.
    pub(crate) help_end: Option<usize>,
    /// How many notices the pane can be scrolled back, and by how many at a time, back and forward, while it is drawn.
    pub(crate) notices: Option<(usize, [u16; 2])>,
}

#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct List {
    pub(crate) top: usize,
    /// Where the selected entry was found last.
    at: usize,
}

impl Scroll {
    /// The rows that the last frame showed.
    pub fn visible(&self) -> &[SocketId] {
        &self.visible
    }

    pub(crate) fn list(
        &mut self,
        place: Rect,
        rows: impl IntoIterator<Item = SocketId>,
        height: u16,
    ) {
        for (y, name) in (place.y..place.bottom()).step_by(height.into()).zip(rows) {
            let line = Rect { y, height, ..place };
            self.visible.push(name);
            self.cells.push((line.intersection(place), name));
        }
    }

    /// How many pages the help can be scrolled down, if the last frame showed it.
    pub fn help_end(&self) -> Option<usize> {
        self.help_end
    }

    /// How many notices back the pane can be scrolled, and by how many at a time, back and forward, if the last frame showed it.
    pub fn notices(&self) -> Option<(usize, [u16; 2])> {
        self.notices
    }
}

impl List {
    pub(crate) fn follow(&mut self, count: usize, height: usize, selected: Option<usize>) {
        if let Some(selected) = selected {
            self.top = self.top.min(selected);
            self.top = self.top.max((selected + 1).saturating_sub(height));
        }
        self.top = self.top.min(count.saturating_sub(height));
    }

    /// The index of `name` in `shown`, which is searched near its last index first.
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
