//! The sentence about several connections that were ordered at once.

use std::borrow::Cow;
use std::time::Duration;

use crate::app::State;
use crate::app::format::{many, number, seconds, sockets};
use crate::app::model::BurstProgress;
use crate::tcp::{Burst, Port};

/// That they are being made, where that takes long enough to be read.
pub(crate) fn begun(state: &State, progress: &BurstProgress, burst: Burst) -> Option<String> {
    let is_long = burst.count >= Burst::LARGE || !burst.every.is_zero();
    let silence = state.silence_of_the_wire().filter(|_| is_long)?;
    let who = &state.clients.computers[progress.computer].name;
    let calls = many(u64::from(burst.count), "call", "calls");
    Some(format!("{who} makes {calls}.{}", silence.words("The")))
}

/// How many of them were opened, and how many wait for their answers.
pub(crate) fn ended(state: &State, progress: &BurstProgress, asked: u32, took: Duration) -> String {
    let computer = &state.clients.computers[progress.computer];
    let who = &computer.name;
    let some = |n: u32| sockets(u64::from(n), progress.protocol);
    let waiting = computer.ends.unanswered_since(progress.ever);
    let waiting = waiting.min(u64::from(asked.saturating_sub(progress.opened)));
    let wait = format!(
        "{} for {}",
        many(waiting, "call waits", "calls wait"),
        if waiting == 1 { "its answer" } else { "their answers" }
    );
    let oldest = computer.ends.first_unanswered_since(progress.ever);
    let silence = oldest.and_then(|client| state.long_silence(client));
    let whose = if waiting == 1 { "Its" } else { "The first one's" };
    let why = silence.map_or_else(Cow::default, |silence| silence.words(whose));
    if progress.opened == 0 && waiting > 0 {
        let asked = many(u64::from(asked), "call", "calls");
        return format!("none of {who}'s {asked} is answered yet: {wait}.{why}");
    }
    if progress.opened == 0 {
        return format!("{who} opened none of {}.", some(asked));
    }
    let opened = some(progress.opened);
    let of = if progress.opened < asked {
        format!(" of {}", number(u64::from(asked)))
    } else {
        String::new()
    };
    let ports: Vec<String> = progress.ports.iter().map(Port::to_string).collect();
    let more = if progress.opened as usize > ports.len() { " ..." } else { "" };
    let from = if ports.is_empty() {
        String::new()
    } else {
        format!(" (ports {}{more})", ports.join(", "))
    };
    let range = if progress.whole_range && progress.opened >= Burst::LARGE {
        " IP_LOCAL_PORT_RANGE spared the kernel the search for free ports."
    } else {
        ""
    };
    let wait = if waiting == 0 { String::new() } else { format!(" {wait} still.{why}") };
    format!("{who} opened {opened}{of} in {}{from}.{wait}{range}", seconds(took))
}
