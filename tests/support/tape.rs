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

#[derive(Clone, Debug, Default)]
pub(crate) struct Tape {
    pub(crate) outputs: Vec<String>,
    pub(crate) requires: Vec<String>,
    pub(crate) env: Vec<(String, String)>,
    pub(crate) settings: Settings,
    pub(crate) steps: Vec<Step>,
}

#[derive(Clone, Debug)]
pub(crate) struct Step {
    pub(crate) line: usize,
    pub(crate) command: Command,
}

#[derive(Clone, Debug)]
pub(crate) enum Command {
    Type { text: String, every: Option<Duration> },
    Press { key: String, times: u32, every: Option<Duration> },
    Pace(Duration),
    Sleep(Duration),
    Wait { scope: Scope, limit: Option<Duration>, pattern: Option<Regex> },
    Hide,
    Show,
    Screenshot(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    Line,
    Screen,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TapeError {
    pub(crate) line: usize,
    pub(crate) what: String,
}

impl fmt::Display for TapeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.what)
    }
}

#[cfg(test)]
mod tests;
