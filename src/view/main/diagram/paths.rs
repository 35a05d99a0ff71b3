use crate::app::{Certainty, StatePath, TableRow};
use crate::tcp::{TcpState, Transition};
use crate::view::Scene;
use crate::view::main::diagram::stroke::Stroke;

/// The selected connection, else the newest: both ends and their paths through the states.
#[derive(Default)]
pub(super) struct StatePaths<'a> {
    pub(crate) selected: Option<(&'a TableRow, StatePath)>,
    pub(crate) other: Option<(&'a TableRow, StatePath)>,
}

impl<'a> StatePaths<'a> {
    pub(crate) fn of(scene: Scene<'a>) -> StatePaths<'a> {
        let state = scene.state;
        let line = scene.selected_or_newest();
        let mirror = line.and_then(|line| state.seen().mirror(line.row.name()));
        let path = |line: &'a TableRow| StatePath::of(line).map(|path| (line, path));
        StatePaths { selected: line.and_then(path), other: mirror.and_then(path) }
    }

    /// The stroke of a transition.
    pub(crate) fn stroke(&self, arrow: Transition) -> Stroke {
        let known = |end: &Option<(&TableRow, StatePath)>| {
            let mut steps = end.iter().flat_map(|(_, path)| &path.steps);
            let step = steps.find(|step| step.arrow == arrow)?;
            Some(step.known)
        };
        match (known(&self.selected), known(&self.other)) {
            (Some(known), _) => Stroke::Selected(known),
            (None, Some(known)) => Stroke::Other(known),
            (None, None) => Stroke::Neither,
        }
    }

    /// Whether the selected end, and the other one, are in that state.
    pub(crate) fn are_at(&self, state: TcpState) -> [bool; 2] {
        let is_at = |(_, path): &(&TableRow, StatePath)| path.at == state;
        [&self.selected, &self.other].map(|end| end.as_ref().is_some_and(is_at))
    }

    /// The stroke of a state's box.
    pub(crate) fn frame(&self, state: TcpState) -> Stroke {
        match self.are_at(state) {
            [true, _] => Stroke::Selected(Certainty::Seen),
            [false, true] => Stroke::Other(Certainty::Seen),
            [false, false] => Stroke::Neither,
        }
    }
}
