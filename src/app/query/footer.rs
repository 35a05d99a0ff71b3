//! The keys that the footer names.

use crate::app::{Action, BINDINGS, Binding, Key, MainView, Situation, State, WireKey};

impl State {
    /// The keys to name in the footer, and what they do now, the most useful first. The last two, help and quit, are always named.
    pub fn hints(&self) -> Vec<(Key, &'static str)> {
        let Some(situation) = self.situation() else { return Vec::new() };
        let place = |binding: &'static Binding| {
            let mut places = binding.footer.iter();
            let is_meant = |of: Situation| of == situation || of == Situation::Any;
            let (_, place) = places.find(|(of, _)| is_meant(*of))?;
            self.has_effect(binding.action).then_some((*place, binding))
        };
        let mut named: Vec<(u8, &Binding)> = BINDINGS.iter().filter_map(place).collect();
        named.sort_by_key(|(place, _)| *place);
        let hint = |(_, binding): (u8, &Binding)| {
            let on = binding.help_on.filter(|_| self.is_on(binding.action));
            (binding.keys[0], on.unwrap_or(binding.help))
        };
        named.into_iter().map(hint).collect()
    }

    /// What the footer names keys for; `None` where an overlay has its own.
    fn situation(&self) -> Option<Situation> {
        let is_lab = self.lab.is_up();
        Some(match self.ui.picture {
            _ if self.ui.overlay.is_some() => return None,
            _ if self.is_past() => Situation::Past,
            MainView::Timeline if is_lab => Situation::WireTimeline,
            MainView::Timeline => Situation::Timeline,
            MainView::Calls => Situation::Calls,
            MainView::Myth => Situation::Myth,
            MainView::States | MainView::Ports | MainView::Compare => Situation::View,
            MainView::Table if is_lab && self.lab.wire.held => Situation::HeldWire,
            MainView::Table if is_lab => Situation::Lab,
            MainView::Table if self.server.is_listening() => Situation::Listening,
            MainView::Table => Situation::Idle,
        })
    }

    /// Whether the key would change anything: some views cannot be zoomed, and pages need a ladder.
    fn has_effect(&self, action: Action) -> bool {
        let mut shown = self.ui.shown.iter();
        let mut has_ladder =
            || !self.lab.crossings.is_empty() || shown.any(|name| name.tuple.is_connected());
        (action != Action::ZoomIn || self.ui.picture.zooms() > 0)
            && (action != Action::PageUp || has_ladder())
    }

    /// Whether what an action switches is on; moving and scrolling always are.
    fn is_on(&self, action: Action) -> bool {
        (action == Action::Listen && self.server.is_listening())
            || (action == Action::Hold && self.server.held)
            || (action == Action::Pause && self.is_past())
            || (action == Action::Wire(WireKey::Hold) && self.lab.wire.held)
            || (action == Action::Lab && self.lab.is_up())
            || matches!(action, Action::Next | Action::PageUp)
    }
}
