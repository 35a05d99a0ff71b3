//! Starting and stopping the lab.

use crate::app::actions::only_say;
use crate::app::model::{LabStage, Statement, Tone};
use crate::app::{Effect, State};
use crate::tcp::{Command, LabOrder};

/// Starts the lab, or stops it.
pub(crate) fn toggle(state: &mut State) -> Vec<Effect> {
    match state.lab.stage {
        LabStage::Off => {
            state.lab.stage = LabStage::Starting;
            let what = Statement::new("lab-starting").with("computers", state.lab.spec.computers);
            state.notices.say(state.now, Tone::Plain, what);
            vec![Effect::Lab(LabOrder::Start(state.lab.spec))]
        }
        LabStage::Up => {
            state.lab.stage = LabStage::Stopping;
            (state.script, state.lab.plan) = (None, None);
            let open = state.sockets.connections() as u64;
            let what = Statement::new("lab-stopping").count("open", open);
            state.notices.say(state.now, Tone::Plain, what);
            vec![
                Effect::Run(Command::StopConnecting),
                Effect::Run(Command::CloseEverything),
                Effect::Lab(LabOrder::Stop),
            ]
        }
        LabStage::Starting => only_say(state, "lab-is-starting"),
        LabStage::Stopping => {
            only_say(state, Statement::new("lab-is-stopping").when("Again", true))
        }
    }
}
