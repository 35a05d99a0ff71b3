//! The last refusal, taken apart: who is in the way, for how long, and what would help. What can be tried is tried, not claimed.

use crate::app::blame::holders;
use crate::app::refused::nobody;
use crate::app::{Effect, Line, Overlay, State, Tone, dialing, refused, remedies, rewind, verbs};
use crate::tcp::{
    Call, Command, ConnectSpec, Endpoint, Errno, ListenSpec, Moment, Protocol, Refusal, RowName,
    TcpState, Trial,
};

/// One refusal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// When it was told.
    pub at: Moment,
    /// What was asked for.
    pub asked: Wish,
    /// Which call refused, and why.
    pub why: Refusal,
    /// The rows in the way, the one most to blame first.
    pub rows: Vec<RowName>,
    /// What might help.
    pub remedies: Vec<Remedy>,
    /// Whether it is tried again by itself, once no TIME_WAIT is in the way.
    pub waits: bool,
}

/// What was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wish {
    /// To listen.
    Listen(ListenSpec),
    /// To connect; to whom, once the name was resolved.
    Connect(ConnectSpec, Option<Endpoint>),
}

/// Something that might help.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remedy {
    /// What.
    pub words: String,
    /// What came of trying it.
    pub verdict: Verdict,
}

/// What is known of a remedy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is being tried.
    Trying(Trial),
    /// It was tried, and the kernel took it.
    Works(Trial),
    /// It was tried, and the kernel refused.
    Fails(Trial, Refusal),
    /// It cannot be tried without harm; why not.
    NotTried(&'static str),
}

/// So many rows in the way are remembered.
pub(crate) const ROWS: usize = 100;

impl Case {
    /// A refusal that was just told.
    pub(crate) fn new(at: Moment, asked: Wish, why: Refusal) -> Case {
        Case { at, asked, why, rows: Vec::new(), remedies: Vec::new(), waits: false }
    }
}

/// Takes note of a refusal.
pub(crate) fn refused(state: &mut State, asked: Wish, why: Refusal, mut rows: Vec<RowName>) {
    rows.truncate(ROWS);
    let case = Case::new(state.now, asked, why);
    state.notices.case = Some(Case { rows, ..case });
}

/// Opens the last refusal, and has its remedies tried.
pub(crate) fn open(state: &mut State) -> Vec<Effect> {
    let last = state.notices.case.as_ref().map(|case| case.at);
    if nobody::datagram_refused(state).is_some_and(|at| Some(at) > last) {
        let text = "the last refusal was that of a datagram, and its own sentence explains it: nobody had that UDP port";
        return verbs::only_say(state, text);
    }
    if last.is_none() {
        let text = "nothing was refused yet: y opens the next refusal, with who is to blame and what helps";
        return verbs::only_say(state, text);
    }
    // What is refused is refused now, and what helps is tried now: a row of the past is not to blame.
    if state.is_past() {
        rewind::live(state);
    }
    look_again(state);
    let Some(case) = &state.notices.case else {
        return vec![];
    };
    let remedies = remedies::of(state, case);
    let trials = remedies.iter().filter_map(|remedy| match remedy.verdict {
        Verdict::Trying(trial) => Some(trial),
        Verdict::Works(_) | Verdict::Fails(..) | Verdict::NotTried(_) => None,
    });
    let trials: Vec<Trial> = trials.collect();
    if let Some(case) = &mut state.notices.case {
        case.remedies = remedies;
    }
    state.desk.overlay = Some(Overlay::Why(0));
    if trials.is_empty() {
        return vec![];
    }
    vec![Effect::Run(Command::Try(trials))]
}

/// A remedy was tried.
pub(crate) fn tried(state: &mut State, trial: Trial, outcome: Result<(), Refusal>) {
    let Some(case) = &mut state.notices.case else {
        return;
    };
    for remedy in &mut case.remedies {
        if remedy.verdict == Verdict::Trying(trial) {
            remedy.verdict = match outcome {
                Ok(()) => Verdict::Works(trial),
                Err(why) => Verdict::Fails(trial, why),
            };
        }
    }
}

/// Asks for the same once more.
pub(crate) fn retry(state: &mut State) -> Vec<Effect> {
    let Some(case) = &mut state.notices.case else {
        return vec![];
    };
    case.waits = false;
    let asked = case.asked.clone();
    // When it comes by itself, something else may be open.
    if matches!(state.desk.overlay, Some(Overlay::Why(_))) {
        state.desk.overlay = None;
    }
    match asked {
        Wish::Listen(_) if state.listener.will_listen() => {
            verbs::only_say(state, "something listens by now; l stops it")
        }
        Wish::Listen(spec) => verbs::start_listening(state, spec),
        Wish::Connect(spec, _) => dialing::call(state, spec),
    }
}

/// Has it tried again once TIME_WAIT is over, or not after all.
pub(crate) fn wait(state: &mut State) -> Vec<Effect> {
    look_again(state);
    let left = longest_wait(state);
    let is_in_the_way = left.is_some();
    let left = left.filter(|_| state.waiting_helps());
    let Some(case) = &mut state.notices.case else {
        return vec![];
    };
    let text = match (case.waits, left) {
        (true, _) => {
            case.waits = false;
            String::from("it is not tried again by itself; y, y does it")
        }
        (false, None) if is_in_the_way => {
            String::from("TIME_WAIT is not alone in the way: waiting does not help here")
        }
        (false, None) => {
            String::from("it is no TIME_WAIT that is in the way: waiting does not help here")
        }
        (false, Some(seconds)) => {
            case.waits = true;
            format!("it is tried again by itself once TIME_WAIT is over, in {seconds} s")
        }
    };
    state.notices.say(state.now, Tone::Plain, text);
    vec![]
}

/// Time went by: who is in the way now? Without a TIME_WAIT it is tried again, if that was wished.
pub(crate) fn tick(state: &mut State) -> Vec<Effect> {
    let waits = state.notices.case.as_ref().is_some_and(|case| case.waits);
    if !waits && !matches!(state.desk.overlay, Some(Overlay::Why(_))) {
        return vec![];
    }
    look_again(state);
    if !waits || longest_wait(state).is_some() {
        return vec![];
    }
    let text = "TIME_WAIT is over: tried again";
    state.notices.say(state.now, Tone::Plain, text);
    retry(state)
}

/// The seconds until the last TIME_WAIT in the way is over, the begun one counted; `None` when there is none.
pub(crate) fn longest_wait(state: &State) -> Option<u64> {
    let rows = state.notices.case.as_ref().map_or(&[][..], |case| &case.rows);
    let lines = rows.iter().filter_map(|row| state.sockets.get(*row));
    let waits = lines.filter(|line| line.gone.is_none() && line.row.state == TcpState::TimeWait);
    let left = waits.map(|line| line.time_left(state.now).unwrap_or_default());
    left.max().map(|left| left.as_secs() + 1)
}

/// Finds the rows in the way as they are now.
fn look_again(state: &mut State) {
    let Some(case) = &state.notices.case else {
        return;
    };
    let mut rows = in_the_way(state, case);
    rows.truncate(ROWS);
    if let Some(case) = &mut state.notices.case {
        case.rows = rows;
    }
}

fn in_the_way(state: &State, case: &Case) -> Vec<RowName> {
    match &case.asked {
        Wish::Listen(spec) if case.why.errno == Errno::EADDRINUSE => {
            holders(state, spec.host, spec.at, Protocol::Tcp)
        }
        Wish::Listen(_) => Vec::new(),
        Wish::Connect(spec, to) => {
            let mut rows = refused::connect_failed(state, spec, *to, case.why).1;
            // Nobody listened there: whoever came since is not why.
            let was_there = |name: &RowName| {
                let line = state.sockets.get(*name);
                line.is_some_and(|line| line.born <= case.at)
            };
            rows.retain(|name| case.why.errno != Errno::ECONNREFUSED || was_there(name));
            rows
        }
    }
}

impl State {
    /// Whether what was refused will work once TIME_WAIT is over: a bind() fails for any other row that is in the way, too.
    pub fn waiting_helps(&self) -> bool {
        let Some(case) = &self.notices.case else {
            return false;
        };
        let lines = case.rows.iter().filter_map(|row| self.sockets.get(*row));
        let mut states = lines.filter(|line| line.gone.is_none()).map(|line| line.row.state);
        let binds = matches!(case.why.call, Call::Bind | Call::Listen);
        let stays = |state: TcpState| state != TcpState::TimeWait;
        longest_wait(self).is_some() && !(binds && states.any(stays))
    }

    /// The row in the way that is most to blame.
    pub fn culprit(&self) -> Option<&Line> {
        let case = self.notices.case.as_ref()?;
        self.sockets.get(*case.rows.first()?)
    }

    /// In how many seconds what was refused is tried again by itself.
    pub fn retries_in(&self) -> Option<u64> {
        let waits = self.notices.case.as_ref().is_some_and(|case| case.waits);
        longest_wait(self).filter(|_| waits)
    }

    /// The refusal that `y` opens, in words: which call, on what, and why.
    pub fn refusal(&self) -> Option<String> {
        let case = self.notices.case.as_ref()?;
        let call = case.why.call;
        let on = match &case.asked {
            Wish::Listen(spec) => format!("listening at {}", spec.at),
            Wish::Connect(spec, to) => {
                let whom = to.map_or_else(|| spec.to.to_string(), |to| to.to_string());
                let from = spec.from.map_or_else(String::new, |ip| format!(" from {ip}"));
                format!("connecting{from} to {whom}")
            }
        };
        if let Some(why) = case.why.of_our_own() {
            return Some(format!("{on}: {why}."));
        }
        let said = match call {
            Call::Remote(_) | Call::Resolve | Call::Reserve => "",
            Call::Socket
            | Call::SetSockOpt
            | Call::Bind
            | Call::Listen
            | Call::Accept
            | Call::Connect
            | Call::Write
            | Call::Shutdown => " said no",
        };
        Some(format!("{on}: {call}{said}: {}.", case.why.errno))
    }
}
