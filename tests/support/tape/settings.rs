//! What the header of a script sets.

use std::time::Duration;

use regex::Regex;

use super::lexer::Kind;

/// The settings of a film that are honoured here; vhs's own values where a script says nothing.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) font_size: f64,
    pub(crate) letter_spacing: f64,
    pub(crate) line_height: f64,
    pub(crate) width: f64,
    pub(crate) height: f64,
    pub(crate) padding: f64,
    pub(crate) framerate: f64,
    pub(crate) typing_speed: Duration,
    pub(crate) wait_timeout: Duration,
    pub(crate) wait_pattern: Regex,
    pub(crate) theme: Option<String>,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            font_size: 22.0,
            letter_spacing: 1.0,
            line_height: 1.0,
            width: 1200.0,
            height: 600.0,
            padding: 60.0,
            framerate: 50.0,
            typing_speed: Duration::from_millis(50),
            wait_timeout: Duration::from_secs(15),
            wait_pattern: Regex::new(">$").expect("a regular expression"),
            theme: None,
        }
    }
}

impl Settings {
    pub(super) fn set(&mut self, name: &str, value: &Kind) -> Result<(), String> {
        match name {
            "FontSize" => self.font_size = number(name, value, 4.0, 200.0)?,
            "LetterSpacing" => self.letter_spacing = number(name, value, 0.0, 50.0)?,
            "LineHeight" => self.line_height = number(name, value, 0.5, 4.0)?,
            "Width" => self.width = number(name, value, 1.0, 10_000.0)?,
            "Height" => self.height = number(name, value, 1.0, 10_000.0)?,
            "Padding" => self.padding = number(name, value, 0.0, 1_000.0)?,
            "Framerate" => self.framerate = number(name, value, 1.0, 60.0)?,
            "TypingSpeed" => self.typing_speed = time(name, value)?,
            "WaitTimeout" => self.wait_timeout = time(name, value)?,
            "WaitPattern" => {
                let Kind::Regex(pattern) = value else {
                    return Err("write Set WaitPattern /.../".to_owned());
                };
                self.wait_pattern = Regex::new(pattern).map_err(|e| e.to_string())?;
            }
            "Theme" => {
                let Kind::Json(json) = value else {
                    return Err("write the theme as JSON: its colours are used here too".to_owned());
                };
                self.theme = Some(json.clone());
            }
            "Shell" => only(name, value, "bash")?,
            "CursorBlink" => only(name, value, "false")?,
            "FontFamily" => only(name, value, "JetBrains Mono")?,
            _ => {
                return Err(format!("Set {name} is not known to our player; leave it out"));
            }
        }
        Ok(())
    }
}

/// The time in `value`; a bare number is seconds.
pub(super) fn time(name: &str, value: &Kind) -> Result<Duration, String> {
    if let Kind::Time(time) = value {
        return Ok(*time);
    }
    let Kind::Number(seconds) = value else {
        return Err(format!("{name} needs a time, such as 500ms or 2s"));
    };
    Duration::try_from_secs_f64(*seconds).map_err(|e| e.to_string())
}

fn number(name: &str, value: &Kind, least: f64, most: f64) -> Result<f64, String> {
    if let Kind::Number(n) = value
        && (least..=most).contains(n)
    {
        return Ok(*n);
    }
    Err(format!("{name} is a number from {least} to {most}"))
}

fn only(name: &str, value: &Kind, wanted: &str) -> Result<(), String> {
    if let Kind::Word(word) | Kind::Text(word) = value
        && word == wanted
    {
        return Ok(());
    }
    Err(format!("our player knows only: Set {name} {wanted:?}"))
}
