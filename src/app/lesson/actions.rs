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
        return Ok((
            LessonActionKind::Spotlight(claims::rows(remaining(&words, line, start))?),
            false,
        ));
    }
    if words.take_all("wait") {
        return Ok((LessonActionKind::Wait(time(&mut words)?), false));
    }
    words.take_all("look");
    let whole = words.span();
    let (name, action, on) = named(&mut words)?;
    if let Some(why) = why_not(action) {
        return Err(LessonFault::new(whole, format!("a lesson cannot do `{name}`")).help(why));
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

/// The words that are left, as a line of their own.
fn remaining<'a>(words: &Words<'a>, line: &'a str, start: usize) -> Words<'a> {
    let from = words.peek().map_or(line.len(), |word| word.start - start);
    Words::of(&line[from..], start + from)
}

fn time(words: &mut Words<'_>) -> Result<Duration, LessonFault> {
    let span = words.peek().map_or(words.end(), |word| word.span());
    let time = words.take_if(|word| {
        let millis = match word.strip_suffix("ms") {
            Some(millis) => millis.parse().ok()?,
            None => word.strip_suffix('s')?.parse::<f64>().ok()? * 1000.0,
        };
        (1.0..=10_000.0).contains(&millis).then(|| Duration::from_secs_f64(millis / 1000.0))
    });
    let time = time.ok_or_else(|| {
        LessonFault::new(span, "no time to wait")
            .help("write `wait 2s`, at most `10s`, or `wait 500ms`")
    })?;
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
    let Some(first) = rest.first() else {
        return LessonFault::new(words.end(), "the action is missing").help("write `listen`");
    };
    let fault = |many: usize| {
        let written: Vec<&str> = rest.iter().take(many).map(|word| word.text).collect();
        let written = written.join(" ");
        let end = rest.get(many - 1).map_or(first.end, |word| word.end);
        LessonFault::new(first.start..end, format!("unknown action `{written}`"))
    };
    // A name may have several words.
    let tries = (1..=rest.len().min(4)).flat_map(|many| {
        let written: Vec<&str> = rest.iter().take(many).map(|word| word.text).collect();
        let written = written.join(" ");
        names().filter_map(move |(name, ..)| Some((likeness(&written, name)?, many, name)))
    });
    if let Some((_, many, name)) = tries.max_by(|(a, ..), (b, ..)| a.total_cmp(b)) {
        return fault(many).did_you_mean(name);
    }
    fault(1).help(
        "the names are those in the list that `:` opens: listen, connect, disconnect, send, ...",
    )
}

fn held_state(words: &mut Words<'_>) -> Result<TcpState, LessonFault> {
    let span = words.peek().map_or(words.end(), |word| word.span());
    let state =
        words.take_if(|word| word.parse().ok().filter(|state| HOLDABLE_STATES.contains(state)));
    state.ok_or_else(|| {
        let names = HOLDABLE_STATES.map(TcpState::name).join(", ");
        LessonFault::new(span, "no state that can be held").help(format!("write one of {names}"))
    })
}

/// Takes the computer or listener, and the count, in any order.
fn operands(
    words: &mut Words<'_>,
    name: &str,
    action: Action,
) -> Result<(Option<ActionTarget>, Option<u32>), LessonFault> {
    let (mut target, mut count) = (None, None);
    while let Some(word) = words.peek() {
        if let Some(meant) = take_target(words)? {
            let is_fit = match &meant {
                ActionTarget::Computer { .. } => takes_computer(action),
                ActionTarget::Listener(_) => takes_listener(action),
            };
            if !is_fit || target.is_some() {
                let help = match meant {
                    ActionTarget::Listener(port) if action == Action::Connect => {
                        format!("write `to 127.0.0.1:{port}`")
                    }
                    ActionTarget::Computer { .. } | ActionTarget::Listener(_) => {
                        takes(name, action)
                    }
                };
                return Err(word.unexpected().help(help));
            }
            target = Some(meant);
        } else if word.is("all")
            || (!word.is_quoted && word.text.bytes().all(|byte| byte.is_ascii_digit()))
        {
            words.take();
            count = Some(counted(word, name, action, count)?);
        } else {
            break;
        }
    }
    Ok((target, count))
}

fn counted(
    word: Word<'_>,
    name: &str,
    action: Action,
    before: Option<u32>,
) -> Result<u32, LessonFault> {
    let is_all = word.is("all");
    if !action.counts() || before.is_some() || (is_all && !Action::VERBS.contains(&action)) {
        return Err(word.unexpected().help(takes(name, action)));
    }
    if is_all {
        return Ok(0);
    }
    let all = if Action::VERBS.contains(&action) { ", or `all`" } else { "" };
    let number = word.text.parse().ok().filter(|number| (1..=connect_spec::MOST).contains(number));
    number.ok_or_else(|| {
        LessonFault::new(word.span(), format!("{} is not a number of times", word.text))
            .help(format!("write a number from 1 to {}{all}", connect_spec::MOST))
    })
}

fn take_target(words: &mut Words<'_>) -> Result<Option<ActionTarget>, LessonFault> {
    let at_server = words.take_all("the server's end of");
    let Some(word) = words.peek() else {
        return if at_server { Err(whose(words)) } else { Ok(None) };
    };
    if let Some(port) = word.text.strip_prefix(':').filter(|_| !at_server && !word.is_quoted) {
        words.take();
        let port = computers::port(port, &word)?.unwrap_or(Port::ANY);
        return Ok(Some(ActionTarget::Listener(port)));
    }
    let before = words.clone();
    let found = computers::take(words).filter(|(_, name, _)| name != computers::SERVER);
    let Some((_, name, port)) = found else {
        *words = before;
        return if at_server { Err(whose(words)) } else { Ok(None) };
    };
    let port = port.map_or(Ok(None), |port| computers::port(port, &word))?;
    Ok(Some(ActionTarget::Computer { name, port, at_server }))
}

fn whose(words: &Words<'_>) -> LessonFault {
    let span = words.peek().map_or(words.end(), |word| word.span());
    LessonFault::new(span, "the computer is missing").help("write `the server's end of laptop`")
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
