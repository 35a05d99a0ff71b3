//! Lines of a `do` block: one action each.

use std::time::Duration;

use crate::app::keys::Group;
use crate::app::lesson::fault::{LessonFault, likeness};
use crate::app::lesson::options::{self, Forms};
use crate::app::lesson::words::{Word, Words};
use crate::app::lesson::{claims, computers};
use crate::app::{
    Action, ActionTarget, BINDINGS, HOLDABLE_STATES, LessonActionKind, MainView, Scope, WireKey,
    binding_of,
};
use crate::tcp::socket::connect_spec;
use crate::tcp::{Port, TcpState};

/// Other names, and names for what has no key of its own; for what switches, whether it is on then.
const ALIASES: [(&str, Action, Option<bool>); 6] = [
    ("close", Action::Close, None),
    ("step", Action::Wire(WireKey::Step), None),
    ("table", Action::Show(MainView::Table), Some(true)),
    ("connection", Action::ShowDetails, None),
    ("cut the cable", Action::Wire(WireKey::Cut), Some(true)),
    ("reconnect the cable", Action::Wire(WireKey::Cut), Some(false)),
];

/// Every name of an action; for what switches, whether it is on then. Names that come first are meant.
fn names() -> impl Iterator<Item = (&'static str, Action, Option<bool>)> {
    let listed = BINDINGS.iter().filter(|binding| binding.is_listed());
    let listed = listed.filter(|binding| binding.scope != Scope::Lesson);
    let bound = listed.flat_map(|binding| {
        let action = binding.action;
        let has_view = matches!(action, Action::Show(_));
        let switches = binding.help_on.is_some() && is_switch(action);
        let on = (has_view || switches).then_some(true);
        let other = binding.help_on.map(|name| (name, action, on.map(|_| false)));
        [Some((binding.help, action, on)), other].into_iter().flatten()
    });
    ALIASES.into_iter().chain(bound)
}

/// Whether both words of its key name what will be so.
const fn is_switch(action: Action) -> bool {
    matches!(
        action,
        Action::Listen
            | Action::ToggleAccept
            | Action::Lab
            | Action::Pause
            | Action::Wire(WireKey::Hold)
    )
}

/// Why a lesson cannot do that.
#[expect(clippy::wildcard_enum_match_arm, reason = "a lesson can do all the rest")]
fn why_not(action: Action) -> Option<&'static str> {
    match action {
        Action::ListenOptions => Some("write the options after `listen`: `listen backlog 2`"),
        Action::ConnectOptions => Some("write the options after `connect`: `connect from 6000`"),
        Action::Write | Action::SaveLadder => Some("a lesson writes no files"),
        Action::Quit | Action::Reset => Some("a lesson ends with its last step"),
        Action::Find
        | Action::Palette
        | Action::Help
        | Action::Back
        | Action::ShowKeys
        | Action::NextTheme => Some("this is left to who gives the lesson"),
        _ => None,
    }
}

/// What a line means; whether it needs the lab.
pub(super) fn read(
    line: &str,
    start: usize,
    forms: &Forms,
) -> Result<(LessonActionKind, bool), LessonFault> {
    let mut words = Words::of(line, start);
    words.are_quoted_whole()?;
    if words.take_all("spotlight") {
        return Ok((LessonActionKind::Spotlight(claims::rows(words)?), false));
    }
    if words.take_all("wait") {
        return Ok((LessonActionKind::Wait(time(&mut words)?), false));
    }
    words.take_all("look");
    let whole = words.span();
    let (name, action, on) = named(&mut words)?;
    if let Some(why) = why_not(action) {
        return Err(LessonFault::new(whole, format!("a lesson cannot do `{name}`"), why));
    }
    let action = if action == Action::OpenHeldStates {
        Action::HoldState(held_state(&mut words)?)
    } else {
        action
    };
    let (target, count) = operands(&mut words, name, action)?;
    let options = options::read(&mut words, action, &takes(name, action), forms)?;
    let needs_lab = binding_of(action).is_some_and(|binding| binding.group == Group::Lab);
    Ok((LessonActionKind::Act { action, on, target, count, options }, needs_lab))
}

fn time(words: &mut Words<'_>) -> Result<Duration, LessonFault> {
    let time = |word: &str| {
        let millis = match word.strip_suffix("ms") {
            Some(millis) => millis.parse().ok()?,
            None => word.strip_suffix('s')?.parse::<f64>().ok()? * 1000.0,
        };
        (1.0..=10_000.0).contains(&millis).then(|| Duration::from_secs_f64(millis / 1000.0))
    };
    let help = "write `wait 2s`, at most `10s`, or `wait 500ms`";
    let time = words.need(time, "no time to wait", help)?;
    words.end_here("write `wait 2s`")?;
    Ok(time)
}

/// Takes the longest name of an action; parentheses may be left out.
fn named(words: &mut Words<'_>) -> Result<(&'static str, Action, Option<bool>), LessonFault> {
    let many = |name: &str| name.split(' ').count();
    let found = names()
        .filter(|(name, ..)| words.begin_with(name))
        .reduce(|best, other| if many(other.0) > many(best.0) { other } else { best });
    let Some(found) = found else { return Err(unknown(words)) };
    words.take_all(found.0);
    Ok(found)
}

fn unknown(words: &Words<'_>) -> LessonFault {
    let rest = words.rest();
    let [first, ..] = rest else {
        return LessonFault::new(words.end(), "the action is missing", "write `listen`");
    };
    let written = |many: usize| {
        let words: Vec<&str> = rest.iter().take(many).map(|word| word.text).collect();
        words.join(" ")
    };
    // A name may have several words.
    let tries = (1..=rest.len().min(4)).flat_map(|many| {
        let written = written(many);
        names().filter_map(move |(name, ..)| Some((likeness(&written, name)?, many, name)))
    });
    let meant = tries.max_by(|(a, ..), (b, ..)| a.total_cmp(b));
    let many = meant.map_or(1, |(_, many, _)| many);
    let help =
        "the names are those in the list that `:` opens: listen, connect, disconnect, send, ...";
    let what = format!("unknown action `{}`", written(many));
    let fault = LessonFault::new(first.start..rest[many - 1].end, what, help);
    meant.map_or(fault.clone(), |(.., name)| fault.did_you_mean(name))
}

fn held_state(words: &mut Words<'_>) -> Result<TcpState, LessonFault> {
    let state = |word: &str| word.parse().ok().filter(|state| HOLDABLE_STATES.contains(state));
    let names = HOLDABLE_STATES.map(TcpState::name).join(", ");
    words.need(state, "no state that can be held", &format!("write one of {names}"))
}

/// Takes the computer or listener, and the count, in any order.
fn operands(
    words: &mut Words<'_>,
    name: &str,
    action: Action,
) -> Result<(Option<ActionTarget>, Option<u32>), LessonFault> {
    let (mut target, mut count) = (None, None);
    while let Some(word) = words.peek() {
        let mut help = None;
        let is_right = if let Some(meant) = take_target(words)? {
            if let (ActionTarget::Listener(port), Action::Connect) = (&meant, action) {
                help = Some(format!("write `to 127.0.0.1:{port}`"));
            }
            let fits = match meant {
                ActionTarget::Computer { .. } => takes_computer(action),
                ActionTarget::Listener(_) => takes_listener(action),
            };
            target.replace(meant).is_none() && fits
        } else if let Some(number) = take_count(words, action)? {
            let fits = action.counts() && (number > 0 || Action::VERBS.contains(&action));
            count.replace(number).is_none() && fits
        } else {
            break;
        };
        if !is_right {
            return Err(word.unexpected(help.unwrap_or_else(|| takes(name, action))));
        }
    }
    Ok((target, count))
}

/// Takes how many times; 0 is `all`.
fn take_count(words: &mut Words<'_>, action: Action) -> Result<Option<u32>, LessonFault> {
    if words.take_all("all") {
        return Ok(Some(0));
    }
    let is_number = |word: &Word<'_>| word.text.bytes().all(|byte| byte.is_ascii_digit());
    let Some(word) = words.peek().filter(|word| !word.is_quoted && is_number(word)) else {
        return Ok(None);
    };
    words.take();
    let number = word.text.parse().ok().filter(|number| (1..=connect_spec::MOST).contains(number));
    number.map(Some).ok_or_else(|| {
        let all = if Action::VERBS.contains(&action) { ", or `all`" } else { "" };
        let help = format!("write a number from 1 to {}{all}", connect_spec::MOST);
        LessonFault::new(word.span(), format!("{} is not a number of times", word.text), help)
    })
}

fn take_target(words: &mut Words<'_>) -> Result<Option<ActionTarget>, LessonFault> {
    let at_server = words.take_all("the server's end of");
    let word = words.peek().filter(|word| !word.is_quoted);
    if let Some(word) = word.filter(|word| !at_server && word.text.starts_with(':')) {
        words.take();
        let port = computers::port(&word.text[1..], &word)?.unwrap_or(Port::ANY);
        return Ok(Some(ActionTarget::Listener(port)));
    }
    let found = match word.filter(|word| !word.text.starts_with(computers::SERVER)) {
        Some(_) => computers::take(words)?,
        None => None,
    };
    if found.is_none() && at_server {
        let help = "write `the server's end of laptop`";
        return Err(LessonFault::new(words.here(), "the computer is missing", help));
    }
    Ok(found.map(|(name, port)| ActionTarget::Computer { name, port, at_server }))
}

/// Whether an action is for a connection, a row, or the computer that connects.
fn takes_computer(action: Action) -> bool {
    let group = binding_of(action).map(|binding| binding.group);
    matches!(group, Some(Group::Client | Group::View))
        || matches!(
            action,
            Action::ServerCloses | Action::ShowDetails | Action::UseUpPorts | Action::HoldState(_)
        )
}

fn takes_listener(action: Action) -> bool {
    let group = binding_of(action).map(|binding| binding.group);
    group == Some(Group::Server)
        && !matches!(action, Action::ServerCloses | Action::NextListener | Action::AddListener)
}

/// What may stand after the name of an action, but for its options.
fn takes(name: &str, action: Action) -> String {
    let operands = [
        (takes_computer(action), "a computer (`laptop`)"),
        (takes_listener(action), "a listener (`:5001`)"),
        (action.counts(), "a number"),
    ];
    let operands = operands.into_iter().filter(|(is_taken, _)| *is_taken);
    let operands: Vec<&str> = operands.map(|(_, operand)| operand).collect();
    if operands.is_empty() {
        return format!("write `{name}` alone");
    }
    format!("`{name}` takes {}", operands.join(" and "))
}
