//! The keys that the footer names.

use crate::app::keys::{Action as A, Binding, WireKey};
use crate::app::{Key, MainView, State, binding_of};

impl State {
    /// The keys to name in the footer, and what they do now, the most useful first. The last two, help and quit, are always named.
    pub fn hints(&self) -> Vec<(Key, &'static str)> {
        if self.ui.overlay.is_some() {
            // An overlay names its own.
            return Vec::new();
        }
        let actions = self.footer().iter().chain(&[A::Help, A::Quit]).copied();
        let bindings = actions.filter(|action| self.has_effect(*action)).filter_map(binding_of);
        let hint = |binding: &Binding| {
            let on = binding.help_on.filter(|_| self.is_on(binding.action));
            (binding.keys[0], on.unwrap_or(binding.help))
        };
        bindings.map(hint).collect()
    }

    /// The actions whose keys help most with what is shown.
    #[rustfmt::skip]
    fn footer(&self) -> &'static [A] {
        let is_lab = self.lab.is_up();
        match self.ui.main_view {
            _ if self.is_past() => &[A::StepBack, A::StepForward, A::Pause, A::ShowDetails],
            MainView::Timeline if is_lab => &[
                A::Back, A::Wire(WireKey::Step), A::Wire(WireKey::Hold), A::PageUp, A::AllLadders, A::Connect, A::Close,
                A::Wire(WireKey::Delay), A::Wire(WireKey::Drop),
            ],
            MainView::Timeline => &[
                A::Back, A::Next, A::PageUp, A::ZoomIn, A::Connect, A::Close, A::ShowDetails, A::ServerCloses, A::Listen,
            ],
            MainView::Calls => &[A::Back, A::Next, A::Write, A::Connect, A::Listen, A::Close],
            MainView::Myth => &[A::Back, A::TryMyth, A::Connect, A::Listen, A::Close],
            MainView::States | MainView::Ports | MainView::Compare => &[
                A::Back, A::Next, A::ZoomIn, A::Connect, A::Close, A::ShowDetails, A::ServerCloses, A::Listen,
            ],
            MainView::Table if is_lab && self.lab.wire.held => &[
                A::Connect, A::Wire(WireKey::Step), A::Wire(WireKey::Hold), A::Wire(WireKey::Drop), A::Close, A::Send, A::Listen,
            ],
            MainView::Table if is_lab => &[
                A::Listen, A::Connect, A::NextListener, A::Wire(WireKey::Hold), A::Wire(WireKey::Delay), A::Close, A::Send, A::PointOfView, A::Lab,
            ],
            MainView::Table if self.listened() => &[
                A::Listen, A::Connect, A::NextListener, A::Close, A::Send, A::ShowDetails, A::Show(MainView::States), A::Show(MainView::Ports),
                A::ServerCloses, A::ToggleAccept, A::Find,
            ],
            MainView::Table => &[A::Listen, A::Connect, A::ListenOptions, A::Lab, A::ConnectOptions, A::Close],
        }
    }

    /// Whether the key would change anything: some views cannot be zoomed, and pages need a ladder.
    fn has_effect(&self, action: A) -> bool {
        let mut shown = self.ui.shown.iter();
        let mut has_ladder =
            || !self.lab.crossings.is_empty() || shown.any(|name| name.tuple.is_connected());
        (action != A::NextListener || self.servers.are_several())
            && (action != A::ZoomIn || self.ui.main_view.zooms() > 0)
            && (action != A::PageUp || has_ladder())
    }

    /// Whether what an action switches is on; moving and scrolling always are.
    fn is_on(&self, action: A) -> bool {
        (action == A::Listen && self.server().is_listening())
            || (action == A::ToggleAccept && self.server().held)
            || (action == A::Pause && self.is_past())
            || (action == A::Wire(WireKey::Hold) && self.lab.wire.held)
            || (action == A::Lab && self.lab.is_up())
            || matches!(action, A::Next | A::PageUp)
    }
}
