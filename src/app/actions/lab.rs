//! Starting and stopping the lab.

use crate::app::{Effect, LabStage, State, Statement};
use crate::tcp::{Command, LabOrder};

pub(crate) fn toggle(state: &mut State) -> Vec<Effect> {
    match state.lab.stage {
        LabStage::Off => {
            state.lab.stage = LabStage::Starting;
            let what = Statement::new("lab-starting").with("computers", state.lab.spec.computers);
            state.say(what);
            vec![Effect::Lab(LabOrder::Start(state.lab.spec))]
        }
        LabStage::Up => {
            state.lab.stage = LabStage::Stopping;
            (state.script, state.lab.plan) = (None, None);
            let open = state.sockets.connections() as u64;
            state.say(Statement::new("lab-stopping").count("open", open));
            vec![
                Effect::Run(Command::StopConnecting),
                Effect::Run(Command::CloseEverything),
                Effect::Lab(LabOrder::Stop),
            ]
        }
        LabStage::Starting => state.only_say("lab-is-starting"),
        LabStage::Stopping => state.only_say(Statement::new("lab-is-stopping").when("Again", true)),
    }
}
