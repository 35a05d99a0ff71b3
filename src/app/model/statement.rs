//! Something to say, without words.

use std::collections::BTreeMap;

use crate::app::format;

/// What happened: the key of its texts in `assets/words`, and what was seen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Statement {
    /// The key.
    pub key: &'static str,
    /// Values for the placeholders of a text, and conditions, which have an empty value.
    pub seen: BTreeMap<&'static str, String>,
}

impl Statement {
    /// A statement of which nothing is known yet.
    pub fn new(key: &'static str) -> Statement {
        Statement { key, seen: BTreeMap::new() }
    }

    /// Adds a value.
    #[must_use]
    #[expect(clippy::needless_pass_by_value, reason = "most values are made where they are added")]
    pub fn with(mut self, name: &'static str, value: impl ToString) -> Statement {
        self.seen.insert(name, value.to_string());
        self
    }

    /// Adds a condition, if it was seen.
    #[must_use]
    pub fn when(self, condition: &'static str, is_so: bool) -> Statement {
        if is_so { self.with(condition, "") } else { self }
    }

    #[must_use]
    pub(crate) fn with_some(self, name: &'static str, value: Option<impl ToString>) -> Statement {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// Adds a number with commas, if it is not 0.
    #[must_use]
    pub(crate) fn count(self, name: &'static str, number: u64) -> Statement {
        self.with_some(name, Some(number).filter(|number| *number > 0).map(format::number))
    }

    /// Text of another layer, such as a warning of the kernel's.
    pub fn verbatim(text: impl ToString) -> Statement {
        Statement::new("verbatim").with("text", text)
    }

    /// Whether that was seen.
    pub fn has(&self, name: &str) -> bool {
        self.seen.contains_key(name)
    }
}

impl From<&'static str> for Statement {
    fn from(key: &'static str) -> Statement {
        Statement::new(key)
    }
}
