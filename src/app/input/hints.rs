//! Which keys the footer names.

use crate::app::State;
use crate::app::keys::keymap::binding_of;
use crate::app::keys::{Action, Action as A, Key, MainView, WireKey};

/// The keys to name below a picture.
const fn hints_of(picture: MainView) -> &'static [Action] {
    match picture {
        MainView::Calls => {
            &[A::Back, A::Next, A::Write, A::Connect, A::Listen, A::Close, A::Help, A::Quit]
        }
        MainView::Myth => &[A::Back, A::TryMyth, A::Connect, A::Listen, A::Close, A::Help, A::Quit],
        MainView::Timeline => &[
            A::Back,
            A::Next,
            A::PageUp,
            A::ZoomIn,
            A::Connect,
            A::Close,
            A::LookInside,
            A::ServerCloses,
            A::Listen,
            A::Help,
            A::Quit,
        ],
        MainView::Table | MainView::States | MainView::Ports | MainView::Compare => &[
            A::Back,
            A::Next,
            A::ZoomIn,
            A::Connect,
            A::Close,
            A::LookInside,
            A::ServerCloses,
            A::Listen,
            A::Help,
            A::Quit,
        ],
    }
}

impl State {
    /// The keys to name in the footer: the key and what it does now, the most useful first. The last two, which help on and out, are always
    /// wanted.
    pub fn hints(&self) -> Vec<(Key, &'static str)> {
        let actions: &[Action] = match self.ui.overlay {
            Some(_) => &[],
            None if self.is_past() => {
                &[A::StepBack, A::StepForward, A::Pause, A::LookInside, A::Help, A::Quit]
            }
            None if self.lab.is_up() && self.ui.picture == MainView::Timeline => &[
                A::Back,
                A::Wire(WireKey::Step),
                A::Wire(WireKey::Hold),
                A::AllLadders,
                A::PageUp,
                A::Connect,
                A::Close,
                A::Wire(WireKey::Delay),
                A::Wire(WireKey::Lose),
                A::Help,
                A::Quit,
            ],
            None if self.ui.picture != MainView::Table => hints_of(self.ui.picture),
            None if self.lab.is_up() => self.hints_in_lab(),
            None if self.server.is_listening() => &[
                A::Listen,
                A::Connect,
                A::Close,
                A::Send,
                A::LookInside,
                A::Show(MainView::States),
                A::Show(MainView::Ports),
                A::ServerCloses,
                A::Hold,
                A::Find,
                A::Help,
                A::Quit,
            ],
            None => &[
                A::Listen,
                A::Connect,
                A::ListenOptions,
                A::ConnectOptions,
                A::Lab,
                A::Close,
                A::Help,
                A::Quit,
            ],
        };
        let hint = |action: &Action| {
            binding_of(*action).map(|binding| (binding.keys[0], self.label(*action, binding.help)))
        };
        let works = actions.iter().filter(|action| self.works(**action));
        works.filter_map(hint).collect()
    }

    /// Whether that key would change anything: what cannot be zoomed is not, and pages go through a ladder, where there is one.
    fn works(&self, action: Action) -> bool {
        let mut shown = self.ui.shown.iter();
        let mut has_ladder =
            || !self.lab.crossings.is_empty() || shown.any(|name| name.tuple.is_connected());
        (action != A::ZoomIn || self.ui.picture.zooms() > 0)
            && (action != A::PageUp || has_ladder())
    }

    fn hints_in_lab(&self) -> &'static [Action] {
        if self.lab.wire.held {
            return &[
                A::Connect,
                A::Wire(WireKey::Step),
                A::Wire(WireKey::Hold),
                A::Wire(WireKey::Lose),
                A::Close,
                A::Send,
                A::Listen,
                A::Help,
                A::Quit,
            ];
        }
        &[
            A::Listen,
            A::Connect,
            A::Wire(WireKey::Hold),
            A::Wire(WireKey::Delay),
            A::Close,
            A::Send,
            A::PointOfView,
            A::Lab,
            A::Help,
            A::Quit,
        ]
    }

    fn label(&self, action: Action, help: &'static str) -> &'static str {
        let now = [
            (A::Listen, self.server.is_listening(), "stop listening"),
            (A::Hold, self.server.held, "accept again"),
            (A::Pause, self.is_past(), "live"),
            (A::Next, true, "next row"),
            (A::PageUp, true, "scroll"),
            (A::Wire(WireKey::Hold), self.lab.wire.held, "let go"),
            (A::Wire(WireKey::Cut), self.lab.wire.cut, "mend the cable"),
            (A::Lab, self.lab.is_up(), "leave the lab"),
        ];
        now.into_iter()
            .find(|(of, is_so, _)| *of == action && *is_so)
            .map_or(help, |(_, _, now)| now)
    }
}
