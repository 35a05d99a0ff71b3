use std::collections::VecDeque;
use std::time::Duration;

use crate::app::{Action, Key, Scope, action_for};
use crate::tcp::Moment;

/// Keys that were typed while something was under way, in order: each is taken once that is done.
#[derive(Clone, Debug, Default)]
pub struct TypedAhead {
    waiting: VecDeque<(Moment, Typed)>,
    /// When one of them was taken the last time.
    taken: Option<Moment>,
    /// Whether they were waited for too long: until nothing is under way, none waits.
    pub hurries: bool,
}

/// What waits its turn.
#[derive(Clone, Debug)]
pub(crate) enum Typed {
    /// A key on the panes, whatever is drawn over them by then, with the count before it.
    OnPanes(Key, Option<u32>),
    /// A key for what the keys before it open.
    Key(Key),
    /// The first line of pasted text, and whether there are more.
    Text(String, bool),
    /// An action without a key, with its count.
    Action(Action, Option<u32>),
}

impl Typed {
    /// The action that is asked for, as far as that is known before its turn.
    pub(crate) fn action(&self) -> Option<Action> {
        match self {
            Typed::OnPanes(key, _) => action_for(Scope::Panes, *key),
            Typed::Key(_) | Typed::Text(..) => None,
            Typed::Action(action, _) => Some(*action),
        }
    }
}

impl Typed {
    /// Whether it is a digit of a count, which is that of the next key.
    pub(crate) fn is_digit(&self) -> bool {
        matches!(self, Typed::OnPanes(Key::Char('0'..='9'), _))
    }

    /// With the count that was typed before it, if it asks for an action.
    pub(crate) fn with_count(self, count: &mut Option<u32>) -> Typed {
        match self {
            Typed::OnPanes(key, _) if self.action().is_some() => Typed::OnPanes(key, count.take()),
            Typed::OnPanes(..) | Typed::Key(_) | Typed::Text(..) | Typed::Action(..) => self,
        }
    }
}

impl TypedAhead {
    const MOST: usize = 4096;
    /// After this time the screen says how many keys wait.
    const MOMENT: Duration = Duration::from_millis(300);

    /// Drops them all, where there are too many, or they have waited for longer than a moment; returns how many.
    pub(crate) fn drop_late(&mut self, now: Moment) -> Option<usize> {
        let is_late = self.waiting.len() >= TypedAhead::MOST || self.held_back(now).is_some();
        is_late.then(|| std::mem::take(&mut self.waiting).len())
    }

    /// Drops them all; returns how many, if there were any.
    pub(crate) fn drop_all(&mut self) -> Option<usize> {
        let keys = std::mem::take(&mut self.waiting).len();
        (keys > 0).then_some(keys)
    }

    /// Adds what was typed now, at the end; returns whether there was room.
    pub(crate) fn push(&mut self, now: Moment, typed: Typed) -> bool {
        let has_room = self.waiting.len() < TypedAhead::MOST;
        if has_room {
            self.waiting.push_back((now, typed));
        }
        has_room
    }

    /// What is asked for next, when it was typed, and since when it is the next one.
    pub(crate) fn next(&self) -> Option<(Option<Action>, Moment, Moment)> {
        let (typed_at, typed) = self.waiting.front()?;
        Some((typed.action(), *typed_at, self.taken.unwrap_or_default().max(*typed_at)))
    }

    /// What was taken asks for an action that has to wait.
    pub(crate) fn put_back(&mut self, now: Moment, action: Action, count: Option<u32>) {
        self.waiting.push_front((now, Typed::Action(action, count)));
    }

    pub(crate) fn take(&mut self, now: Moment) -> Option<Typed> {
        self.taken = Some(now);
        self.waiting.pop_front().map(|(_, typed)| typed)
    }

    /// The time of a key that is taken now: one that waited comes after what it waited for, which is no effect of its own.
    pub(crate) fn after(&self, now: Moment) -> Moment {
        if self.taken == Some(now) { now.plus(Duration::from_nanos(1)) } else { now }
    }

    /// Whether none waits.
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Whether one of them opens what takes the keys behind it.
    pub(crate) fn takes_keys(&self) -> bool {
        let mut actions = self.waiting.iter().filter_map(|(_, typed)| typed.action());
        actions.any(Action::takes_keys)
    }

    /// Whether one of them closes what is open.
    pub(crate) fn goes_back(&self) -> bool {
        self.waiting.iter().any(|(_, typed)| typed.action() == Some(Action::Back))
    }

    /// How many wait, if that takes longer than a moment.
    pub fn held_back(&self, now: Moment) -> Option<usize> {
        let (typed_at, _) = self.waiting.front()?;
        (now.since(*typed_at) >= TypedAhead::MOMENT).then_some(self.waiting.len())
    }
}
