//! Starting and stopping the lab.

use crate::app::{Effect, LabStage, State, format};
use crate::tcp::{Command, LabOrder};

pub(crate) fn toggle(state: &mut State) -> Vec<Effect> {
    match state.lab.stage {
        LabStage::Off => {
            state.lab.stage = LabStage::Starting;
            let count = state.lab.spec.computers;
            state.say(format!(
                "Starting the lab: {count} computers, each with its own network, and a wire between them."
            ));
            vec![Effect::Lab(LabOrder::Start(state.lab.spec))]
        }
        LabStage::Up => {
            state.lab.stage = LabStage::Stopping;
            (state.script, state.lab.plan) = (None, None);
            let open = state.sockets.connections() as u64;
            let open = match open {
                0 => String::new(),
                n => format!(" and closing {}", format::many(n, "connection", "connections")),
            };
            state.say(format!(
                "Stopping the lab{open}. Its sockets are closed first, then its computers are removed."
            ));
            vec![
                Effect::Run(Command::StopConnecting),
                Effect::Run(Command::CloseEverything),
                Effect::Lab(LabOrder::Stop),
            ]
        }
        LabStage::Starting => state.only_say("The lab is already starting."),
        LabStage::Stopping => {
            state.only_say("The lab is stopping. Press N to start it again afterwards.")
        }
    }
}
