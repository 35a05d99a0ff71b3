//! The words of a script.

use std::time::Duration;

use super::TapeError;

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Token {
    pub(super) line: usize,
    pub(super) kind: Kind,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kind {
    Word(String),
    Text(String),
    Number(f64),
    Time(Duration),
    Regex(String),
    Json(String),
    Sign(char),
}

pub(super) fn tokens(text: &str) -> Result<Vec<Token>, TapeError> {
    let mut found = Vec::new();
    let mut line = 1;
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let after = &rest[c.len_utf8()..];
        if c == '\n' {
            line += 1;
            rest = after;
            continue;
        }
        if c.is_whitespace() {
            rest = after;
            continue;
        }
        if c == '#' {
            rest = &after[after.find('\n').unwrap_or(after.len())..];
            continue;
        }
        let refused = |what: &str| TapeError { line, what: what.to_owned() };
        let (kind, behind) = token(c, rest, after).map_err(|what| refused(&what))?;
        found.push(Token { line, kind });
        line += rest[..rest.len() - behind.len()].matches('\n').count();
        rest = behind;
    }
    Ok(found)
}

/// The word that starts with `c` at `rest`, and what is left behind it.
fn token<'a>(c: char, rest: &'a str, after: &'a str) -> Result<(Kind, &'a str), String> {
    let number =
        c.is_ascii_digit() || (c == '.' && after.starts_with(|d: char| d.is_ascii_digit()));
    match c {
        '"' | '\'' | '`' => {
            let line = after.split('\n').next().unwrap_or_default();
            let end = line.find(c).ok_or_else(|| {
                format!("the quote {c} is not closed on its line; vhs knows no escapes, use another quote")
            })?;
            Ok((Kind::Text(line[..end].to_owned()), &after[end + 1..]))
        }
        '/' => {
            let line = after.split('\n').next().unwrap_or_default();
            let end = closing_slash(line).ok_or("the regular expression has no / at its end")?;
            let pattern = line[..end].replace("\\/", "/");
            Ok((Kind::Regex(pattern), &after[end + 1..]))
        }
        '{' => {
            let end = after.find('}').ok_or("the { has no }")?;
            let json = rest[..end + 2].to_owned();
            Ok((Kind::Json(json), &after[end + 1..]))
        }
        _ if number => number_or_time(rest),
        'a'..='z' | 'A'..='Z' | '.' => {
            let (word, behind) = rest.split_at(length_of_word(rest));
            Ok((Kind::Word(word.to_owned()), behind))
        }
        _ => Ok((Kind::Sign(c), after)),
    }
}

fn number_or_time(rest: &str) -> Result<(Kind, &str), String> {
    let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
    let (number, behind) = rest.split_at(digits);
    let value: f64 = number.parse().map_err(|_| format!("{number} is no number"))?;
    let (unit, after) = behind.split_at(length_of_word(behind));
    let scale = match unit {
        "" => return Ok((Kind::Number(value), behind)),
        "ms" => 0.001,
        "s" => 1.0,
        "m" => 60.0,
        _ => return Err(format!("{number}{unit} is no time; units are ms, s and m")),
    };
    let time = Duration::try_from_secs_f64(value * scale).map_err(|e| e.to_string())?;
    Ok((Kind::Time(time), after))
}

fn length_of_word(text: &str) -> usize {
    text.find(|c: char| !c.is_ascii_alphanumeric() && !"._/%-".contains(c)).unwrap_or(text.len())
}

fn closing_slash(line: &str) -> Option<usize> {
    let mut escaped = false;
    line.char_indices().find_map(|(at, c)| {
        let closes = c == '/' && !escaped;
        escaped = c == '\\' && !escaped;
        closes.then_some(at)
    })
}
