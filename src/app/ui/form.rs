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

    /// Takes a key; says whether it has a meaning there.
    pub(crate) fn press(&mut self, key: Key) -> bool {
        let many = self.fields.len();
        if matches!(key, Key::Tab | Key::Down) {
            self.go_to((self.at + 1) % many);
        } else if matches!(key, Key::BackTab | Key::Up) {
            self.go_to((self.at + many - 1) % many);
        } else {
            return self.edit(key);
        }
        true
    }

    /// The choice with an option that ends with this field's label in any case, and the place of that option.
    fn choice_of(&self, field: usize) -> Option<(usize, usize)> {
        let label = self.fields.get(field)?.label.to_lowercase();
        let is_its = |option: &&str| option.to_lowercase().ends_with(&label);
        self.fields.iter().enumerate().find_map(|(n, choice)| {
            let Value::Choice { options, .. } = &choice.value else { return None };
            Some((n, options.iter().position(is_its)?))
        })
    }

    /// Whether a field does not count: the option that it belongs to is not selected.
    pub fn is_idle(&self, field: usize) -> bool {
        let choice = self.choice_of(field);
        choice.is_some_and(|(choice, option)| self.fields[choice].chosen() != option)
    }

    /// Selects the option that a field belongs to, so that what is typed counts.
    fn choose_for(&mut self, field: usize) {
        if let Some((choice, option)) = self.choice_of(field)
            && let Value::Choice { chosen, .. } = &mut self.fields[choice].value
        {
            *chosen = option;
        }
    }

    pub(crate) fn go_to(&mut self, field: usize) {
        self.at = field;
        self.is_new_there = true;
    }

    fn edit(&mut self, key: Key) -> bool {
        let Some(field) = self.fields.get_mut(self.at) else { return false };
        let before = field.shown().to_owned();
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
                let is_next = matches!(key, Key::Right | Key::Char(' ' | 'l'));
                let is_before = matches!(key, Key::Left | Key::Char('h'));
                let step = usize::from(is_next) + usize::from(is_before) * (many - 1);
                *chosen = (*chosen + step) % many;
                is_next || is_before
            }
        };
        let is_changed = field.shown() != before;
        if is_known {
            self.is_new_there = false;
            self.wrong = None;
        }
        if is_changed {
            self.choose_for(self.at);
        }
        is_known
    }
}
