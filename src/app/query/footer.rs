//! The keys that the footer names.

use std::borrow::Cow;

use crate::app::keys::{Action as A, Binding, WireKey};
use crate::app::{Holder, Key, MainView, Pane, State, binding_of};

impl State {
    /// The keys to name in the footer, and what they do now, the most useful first. The last two, help and quit, are always named.
    pub fn hints(&self) -> Vec<(Key, Cow<'static, str>)> {
        if self.ui.overlay.is_some() {
            // An overlay names its own.
            return Vec::new();
        }
        // A lesson names its own in its frame.
        let actions = self.footer().iter().chain(&[A::Help, A::Quit]).copied();
        let bindings = actions.filter(|action| self.has_effect(*action)).filter_map(binding_of);
        bindings.map(|binding| (binding.keys[0], self.words(binding))).collect()
    }

    /// What a key does now.
    pub(crate) fn words(&self, binding: &Binding) -> Cow<'static, str> {
        let on = binding.help_on.filter(|_| self.is_on(binding.action));
        let help = on.unwrap_or(binding.help);
        if binding.action == A::Connect {
            return format!("{help} from {}", self.clients.computer().name).into();
        }
        help.into()
    }

    /// The actions whose keys help most with what is shown.
    #[rustfmt::skip]
    fn footer(&self) -> &'static [A] {
        let is_lab = self.lab.is_up();
        match self.ui.main_view {
            _ if self.ui.focus == Pane::Notices => &[A::PageUp, A::OtherPane, A::Connect, A::Close, A::Listen],
            _ if self.is_past() => &[A::StepBack, A::StepForward, A::Pause, A::ShowDetails],
            MainView::Timeline if is_lab => &[
                A::Back, A::Wire(WireKey::Step), A::Wire(WireKey::Hold), A::PageUp, A::AllLadders, A::Connect, A::NextComputer,
                A::Close, A::Wire(WireKey::Delay), A::Wire(WireKey::Drop),
            ],
            MainView::Timeline => &[
                A::Back, A::Next, A::PageUp, A::ZoomIn, A::Connect, A::NextComputer, A::Close, A::ShowDetails, A::ServerCloses,
                A::Listen,
            ],
            MainView::Calls => &[A::Back, A::Next, A::Write, A::Connect, A::NextComputer, A::Listen, A::Close],
            MainView::Myth => &[A::Back, A::TryMyth, A::Connect, A::NextComputer, A::Listen, A::Close],
            MainView::States | MainView::Ports | MainView::Compare => &[
                A::Back, A::Next, A::ZoomIn, A::Connect, A::NextComputer, A::Close, A::ShowDetails, A::ServerCloses,
                A::Listen,
            ],
            MainView::Table if is_lab && self.lab.wire.held => &[
                A::Connect, A::Wire(WireKey::Step), A::Wire(WireKey::Hold), A::Wire(WireKey::Drop), A::Close, A::Send, A::Listen,
            ],
            MainView::Table if is_lab => &[
                A::Listen, A::Connect, A::NextListener, A::Wire(WireKey::Hold), A::Wire(WireKey::Delay), A::Close, A::Send, A::PointOfView, A::Lab,
            ],
            MainView::Table if self.listened() && self.server().held => &[
                A::Listen, A::Connect, A::NextListener, A::AcceptOne, A::ToggleAccept, A::Close, A::Send, A::ShowDetails,
                A::NextComputer,
            ],
            MainView::Table if self.listened() => &[
                A::Listen, A::Connect, A::NextListener, A::Close, A::ShowDetails, A::Show(MainView::States), A::Show(MainView::Ports), A::Send,
                A::ServerCloses, A::ToggleAccept, A::NextComputer, A::Find,
            ],
            MainView::Table => &[A::Listen, A::Connect, A::Close, A::Why, A::ListenOptions, A::ConnectOptions, A::Lab],
        }
    }

    /// Whether the key would do more now than to say that there is nothing to do it with.
    #[expect(clippy::wildcard_enum_match_arm, reason = "all other keys have an effect at any time")]
    fn has_effect(&self, action: A) -> bool {
        let is_empty = self.seen().is_empty() && !self.lab.is_up();
        let mut shown = self.ui.shown.iter();
        match action {
            A::Connect => !is_empty || self.clients.to.is_some(),
            A::Close | A::Send => self.ends.of_clients().next().is_some(),
            A::ServerCloses => self.ends.count(Holder::Server(self.server().spec.id)) > 0,
            A::Next | A::ShowDetails => !self.ui.shown.is_empty(),
            A::NextListener => self.servers.are_several(),
            A::NextComputer => self.clients.computers.len() > 1,
            A::Why => self.notices.failure.is_some(),
            A::ListenOptions | A::ConnectOptions | A::Lab => !is_empty,
            A::ZoomIn => self.ui.main_view.zooms() > 0,
            A::PageUp if self.ui.focus == Pane::Sockets => {
                !self.lab.crossings.is_empty() || shown.any(|name| name.tuple.is_connected())
            }
            _ => true,
        }
    }

    /// Whether what an action switches is on; moving and scrolling always are.
    pub(crate) fn is_on(&self, action: A) -> bool {
        (action == A::Listen && self.server().is_listening())
            || (action == A::ToggleAccept && self.server().held)
            || (action == A::Pause && self.is_past())
            || (action == A::Wire(WireKey::Hold) && self.lab.wire.held)
            || (action == A::Wire(WireKey::Cut) && self.lab.wire.cut)
            || (action == A::Show(self.ui.main_view))
            || (action == A::Lab && self.lab.is_up())
            || (action == A::OtherPane && self.ui.focus == Pane::Notices)
            || matches!(action, A::Next | A::Previous | A::PageUp)
    }
}
