use ratatui::style::Style;
use ratatui::widgets::BorderType;

use crate::app::{Certainty, StatePath, TableRow};
use crate::tcp::{TcpState, Transition};
use crate::view::Scene;
use crate::view::ThemeRole::Border;

/// The selected connection, else the newest: its selected end and the other one, and their paths through the states.
pub(super) struct StatePaths<'a> {
    pub(super) ends: [Option<(&'a TableRow, StatePath)>; 2],
    /// The look of each end.
    pub(super) looks: [Style; 2],
}

impl<'a> StatePaths<'a> {
    pub(super) fn of(scene: Scene<'a>) -> StatePaths<'a> {
        let line = scene.selected_or_newest();
        let mirror = line.and_then(|line| scene.state.seen().mirror(line.row.name()));
        let path = |line: &'a TableRow| StatePath::of(line).map(|path| (line, path));
        let ends = [line, mirror].map(|line| line.and_then(path));
        let look = |whose| scene.theme.path(whose).bold();
        let looks = ends.each_ref().map(|end| {
            let name = end.as_ref().map(|(line, _)| line.row.name());
            look(name.and_then(|name| scene.state.whose(name)))
        });
        StatePaths { ends, looks }
    }

    pub(super) fn stroke(&self, arrow: Transition) -> Stroke {
        let known = self.ends.each_ref().map(|end| {
            let mut steps = end.iter().flat_map(|(_, path)| &path.steps);
            steps.find(|step| step.arrow == arrow).map(|step| step.known)
        });
        match known {
            [Some(known), _] => Stroke::Selected(known),
            [None, Some(known)] => Stroke::Other(known),
            [None, None] => Stroke::Neither,
        }
    }

    pub(super) fn style(&self, stroke: Stroke, scene: Scene<'_>) -> Style {
        match stroke {
            Stroke::Neither => scene.style(Border),
            Stroke::Selected(_) => self.looks[0],
            Stroke::Other(_) => self.looks[1],
        }
    }

    pub(super) fn are_at(&self, state: TcpState) -> [bool; 2] {
        self.ends.each_ref().map(|end| end.as_ref().is_some_and(|(_, path)| path.at == state))
    }

    pub(super) fn frame(&self, state: TcpState) -> Stroke {
        match self.are_at(state) {
            [true, _] => Stroke::Selected(Certainty::Seen),
            [false, true] => Stroke::Other(Certainty::Seen),
            [false, false] => Stroke::Neither,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stroke {
    Neither,
    Other(Certainty),
    Selected(Certainty),
}

impl Stroke {
    pub(super) const fn border(self) -> BorderType {
        match self {
            Stroke::Neither | Stroke::Other(Certainty::Inferred) => BorderType::Rounded,
            Stroke::Other(Certainty::Seen) => BorderType::Double,
            Stroke::Selected(_) => BorderType::Thick,
        }
    }

    pub(super) const fn lines(self) -> [&'static str; 2] {
        match self {
            Stroke::Neither => ["─", "│"],
            Stroke::Other(Certainty::Seen) => ["═", "║"],
            Stroke::Other(Certainty::Inferred) => ["╌", "╎"],
            Stroke::Selected(Certainty::Seen) => ["━", "┃"],
            Stroke::Selected(Certainty::Inferred) => ["╍", "╏"],
        }
    }
}
