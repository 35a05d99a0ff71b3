use std::borrow::Cow;

use tui_input::Input;

/// One line of a form.
#[derive(Clone, Debug)]
pub struct Field {
    /// What it asks.
    pub label: &'static str,
    /// What is chosen or typed.
    pub value: Value,
    /// What may be typed, or what it means.
    pub hint: Cow<'static, str>,
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

impl Field {
    /// A line to type in.
    pub fn text(
        label: &'static str,
        value: impl Into<String>,
        hint: impl Into<Cow<'static, str>>,
    ) -> Field {
        Field {
            label,
            value: Value::Text(Input::new(value.into())),
            hint: hint.into(),
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
            hint: hint.into(),
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
