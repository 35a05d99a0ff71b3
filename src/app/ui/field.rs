use std::borrow::Cow;
use std::ops::RangeInclusive;
use std::str::FromStr;
use std::time::Duration;

use tui_input::{Input, InputRequest};

use crate::app::Key;
use crate::tcp::Port;

/// One line of a form.
#[derive(Clone, Debug)]
pub struct Field {
    /// The heading that it stands below, with its neighbours.
    pub group: &'static str,
    /// The name of the option.
    pub label: &'static str,
    /// The present value.
    pub value: Value,
    /// What may be typed, or what it means.
    pub hint: Cow<'static, str>,
    /// The system call that the value becomes.
    pub call: String,
}

/// What a field holds.
#[derive(Clone, Debug)]
pub enum Value {
    /// Free text.
    Text(Input),
    /// One of several.
    Choice {
        /// The options.
        options: &'static [&'static str],
        /// The selected one, counted from 0.
        chosen: usize,
    },
}

impl Field {
    /// The present value as text.
    pub fn shown(&self) -> &str {
        match &self.value {
            Value::Text(input) => input.value(),
            Value::Choice { options, chosen } => options.get(*chosen).unwrap_or(&""),
        }
    }

    pub(crate) fn parse<T: FromStr>(&self) -> Result<T, T::Err> {
        self.shown().trim().parse()
    }

    /// What is typed, unless it is nothing or `default`.
    pub(crate) fn unless<T, E>(
        &self,
        default: &str,
        parse: impl Fn(&str) -> Result<T, E>,
    ) -> Result<Option<T>, E> {
        let typed =
            Some(self.shown().trim()).filter(|typed| !typed.is_empty() && *typed != default);
        typed.map(parse).transpose()
    }

    /// The number in the field; `why` where it is none of those `allowed`.
    pub(crate) fn number<T: FromStr + PartialOrd>(
        &self,
        allowed: RangeInclusive<T>,
        why: &str,
    ) -> Result<T, String> {
        self.parse().ok().filter(|n| allowed.contains(n)).ok_or_else(|| why.to_owned())
    }

    /// The port in the field; `why` where it is none, or lower than `from`.
    pub(crate) fn port(&self, from: u16, why: &str) -> Result<Port, String> {
        self.number(from..=u16::MAX, why).map(Port)
    }

    pub(crate) fn seconds(&self) -> Result<Duration, String> {
        self.number(0.0..=86400.0, "Enter 0 to 86400 seconds.").map(Duration::from_secs_f64)
    }

    pub(crate) fn is_yes(&self) -> bool {
        self.chosen() == 1
    }

    pub(crate) fn pick<T: Copy, const N: usize>(&self, of_each: [T; N]) -> T {
        of_each[self.chosen().min(N - 1)]
    }

    /// The selected option; 0 for free text.
    pub fn chosen(&self) -> usize {
        match &self.value {
            Value::Text(_) => 0,
            Value::Choice { chosen, .. } => *chosen,
        }
    }
}

impl Value {
    pub(crate) fn text(value: impl Into<String>) -> Value {
        Value::Text(Input::new(value.into()))
    }

    pub(crate) fn choice(options: &'static [&'static str], chosen: usize) -> Value {
        Value::Choice { options, chosen: chosen.min(options.len().saturating_sub(1)) }
    }

    /// A time, 5 s where none is set.
    pub(crate) fn seconds(time: Option<Duration>) -> Value {
        Value::text(time.map_or(5.0, |time| time.as_secs_f64()).to_string())
    }

    pub(crate) fn yes_no(yes: bool) -> Value {
        Value::choice(&["no", "yes"], usize::from(yes))
    }
}

pub(crate) const LONGEST: usize = 256;

/// Takes a key in a line of text; says whether it has a meaning there.
#[expect(clippy::wildcard_enum_match_arm, reason = "a text field ignores all other keys")]
pub(crate) fn edit_text(input: &mut Input, key: Key) -> bool {
    let request = match key {
        Key::Char(c) if input.value().chars().count() < LONGEST => InputRequest::InsertChar(c),
        Key::Backspace => InputRequest::DeletePrevChar,
        Key::Delete => InputRequest::DeleteNextChar,
        Key::Left => InputRequest::GoToPrevChar,
        Key::Right => InputRequest::GoToNextChar,
        Key::Home | Key::Ctrl('a') => InputRequest::GoToStart,
        Key::End | Key::Ctrl('e') => InputRequest::GoToEnd,
        Key::Ctrl('u') => InputRequest::DeleteLine,
        Key::Ctrl('w') => InputRequest::DeletePrevWord,
        _ => return false,
    };
    input.handle(request);
    true
}
