//! Starting and stopping the lab.

use crate::app::actions::only_say;
use crate::app::model::{LabStage, Tone};
use crate::app::{Effect, State, format};
use crate::tcp::{Command, LabOrder};

/// Starts the lab, or stops it.
pub(crate) fn toggle(state: &mut State) -> Vec<Effect> {
    match state.lab.stage {
        LabStage::Off => {
            state.lab.stage = LabStage::Starting;
            let count = state.lab.spec.computers;
            let text = format!(
                "the lab is being set up: {count} computers, each with a network of its own, and a wire between them"
            );
            state.notices.say(state.now, Tone::Plain, text);
            vec![Effect::Lab(LabOrder::Start(state.lab.spec))]
        }
        LabStage::Up => {
            state.lab.stage = LabStage::Stopping;
            (state.script, state.lab.plan) = (None, None);
            let open = state.sockets.connections() as u64;
            let open = match open {
                0 => String::new(),
                n => format!(", {} with it", format::many(n, "connection", "connections")),
            };
            let text = format!(
                "the lab is being taken down{open}: its sockets are closed, then its computers go"
            );
            state.notices.say(state.now, Tone::Plain, text);
            vec![
                Effect::Run(Command::StopConnecting),
                Effect::Run(Command::CloseEverything),
                Effect::Lab(LabOrder::Stop),
            ]
        }
        LabStage::Starting => only_say(state, "the lab is being set up already; a moment"),
        LabStage::Stopping => {
            only_say(state, "the lab is being taken down; then N sets it up again")
        }
    }
}
