//! Plays a script against bash on a terminal, as vhs does with a browser.

use std::path::Path;
use std::time::{Duration, Instant};

use portable_pty::CommandBuilder;
use regex::Regex;

use super::clock::now;
use super::footage::{Cue, Footage};
use super::pty::{Terminal, command};
use super::tape::{Command, Scope, Settings, Step, Tape};

pub(crate) struct Player<'a> {
    tape: &'a Tape,
    speed: f64,
    size: (u16, u16),
    env: Vec<(&'a str, &'a str)>,
}

pub(crate) struct Played {
    pub(crate) terminal: Terminal,
    pub(crate) footage: Footage,
}

impl<'a> Player<'a> {
    pub(crate) fn of(tape: &'a Tape) -> Player<'a> {
        Player { tape, speed: 1.0, size: grid(&tape.settings), env: Vec::new() }
    }

    /// Cuts every pause by this factor; what is waited for takes as long as it takes.
    pub(crate) fn at_speed(mut self, speed: f64) -> Player<'a> {
        self.speed = speed;
        self
    }

    pub(crate) fn scaled(mut self, factor: f64) -> Player<'a> {
        let (cols, rows) = self.size;
        self.size = (whole(f64::from(cols) * factor), whole(f64::from(rows) * factor));
        self
    }

    pub(crate) fn with_env(mut self, name: &'a str, value: &'a str) -> Player<'a> {
        self.env.push((name, value));
        self
    }

    /// Plays everything; `beat` sees the screen after each command, with the command's number.
    pub(crate) fn play(self, mut beat: impl FnMut(usize, &Step, &Terminal)) -> Played {
        let (cols, rows) = self.size;
        let terminal = Terminal::start(self.shell(), cols, rows);
        terminal.wait_for("> *$");
        let mut stage = Stage {
            terminal,
            settings: &self.tape.settings,
            pace: self.tape.settings.typing_speed,
            speed: self.speed,
            cues: vec![(now(), Cue::Show)],
        };
        if matches!(self.tape.steps.first(), Some(Step { command: Command::Hide, .. })) {
            stage.cues.clear();
        }
        for (n, step) in self.tape.steps.iter().enumerate() {
            stage.perform(step);
            beat(n, step, &stage.terminal);
        }
        let Stage { terminal, cues, .. } = stage;
        let footage = terminal.seen(|seen| Footage::new(seen, cues, now()));
        Played { terminal, footage }
    }

    /// bash with vhs's prompt, and the built program on its path.
    fn shell(&self) -> CommandBuilder {
        let mut shell = command("bash", &["--noprofile", "--norc", "+o", "history"]);
        let built = Path::new(env!("CARGO_BIN_EXE_fivetuple"));
        let built = built.parent().expect("the folder of the program");
        let path = std::env::var("PATH").unwrap_or_default();
        shell.env("PATH", format!("{}:{path}", built.display()));
        shell.env("PS1", "> ");
        shell.env("INPUTRC", "/dev/null");
        shell.env("BASH_SILENCE_DEPRECATION_WARNING", "1");
        for (name, value) in &self.tape.env {
            shell.env(name, value);
        }
        for (name, value) in &self.env {
            shell.env(name, value);
        }
        shell
    }
}

struct Stage<'a> {
    terminal: Terminal,
    settings: &'a Settings,
    pace: Duration,
    speed: f64,
    cues: Vec<(Instant, Cue)>,
}

impl Stage<'_> {
    fn perform(&mut self, step: &Step) {
        match &step.command {
            Command::Type { text, every } => {
                for c in text.chars() {
                    self.terminal.type_text(c.encode_utf8(&mut [0; 4]));
                    self.pause(every.unwrap_or(self.pace));
                }
            }
            Command::Press { key, times, every } => {
                for _ in 0..*times {
                    self.terminal.press(key);
                    self.pause(every.unwrap_or(self.pace));
                }
            }
            Command::Pace(every) => self.pace = *every,
            Command::Sleep(time) => self.pause(*time),
            Command::Wait { scope, limit, pattern } => {
                let pattern = pattern.as_ref().unwrap_or(&self.settings.wait_pattern);
                let limit = limit.unwrap_or(self.settings.wait_timeout);
                let what = format!("/{pattern}/ on the {scope:?} (line {} of the tape)", step.line);
                self.terminal.wait_until(&what, limit, |screen| shows(screen, *scope, pattern));
            }
            Command::Hide => self.cue(Cue::Hide),
            Command::Show => self.cue(Cue::Show),
            Command::Screenshot(name) => self.cue(Cue::Screenshot(name.clone())),
        }
    }

    fn cue(&mut self, cue: Cue) {
        self.cues.push((now(), cue));
    }

    fn pause(&self, time: Duration) {
        self.terminal.let_pass(time.div_f64(self.speed));
    }
}

fn shows(screen: &vt100::Screen, scope: Scope, pattern: &Regex) -> bool {
    let (_, cols) = screen.size();
    let (row, _) = screen.cursor_position();
    match scope {
        Scope::Screen => pattern.is_match(screen.contents().trim_end()),
        Scope::Line => screen
            .rows(0, cols.get())
            .nth(usize::from(row))
            .is_some_and(|line| pattern.is_match(line.trim_end())),
    }
}

/// The width and height of a letter in pixels, in the browser that vhs films.
pub(crate) fn cell(settings: &Settings) -> (f64, f64) {
    let width = (0.6 * settings.font_size).floor() + settings.letter_spacing;
    let height = ((1.32 * settings.font_size).ceil() * settings.line_height).floor();
    (width, height)
}

fn grid(settings: &Settings) -> (u16, u16) {
    let (width, height) = cell(settings);
    let inner = |outer: f64| outer - 2.0 * settings.padding;
    (whole(inner(settings.width) / width), whole(inner(settings.height) / height))
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "floors, and keeps within the range"
)]
fn whole(cells: f64) -> u16 {
    cells.clamp(1.0, 1000.0) as u16
}

#[cfg(test)]
mod tests {
    use super::super::tape::parse;
    use super::*;

    #[test]
    fn a_small_script_is_played_and_filmed() {
        let tape = parse(
            "Output out.gif Set Width 800 Set Height 400 Set Padding 10 Set TypingSpeed 1ms\n\
             Env GREETING hello\n\
             Hide Type 'clear' Enter Wait Show\n\
             Type 'echo $GREETING' Enter Wait+Screen /^hello$|\\nhello\\n/\n\
             Screenshot a.png Sleep 1s Ctrl+c Wait",
        )
        .unwrap();
        let mut seen = Vec::new();
        let played = Player::of(&tape).at_speed(8.0).play(|n, step, terminal| {
            seen.push((n, step.line, terminal.screen().contains("hello")));
        });
        assert_eq!((seen[0].2, seen.last().unwrap().2), (false, true));
        let (shots, length) = played.footage.shots(25.0);
        assert!(shots.len() > 1 && length >= Duration::from_millis(125));
        let stills = played.footage.stills();
        assert!(stills[0].0 == "a.png" && stills[0].1.contents().contains("\nhello\n"));
    }

    #[test]
    fn the_size_in_cells_is_the_one_vhs_gives() {
        let tape = parse(
            "Set FontSize 20 Set LetterSpacing 0 Set Padding 20 Set Width 1480 Set Height 958",
        );
        assert_eq!(grid(&tape.unwrap().settings), (120, 34));
        let smaller = parse("Set Width 1300").unwrap();
        assert_eq!(Player::of(&smaller).scaled(0.5).size, (42, 8));
    }

    #[test]
    #[should_panic(expected = "line 2 of the tape")]
    fn what_does_not_come_is_said_with_its_line() {
        let tape = parse("Type 'true'\nWait+Screen@50ms /never/").unwrap();
        Player::of(&tape).with_env("A", "b").play(|_, _, _| ());
    }
}
