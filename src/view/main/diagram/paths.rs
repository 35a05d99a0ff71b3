use crate::app::{Known, Line as TableLine, Way};
use crate::tcp::{Arrow, TcpState};
use crate::view::main::diagram::stroke::Stroke;
use crate::view::scene::Scene;

/// The chosen connection, else the newest: its ends and the ways that they went.
#[derive(Default)]
pub(crate) struct Ways<'a> {
    pub(crate) chosen: Option<(&'a TableLine, Way)>,
    pub(crate) other: Option<(&'a TableLine, Way)>,
}

impl<'a> Ways<'a> {
    pub(crate) fn of(scene: Scene<'a>) -> Ways<'a> {
        let state = scene.state;
        let line = scene.chosen_or_newest();
        let mirror = line.and_then(|line| state.seen().mirror(line.row.name()));
        let way = |line: &'a TableLine| Way::of(state.seen(), line).map(|way| (line, way));
        Ways { chosen: line.and_then(way), other: mirror.and_then(way) }
    }

    /// How an arrow is drawn.
    pub(crate) fn stroke(&self, arrow: &Arrow) -> Stroke {
        let known = |end: &Option<(&TableLine, Way)>| {
            let mut steps = end.iter().flat_map(|(_, way)| &way.steps);
            let step = steps.find(|step| step.arrow == *arrow)?;
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
        let is_at =
            |end: &Option<(&TableLine, Way)>| end.as_ref().is_some_and(|(_, way)| way.at == state);
        if is_at(&self.chosen) {
            Stroke::Chosen(Known::Seen)
        } else if is_at(&self.other) {
            Stroke::Other(Known::Seen)
        } else {
            Stroke::Nobody
        }
    }
}
