//! A film's script: the part of vhs's language that our films use, one command a line, read more strictly than vhs does.

use std::time::Duration;

use regex::Regex;

#[derive(Clone, Debug, Default)]
pub(crate) struct Tape {
    pub(crate) outputs: Vec<String>,
    pub(crate) requires: Vec<String>,
    pub(crate) settings: Settings,
    pub(crate) steps: Vec<Step>,
}

/// What the header sets; vhs's own values where a script says nothing.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) font_size: f64,
    pub(crate) letter_spacing: f64,
    pub(crate) width: f64,
    pub(crate) height: f64,
    pub(crate) padding: f64,
    pub(crate) framerate: f64,
    pub(crate) typing_speed: Duration,
    pub(crate) wait_timeout: Duration,
    pub(crate) theme: Option<String>,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            font_size: 22.0,
            letter_spacing: 1.0,
            width: 1200.0,
            height: 600.0,
            padding: 60.0,
            framerate: 50.0,
            typing_speed: Duration::from_millis(50),
            wait_timeout: Duration::from_secs(15),
            theme: None,
        }
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Step {
    pub(crate) line: usize,
    pub(crate) command: Command,
}

#[derive(Clone, Debug)]
pub(crate) enum Command {
    Type {
        text: String,
        every: Option<Duration>,
    },
    /// A key, by the dashboard's name for it.
    Press(String),
    Sleep(Duration),
    /// Waits for the pattern on the whole screen, or for the prompt on the cursor's line.
    Wait(Option<Regex>),
    Hide,
    Show,
    Screenshot(String),
}

/// `Wait+Screen`, `Set Width`, `Type@500ms`: a name and what is behind it; then a value; then a remark.
const LINE: &str = r#"(?x)^ (?<name> \w+ (?:\+\w+)? (?:\ (?-u:[A-Z])\w+)?) (?:@(?<pace>\S+))?
    (?:\s+ (?<value> "[^"]*" | / (?:\\.|[^/\\])* / | \{[^}]*\} | [\w./-]+))? \s* (?:\#.*)? $"#;

/// The script, or what is wrong with it, and in which line.
pub(crate) fn parse(text: &str) -> Result<Tape, String> {
    let pattern = Regex::new(LINE).expect("a regular expression");
    let mut tape = Tape::default();
    for (n, line) in (1..).zip(text.lines().map(str::trim)) {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let refused = |what: String| format!("line {n}: {what}");
        let Some(found) = pattern.captures(line) else {
            return Err(refused(String::from("not one command with at most one value")));
        };
        let part = |name: &str| found.name(name).map_or("", |part| part.as_str());
        let (name, value) = (part("name"), part("value").trim_matches('"'));
        let is_quoted = part("value").starts_with('"');
        match name.strip_prefix("Set ") {
            Some(setting) if tape.steps.is_empty() => {
                tape.settings.set(setting, value).map_err(refused)?;
            }
            Some(_) => return Err(refused(String::from("vhs ignores Set after the header"))),
            None if name == "Output" => tape.outputs.push(value.to_owned()),
            None if name == "Require" => tape.requires.push(value.to_owned()),
            None => {
                let command = command(name, part("pace"), value, is_quoted).map_err(refused)?;
                tape.steps.push(Step { line: n, command });
            }
        }
    }
    check_hiding(&tape)?;
    Ok(tape)
}

fn command(name: &str, pace: &str, value: &str, is_quoted: bool) -> Result<Command, String> {
    Ok(match (name, value) {
        ("Type", _) if !is_quoted => return Err(String::from("quote what is typed")),
        ("Type", _) => {
            let every = (!pace.is_empty()).then(|| time(pace)).transpose()?;
            Command::Type { text: value.to_owned(), every }
        }
        ("Sleep", time_left) => Command::Sleep(time(time_left)?),
        ("Wait" | "Wait+Line", "") => Command::Wait(None),
        ("Wait+Screen", pattern) if pattern.len() > 2 => {
            let pattern = pattern[1..pattern.len() - 1].replace("\\/", "/");
            Command::Wait(Some(Regex::new(&pattern).map_err(|e| e.to_string())?))
        }
        ("Hide", "") => Command::Hide,
        ("Show", "") => Command::Show,
        ("Screenshot", _) => Command::Screenshot(value.to_owned()),
        ("Escape", "") => Command::Press(String::from("Esc")),
        ("Enter" | "Space" | "Tab" | "Up" | "Down" | "Left" | "Right", "") => {
            Command::Press(name.to_owned())
        }
        _ => return Err(format!("{name} {value} is no command that our player knows")),
    })
}

impl Settings {
    fn set(&mut self, name: &str, value: &str) -> Result<(), String> {
        let number = || match value.parse::<f64>() {
            Ok(number) if (0.0..=10_000.0).contains(&number) => Ok(number),
            _ => Err(format!("{name} is a number from 0 to 10000")),
        };
        match (name, value) {
            ("FontSize", _) => self.font_size = number()?,
            ("LetterSpacing", _) => self.letter_spacing = number()?,
            ("Width", _) => self.width = number()?,
            ("Height", _) => self.height = number()?,
            ("Padding", _) => self.padding = number()?,
            ("Framerate", _) => self.framerate = number()?.max(1.0),
            ("TypingSpeed", _) => self.typing_speed = time(value)?,
            ("WaitTimeout", _) => self.wait_timeout = time(value)?,
            ("Theme", json) if json.starts_with('{') => self.theme = Some(json.to_owned()),
            ("Shell", "bash") | ("CursorBlink", "false") | ("FontFamily", "JetBrains Mono") => (),
            _ => return Err(format!("Set {name} {value} is not known to our player")),
        }
        Ok(())
    }
}

/// `500ms`, `2.5s`, or seconds.
fn time(text: &str) -> Result<Duration, String> {
    let (number, scale) = match (text.strip_suffix("ms"), text.strip_suffix('s')) {
        (Some(number), _) => (number, 0.001),
        (None, Some(number)) => (number, 1.0),
        (None, None) => (text, 1.0),
    };
    let seconds = number.parse::<f64>().map_err(|_| format!("{text:?} is no time"))?;
    Duration::try_from_secs_f64(seconds * scale).map_err(|e| e.to_string())
}

/// vhs loses prompts into the film, and pictures out of it, unless these rules are kept.
fn check_hiding(tape: &Tape) -> Result<(), String> {
    let mut hidden = false;
    let mut filmed = false;
    let mut steps = tape.steps.iter().peekable();
    while let Some(Step { line, command }) = steps.next() {
        let next = steps.peek().map(|step| &step.command);
        let what = match command {
            Command::Hide if !filmed && *line != tape.steps[0].line => {
                "the first Hide must be the first command after the header"
            }
            Command::Screenshot(_) if hidden => "nothing is filmed here: Show first",
            // In so much time vhs surely takes the picture.
            Command::Screenshot(_) if !matches!(next, Some(Command::Sleep(time)) if time.as_millis() >= 100) => {
                "a Screenshot needs a Sleep of 100ms behind it"
            }
            Command::Hide
            | Command::Show
            | Command::Screenshot(_)
            | Command::Type { .. }
            | Command::Press(_)
            | Command::Sleep(_)
            | Command::Wait(_) => "",
        };
        if !what.is_empty() {
            return Err(format!("line {line}: {what}"));
        }
        hidden = matches!(command, Command::Hide) || hidden && !matches!(command, Command::Show);
        filmed |= matches!(command, Command::Show | Command::Sleep(_));
    }
    Ok(())
}

#[test]
fn what_vhs_or_our_player_would_get_wrong_is_refused_with_its_line() {
    let header = "Output a.gif\nSet FontSize 20 # pixels\n";
    for (body, what) in [
        ("Home", "no command"),
        ("F5", "no command"),
        ("Ctrl+s", "no command"),
        ("Type hello", "quote"),
        ("Type \"a", "not one command"),
        ("Hide Show", "no command"),
        ("Set FontSize big", "number"),
        ("Set Sparkle 3", "not known"),
        ("Enter\nSet FontSize 3", "after the header"),
        ("Wait+Screen /(/", "regex parse error"),
        ("Wait+Line+Screen", "not one command"),
        ("Sleep 2h", "no time"),
        ("Type \"x\"\nHide", "first command"),
        ("Screenshot a.png", "Sleep"),
        ("Hide\nScreenshot a.png\nSleep 1s", "Show first"),
    ] {
        let error = parse(&format!("{header}{body}\n")).unwrap_err();
        let wrong = body.lines().position(|line| !["Enter", "Hide", "Type \"x\""].contains(&line));
        let line = format!("line {}: ", 3 + wrong.unwrap_or(body.lines().count() - 1));
        assert!(error.starts_with(&line) && error.contains(what), "{body}: {error}");
    }
}
