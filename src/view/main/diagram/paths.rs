use crate::app::{Certainty, StatePath, TableRow};
use crate::tcp::{TcpState, Transition};
use crate::view::main::diagram::stroke::Stroke;
use crate::view::scene::Scene;

/// The chosen connection, else the newest: its ends and the ways that they went.
#[derive(Default)]
pub(crate) struct StatePaths<'a> {
    pub(crate) chosen: Option<(&'a TableRow, StatePath)>,
    pub(crate) other: Option<(&'a TableRow, StatePath)>,
}

impl<'a> StatePaths<'a> {
    pub(crate) fn of(scene: Scene<'a>) -> StatePaths<'a> {
        let state = scene.state;
        let line = scene.chosen_or_newest();
        let mirror = line.and_then(|line| state.seen().mirror(line.row.name()));
        let way = |line: &'a TableRow| StatePath::of(line).map(|way| (line, way));
        StatePaths { chosen: line.and_then(way), other: mirror.and_then(way) }
    }

    /// How an arrow is drawn.
    pub(crate) fn stroke(&self, arrow: Transition) -> Stroke {
        let known = |end: &Option<(&TableRow, StatePath)>| {
            let mut steps = end.iter().flat_map(|(_, way)| &way.steps);
            let step = steps.find(|step| step.arrow == arrow)?;
            Some(step.known)
        };
        match (known(&self.chosen), known(&self.other)) {
            (Some(known), _) => Stroke::Chosen(known),
            (None, Some(known)) => Stroke::Other(known),
            (None, None) => Stroke::Nobody,
        }
    }

    /// How the box of a state is drawn.
    pub(crate) fn frame(&self, state: TcpState) -> Stroke {
        let is_at = |end: &Option<(&TableRow, StatePath)>| {
            end.as_ref().is_some_and(|(_, way)| way.at == state)
        };
        if is_at(&self.chosen) {
            Stroke::Chosen(Certainty::Seen)
        } else if is_at(&self.other) {
            Stroke::Other(Certainty::Seen)
        } else {
            Stroke::Nobody
        }
    }
}
