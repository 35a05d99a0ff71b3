use crate::app::ui::field::edit_text;
use crate::app::{Field, Key, Value};

/// Fields to fill in; each shows the system call that it becomes.
#[derive(Clone, Debug)]
pub struct Form {
    /// From top to bottom.
    pub fields: Vec<Field>,
    /// The field with the cursor.
    pub at: usize,
    /// Whether the cursor has just moved there: the first character typed replaces the old value.
    pub is_new_there: bool,
    /// The invalid value.
    pub wrong: Option<Wrong>,
}

/// Whose options a form has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FormKind {
    /// The selected listener's.
    Listen,
    /// Those of a listener that is to be added.
    AnotherListener,
    /// The client's.
    Connect,
    /// The ports to use up.
    Ports,
}

/// An invalid value, and what would be right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// The field, counted from 0.
    pub field: usize,
    /// What would be right.
    pub why: String,
}

impl Wrong {
    /// Errors of a parser, which end a line of the shell, become sentences.
    pub(crate) fn new(field: usize, why: impl Into<String>) -> Wrong {
        let why = why.into();
        let mut rest = why.chars();
        let first = rest.next().map(|first| first.to_ascii_uppercase());
        let stop = if why.ends_with(['.', '?']) { "" } else { "." };
        Wrong { field, why: first.into_iter().chain(rest).collect::<String>() + stop }
    }
}

pub(crate) fn option_call(name: &str, field: &Field) -> String {
    if field.is_yes() { format!("setsockopt(fd, {name}, 1)") } else { "no call".to_owned() }
}

impl Form {
    /// A form with these fields, the cursor in the first.
    pub fn new(fields: Vec<Field>) -> Form {
        Form { fields, at: 0, is_new_there: true, wrong: None }
    }

    /// The choice with an option that ends with this field's label in any case, and the place of that option.
    pub(crate) fn choice_of(&self, field: usize) -> Option<(usize, usize)> {
        let label = self.fields.get(field)?.label.to_lowercase();
        let is_its = |option: &&str| option.to_lowercase().ends_with(&label);
        self.fields.iter().enumerate().find_map(|(n, choice)| {
            let Value::Choice { options, .. } = &choice.value else { return None };
            Some((n, options.iter().position(is_its)?))
        })
    }

    /// With these values, each by the place of its field.
    pub(crate) fn filled(mut self, values: &[(usize, String)]) -> Form {
        for (field, value) in values {
            self.fill(*field, value);
        }
        self
    }

    /// Gives a field its value, of a choice by the words of its option; nothing else fits a choice.
    pub(crate) fn fill(&mut self, field: usize, to: &str) {
        match self.fields.get_mut(field).map(|field| &mut field.value) {
            Some(Value::Choice { options, chosen }) => {
                let place = options.iter().position(|option| option.eq_ignore_ascii_case(to));
                *chosen = place.unwrap_or(*chosen);
            }
            Some(text @ Value::Text(_)) => *text = Value::text(to),
            None => (),
        }
    }

    /// Whether a field belongs to one option of a choice, beside which it is drawn: the cursor has no place in it.
    pub fn is_part(&self, field: usize) -> bool {
        self.choice_of(field).is_some()
    }

    /// The field that belongs to the selected option of a choice.
    pub fn part_of(&self, choice: usize) -> Option<usize> {
        let selected = Some((choice, self.fields.get(choice)?.chosen()));
        (0..self.fields.len()).find(|field| self.choice_of(*field) == selected)
    }

    /// Whether a field does not count: the option that it belongs to is not selected.
    pub fn is_idle(&self, field: usize) -> bool {
        let choice = self.choice_of(field);
        choice.is_some_and(|(choice, option)| self.fields[choice].chosen() != option)
    }

    /// Moves the cursor to a field, or to the choice that it is a part of.
    pub(crate) fn go_to(&mut self, field: usize) {
        self.at = self.choice_of(field).map_or(field, |(choice, _)| choice);
        self.is_new_there = true;
    }

    /// Moves the cursor so many fields further, from the last one to the first.
    pub(crate) fn step(&mut self, steps: i64) {
        let places = (0..self.fields.len()).filter(|field| !self.is_part(*field));
        let places: Vec<usize> = places.collect();
        let now = places.iter().position(|field| *field == self.at).unwrap_or(0);
        let many = i64::try_from(places.len()).unwrap_or(1).max(1);
        let next = (i64::try_from(now).unwrap_or(0) + steps).rem_euclid(many);
        self.go_to(usize::try_from(next).map_or(0, |next| places[next]));
    }

    /// Takes a key; says whether it has a meaning there.
    pub(crate) fn edit(&mut self, key: Key) -> bool {
        let is_known = self.turn(key) || self.typed_at(key).is_some_and(|at| self.write(at, key));
        if is_known {
            self.wrong = None;
        }
        is_known
    }

    /// Selects the next option of a choice, or the one before.
    fn turn(&mut self, key: Key) -> bool {
        let is_next = matches!(key, Key::Right | Key::Char(' ' | 'l'));
        let is_before = matches!(key, Key::Left | Key::Char('h'));
        let Some(Field { value: Value::Choice { options, chosen }, .. }) =
            self.fields.get_mut(self.at).filter(|_| is_next || is_before)
        else {
            return false;
        };
        let many = options.len().max(1);
        *chosen = (*chosen + if is_next { 1 } else { many - 1 }) % many;
        self.is_new_there = true;
        true
    }

    /// The field that takes what is typed: in a choice the part of its option, and for a digit that of the first option with one.
    fn typed_at(&mut self, key: Key) -> Option<usize> {
        let at = self.at;
        if let Value::Text(_) = self.fields.get(at)?.value {
            return Some(at);
        }
        let part = self.part_of(at);
        let Key::Char(c) = key else { return part };
        match part {
            Some(_) => part.filter(|_| c.is_ascii_digit() || matches!(c, '-' | '.')),
            None if c.is_ascii_digit() => {
                let of_choice = |n: &usize| self.choice_of(*n).is_some_and(|(of, _)| of == at);
                let part = (0..self.fields.len()).find(of_choice)?;
                let (_, option) = self.choice_of(part)?;
                if let Value::Choice { chosen, .. } = &mut self.fields[at].value {
                    *chosen = option;
                }
                self.is_new_there = true;
                Some(part)
            }
            None => None,
        }
    }

    fn write(&mut self, at: usize, key: Key) -> bool {
        let Value::Text(input) = &mut self.fields[at].value else { return false };
        if self.is_new_there && matches!(key, Key::Char(_) | Key::Backspace | Key::Delete) {
            input.reset();
        }
        let is_known = edit_text(input, key);
        self.is_new_there &= !is_known;
        is_known
    }
}
