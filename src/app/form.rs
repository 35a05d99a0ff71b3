#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "a form ignores every key that it does not name"
)]

use std::ops::RangeInclusive;
use std::time::Duration;

use tui_input::{Input, InputRequest};

use crate::app::Key;

/// Fields to fill in; each shows the socket call that it becomes.
#[derive(Clone, Debug)]
pub struct Form {
    /// From top to bottom.
    pub fields: Vec<Field>,
    /// Which field the cursor is in.
    pub at: usize,
    /// Whether the cursor has only just come there: what is typed now takes the place of the old value.
    pub is_new_there: bool,
    /// What is wrong, and in which field.
    pub wrong: Option<Wrong>,
}

/// What is wrong with a value, and what would be right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// The field, counted from 0.
    pub field: usize,
    /// What would be right.
    pub why: String,
}

impl Wrong {
    pub(crate) fn new(field: usize, why: impl Into<String>) -> Wrong {
        Wrong {
            field,
            why: why.into(),
        }
    }
}

/// One line of a form.
#[derive(Clone, Debug)]
pub struct Field {
    /// What it asks.
    pub label: &'static str,
    /// What is chosen or typed.
    pub value: Value,
    /// What may be typed, or what it means.
    pub hint: &'static str,
    /// The socket call that the present value becomes.
    pub call: String,
}

/// What a field holds.
#[derive(Clone, Debug)]
pub enum Value {
    /// Free text.
    Text(Input),
    /// One of several.
    Choice {
        /// What there is to choose from.
        options: Vec<String>,
        /// Which one, counted from 0.
        chosen: usize,
    },
}

/// What a key did to a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Something changed; it stays open.
    Open,
    /// The key means nothing there; it stays open.
    Ignored,
    /// The person wants it to be applied.
    Confirmed,
    /// The person wants none of it.
    Dropped,
}

impl Field {
    /// A line to type in.
    pub fn text(label: &'static str, value: impl Into<String>, hint: &'static str) -> Field {
        Field {
            label,
            value: Value::Text(Input::new(value.into())),
            hint,
            call: String::new(),
        }
    }

    /// A line to choose in.
    pub fn choice(
        label: &'static str,
        options: &[&str],
        chosen: usize,
        hint: &'static str,
    ) -> Field {
        let options: Vec<String> = options.iter().map(|option| (*option).to_owned()).collect();
        let chosen = chosen.min(options.len().saturating_sub(1));
        Field {
            label,
            value: Value::Choice { options, chosen },
            hint,
            call: String::new(),
        }
    }

    /// The present value as text.
    pub fn shown(&self) -> &str {
        match &self.value {
            Value::Text(input) => input.value(),
            Value::Choice { options, chosen } => options.get(*chosen).map_or("", String::as_str),
        }
    }

    /// Which option is chosen; 0 for free text.
    pub fn chosen(&self) -> usize {
        match &self.value {
            Value::Text(_) => 0,
            Value::Choice { chosen, .. } => *chosen,
        }
    }
}

/// The two options of a yes-or-no field.
pub(crate) const YES_NO: [&str; 2] = ["no", "yes"];

/// The call that switches a socket option on.
pub(crate) fn option_call(name: &str, on: bool) -> String {
    if on {
        format!("setsockopt(fd, {name}, 1)")
    } else {
        "no call".to_owned()
    }
}

/// The longest text that a field takes.
const LONGEST: usize = 256;

impl Form {
    /// A form with these fields, the cursor in the first.
    pub fn new(fields: Vec<Field>) -> Form {
        Form {
            fields,
            at: 0,
            is_new_there: true,
            wrong: None,
        }
    }

    /// Whether the second of two options is chosen.
    pub(crate) fn is_yes(&self, field: usize) -> bool {
        self.fields[field].chosen() == 1
    }

    /// The number in a field.
    ///
    /// # Errors
    /// `why`, when it is none of those `allowed`.
    pub(crate) fn number(
        &self,
        field: usize,
        allowed: RangeInclusive<u32>,
        why: &str,
    ) -> Result<u32, Wrong> {
        let typed = self.fields[field].shown().trim().parse().ok();
        typed
            .filter(|n| allowed.contains(n))
            .ok_or_else(|| Wrong::new(field, why))
    }

    /// The time in a field.
    ///
    /// # Errors
    /// When it is not between nothing and a day.
    pub(crate) fn seconds(&self, field: usize) -> Result<Duration, Wrong> {
        let typed = self.fields[field].shown().trim().parse::<f64>().ok();
        let allowed = typed.filter(|seconds| (0.0..=86400.0).contains(seconds));
        allowed
            .map(Duration::from_secs_f64)
            .ok_or_else(|| Wrong::new(field, "seconds, from 0 to 86400"))
    }

    /// Takes a key.
    pub fn press(&mut self, key: Key) -> Outcome {
        match key {
            Key::Enter => return Outcome::Confirmed,
            Key::Esc => return Outcome::Dropped,
            Key::Tab | Key::Down => {
                self.go_to((self.at + 1) % self.fields.len());
            }
            Key::BackTab | Key::Up => {
                self.go_to((self.at + self.fields.len() - 1) % self.fields.len());
            }
            other if self.edit(other) => (),
            _ => return Outcome::Ignored,
        }
        Outcome::Open
    }

    /// Takes pasted text: printable characters only, and no more than fits.
    pub fn paste(&mut self, text: &str) {
        for c in text.chars().filter(|c| !c.is_control()).take(LONGEST) {
            self.edit(Key::Char(c));
        }
    }

    /// Moves the cursor to a field.
    pub(crate) fn go_to(&mut self, field: usize) {
        self.at = field;
        self.is_new_there = true;
    }

    /// Takes a key in the field with the cursor; says whether it means anything there.
    fn edit(&mut self, key: Key) -> bool {
        let Some(field) = self.fields.get_mut(self.at) else {
            return false;
        };
        let is_known = match &mut field.value {
            Value::Text(input) => {
                let replaces = matches!(key, Key::Char(_) | Key::Backspace | Key::Delete);
                if self.is_new_there && replaces {
                    input.reset();
                }
                edit_text(input, key)
            }
            Value::Choice { options, chosen } => {
                let many = options.len().max(1);
                let step = match key {
                    Key::Right | Key::Char(' ' | 'l') => 1,
                    Key::Left | Key::Char('h') => many - 1,
                    _ => 0,
                };
                *chosen = (*chosen + step) % many;
                step != 0
            }
        };
        if is_known {
            self.is_new_there = false;
            self.wrong = None;
        }
        is_known
    }
}

/// Takes a key in a line of text; says whether it means anything there.
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
