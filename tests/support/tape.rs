//! A film's script in the language of vhs, read more strictly than vhs does.

use std::fmt;
use std::time::Duration;

use regex::Regex;

mod lexer;
mod parser;
mod rules;
mod settings;

pub(crate) use parser::parse;
pub(crate) use settings::Settings;

/// A whole script.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tape {
    /// The files that the film is written to.
    pub(crate) outputs: Vec<String>,
    /// The programs it cannot do without.
    pub(crate) requires: Vec<String>,
    /// The variables that the shell starts with.
    pub(crate) env: Vec<(String, String)>,
    /// What the header sets.
    pub(crate) settings: Settings,
    /// What is done, in order.
    pub(crate) steps: Vec<Step>,
}

/// One command of a script.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    /// The line it starts at, from 1.
    pub(crate) line: usize,
    /// What is done.
    pub(crate) command: Command,
}

/// What a script can do.
#[derive(Clone, Debug)]
pub(crate) enum Command {
    /// Types text, one character every so often.
    Type {
        /// The text.
        text: String,
        /// The time between characters; else the typing speed.
        every: Option<Duration>,
    },
    /// Presses a key so many times.
    Press {
        /// The key, in the dashboard's notation.
        key: String,
        /// How often.
        times: u32,
        /// The time between two; else the typing speed.
        every: Option<Duration>,
    },
    /// Types at another speed from here on.
    Pace(Duration),
    /// Lets time pass.
    Sleep(Duration),
    /// Waits for text.
    Wait {
        /// Where to look.
        scope: Scope,
        /// For how long; else the script's time-out.
        limit: Option<Duration>,
        /// What to look for; else the script's pattern.
        pattern: Option<Regex>,
    },
    /// Films no more.
    Hide,
    /// Films again.
    Show,
    /// Takes a picture.
    Screenshot(String),
}

/// Where a `Wait` looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    /// The line of the cursor.
    Line,
    /// The whole screen.
    Screen,
}

/// Why a script was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TapeError {
    /// The line to blame, from 1.
    pub(crate) line: usize,
    /// What is wrong with it, and what would be right.
    pub(crate) what: String,
}

impl fmt::Display for TapeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.what)
    }
}

#[cfg(test)]
mod tests;
