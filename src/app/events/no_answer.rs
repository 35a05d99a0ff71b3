use crate::app::State;
use crate::app::model::Topic;
use crate::app::query::{NoAnswer, names};
use crate::tcp::SocketId;

/// Says of a call that it has no answer yet.
pub(crate) fn say_in_vain(state: &mut State, text: String, silence: NoAnswer) {
    state.notices.count(state.now, Topic::Called, text, |n| {
        let why = silence.words("The last one's");
        format!("{n} calls were made, and none was answered at once.{why}")
    });
}

/// So many calls may be explained better a moment later.
pub(crate) const UNEXPLAINED: usize = 8;

pub(crate) fn calls_in_vain(state: &State, client: SocketId, silence: NoAnswer) -> String {
    let who = names::client_name(state, client);
    let whom = client.tuple.remote;
    let why = silence.words("The");
    format!("{who} calls {whom}: SYN is sent, no answer yet.{why}")
}

/// Why a call is not answered at once; nothing where the answer is only on its way, or many calls of the lab are told together.
pub(crate) fn why_no_answer(state: &State, client: SocketId) -> Option<NoAnswer> {
    let are_many = state.lab.is_up() && state.clients.under_way.is_some();
    // To look for the segments of each of thousands would take its time.
    (!are_many).then(|| state.silence(client))?
}
