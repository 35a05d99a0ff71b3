//! The commands of a script.

use std::time::Duration;

use regex::Regex;

use super::lexer::{Kind, Token, tokens};
use super::rules::check_hiding;
use super::settings::time;
use super::{Command, Scope, Step, Tape, TapeError};

/// The keys that vhs calls as the dashboard does.
const KEYS: &str = "Enter Space Tab Backspace Delete Up Down Left Right PageUp PageDown";

/// The dashboard's name of the key that vhs calls so.
fn key_named(name: &str) -> Option<&str> {
    if name == "Escape" { Some("Esc") } else { KEYS.split(' ').find(|key| *key == name) }
}

pub(crate) fn parse(text: &str) -> Result<Tape, TapeError> {
    let mut parser =
        Parser { tokens: tokens(text)?, next: 0, tape: Tape::default(), in_header: true };
    while let Some(token) = parser.take() {
        let line = token.line;
        parser.command(&token).map_err(|what| TapeError { line, what })?;
    }
    check_hiding(&parser.tape)?;
    Ok(parser.tape)
}

struct Parser {
    tokens: Vec<Token>,
    next: usize,
    tape: Tape,
    in_header: bool,
}

impl Parser {
    fn take(&mut self) -> Option<Token> {
        let token = self.tokens.get(self.next).cloned();
        self.next += usize::from(token.is_some());
        token
    }

    fn peek(&self) -> Option<&Kind> {
        self.tokens.get(self.next).map(|token| &token.kind)
    }

    fn took(&mut self, sign: char) -> bool {
        let is_next = self.peek() == Some(&Kind::Sign(sign));
        self.next += usize::from(is_next);
        is_next
    }

    fn command(&mut self, token: &Token) -> Result<(), String> {
        let Kind::Word(word) = &token.kind else {
            return Err(format!("a command was expected, not {:?}", token.kind));
        };
        match word.as_str() {
            "Set" => return self.set(token.line),
            "Output" | "Require" => {
                let value = self.text(word)?;
                if !self.in_header {
                    return Err(format!("{word} belongs into the header, before every Env"));
                }
                let list = match word.as_str() {
                    "Output" => &mut self.tape.outputs,
                    _ => &mut self.tape.requires,
                };
                list.push(value);
                return Ok(());
            }
            _ => self.in_header = false,
        }
        let command = match word.as_str() {
            "Env" => {
                let pair = (self.text(word)?, self.text(word)?);
                self.tape.env.push(pair);
                return Ok(());
            }
            "Type" => self.typed()?,
            "Sleep" => Command::Sleep(self.time(word)?),
            "Wait" => self.wait()?,
            "Hide" => Command::Hide,
            "Show" => Command::Show,
            "Screenshot" => Command::Screenshot(self.text(word)?),
            "Ctrl" | "Alt" | "Shift" => self.chord(word)?,
            _ => self.key(word)?,
        };
        self.tape.steps.push(Step { line: token.line, command });
        Ok(())
    }

    fn set(&mut self, line: usize) -> Result<(), String> {
        let name = self.text("Set")?;
        let value = self.take().ok_or_else(|| format!("Set {name} has no value"))?;
        if self.in_header {
            return self.tape.settings.set(&name, &value.kind);
        }
        if name != "TypingSpeed" {
            return Err(format!(
                "vhs ignores Set {name} after the header, which the first other command ends"
            ));
        }
        let command = Command::Pace(time(&name, &value.kind)?);
        self.tape.steps.push(Step { line, command });
        Ok(())
    }

    fn text(&mut self, of: &str) -> Result<String, String> {
        match self.take().map(|token| token.kind) {
            Some(Kind::Word(text) | Kind::Text(text)) => Ok(text),
            _ => Err(format!("{of} lacks a word; quote what is not made of letters")),
        }
    }

    fn time(&mut self, of: &str) -> Result<Duration, String> {
        let missing = || format!("{of} lacks a time");
        time(of, &self.take().ok_or_else(missing)?.kind)
    }

    /// `@time`, where it stands.
    fn at_time(&mut self, of: &str) -> Result<Option<Duration>, String> {
        if self.took('@') { self.time(of).map(Some) } else { Ok(None) }
    }

    fn typed(&mut self) -> Result<Command, String> {
        let every = self.at_time("Type")?;
        let mut parts = Vec::new();
        while let Some(Kind::Text(part)) = self.peek() {
            parts.push(part.clone());
            self.next += 1;
        }
        if parts.is_empty() {
            return Err("quote what is typed: vhs refuses some bare words".to_owned());
        }
        let text = parts.join(" ");
        Ok(Command::Type { text, every })
    }

    fn wait(&mut self) -> Result<Command, String> {
        let scope = match self.took('+').then(|| self.text("Wait+")).transpose()? {
            None => Scope::Line,
            Some(place) if place == "Line" => Scope::Line,
            Some(place) if place == "Screen" => Scope::Screen,
            Some(place) => return Err(format!("Wait+{place} is unknown; write Wait+Screen")),
        };
        let limit = self.at_time("Wait")?;
        let mut pattern = None;
        if let Some(Kind::Regex(text)) = self.peek() {
            pattern = Some(Regex::new(text).map_err(|e| e.to_string())?);
            self.next += 1;
        }
        Ok(Command::Wait { scope, limit, pattern })
    }

    fn key(&mut self, word: &str) -> Result<Command, String> {
        let key = key_named(word).ok_or_else(|| not_a_command(word))?;
        self.pressed(word, key.to_owned())
    }

    fn pressed(&mut self, word: &str, key: String) -> Result<Command, String> {
        let every = self.at_time(word)?;
        let mut times = 1;
        if let Some(Kind::Number(n)) = self.peek() {
            times = n
                .to_string()
                .parse()
                .map_err(|_| format!("{word} is pressed a whole number of times"))?;
            self.next += 1;
        }
        Ok(Command::Press { key, times, every })
    }

    fn chord(&mut self, first: &str) -> Result<Command, String> {
        let mut held = vec![first.to_owned()];
        let last = loop {
            if !self.took('+') {
                return Err(format!("{first} needs another key: {first}+x"));
            }
            match self.take().map(|token| token.kind) {
                Some(Kind::Word(word)) if ["Alt", "Shift"].contains(&word.as_str()) => {
                    held.push(word);
                }
                Some(Kind::Word(word)) => break word,
                Some(Kind::Sign(sign)) => break sign.to_string(),
                _ => return Err(format!("{first} needs a letter or a key")),
            }
        };
        let holds = |name: &str| held.iter().any(|modifier| modifier == name);
        let mut key = plain(&last)?;
        if holds("Ctrl") {
            key = controlled(&key)?;
        } else if holds("Shift") {
            key = shifted(&key);
        }
        if holds("Alt") {
            key = format!("alt-{key}");
        }
        self.pressed(first, key)
    }
}

/// The key that a chord ends with, in the dashboard's notation.
fn plain(word: &str) -> Result<String, String> {
    match key_named(word) {
        Some(key) => Ok(key.to_owned()),
        None if word.chars().count() == 1 => Ok(word.to_owned()),
        None => Err(not_a_command(word)),
    }
}

fn controlled(key: &str) -> Result<String, String> {
    let refused = |why: &str| Err(format!("Ctrl+{key}: {why}"));
    match key.to_ascii_lowercase().as_str() {
        "s" | "m" => refused("vhs takes the letter for a unit of time; use another key"),
        letter if letter.len() == 1 && b"@[\\]^".contains(&letter.as_bytes()[0]) => {
            Ok(format!("ctrl-{letter}"))
        }
        letter if letter.len() == 1 && letter.as_bytes()[0].is_ascii_lowercase() => {
            Ok(format!("ctrl-{letter}"))
        }
        _ => refused("terminals have no byte for it"),
    }
}

fn shifted(key: &str) -> String {
    match key {
        "Tab" => "shift-Tab".to_owned(),
        letter if letter.len() == 1 => letter.to_ascii_uppercase(),
        named => named.to_owned(),
    }
}

fn not_a_command(word: &str) -> String {
    let function_key = word.strip_prefix('F').is_some_and(|n| n.parse::<u8>().is_ok());
    match word {
        "Home" | "End" => format!("vhs has no key {word}: press a letter that does the same"),
        _ if function_key => format!("vhs has no key {word}: press a letter that does the same"),
        "Source" => "a film is one file: no Source".to_owned(),
        "Copy" | "Paste" => format!("{word} needs a clipboard, which not every machine has"),
        _ => format!("{word} is no command"),
    }
}
