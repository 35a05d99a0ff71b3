//! Plays a script against bash on a terminal, as vhs does with a browser.

use std::path::Path;
use std::time::{Duration, Instant};

use portable_pty::CommandBuilder;
use regex::Regex;

use super::clock::now;
use super::footage::{Cue, Footage};
use super::pty::{Terminal, command};
use super::tape::{Command, Settings, Step, Tape};

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
        for (name, value) in &self.env {
            shell.env(name, value);
        }
        shell
    }
}

struct Stage<'a> {
    terminal: Terminal,
    settings: &'a Settings,
    speed: f64,
    cues: Vec<(Instant, Cue)>,
}

impl Stage<'_> {
    fn perform(&mut self, step: &Step) {
        match &step.command {
            Command::Type { text, every } => {
                for c in text.chars() {
                    self.terminal.type_text(c.encode_utf8(&mut [0; 4]));
                    self.pause(every.unwrap_or(self.settings.typing_speed));
                }
            }
            Command::Press(key) => {
                self.terminal.press(key);
                self.pause(self.settings.typing_speed);
            }
            Command::Sleep(time) => self.pause(*time),
            Command::Wait(pattern) => {
                let what = pattern.as_ref().map_or("the prompt", Regex::as_str);
                let what = format!("{what} (line {} of the tape)", step.line);
                let limit = self.settings.wait_timeout;
                self.terminal.wait_until(&what, limit, |screen| shows(screen, pattern.as_ref()));
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

/// Whether the pattern is on the screen, or the prompt on the cursor's line.
fn shows(screen: &vt100::Screen, pattern: Option<&Regex>) -> bool {
    if let Some(pattern) = pattern {
        return pattern.is_match(screen.contents().trim_end());
    }
    let (row, _) = screen.cursor_position();
    let line = screen.rows(0, screen.size().1.get()).nth(usize::from(row));
    line.is_some_and(|line| line.trim_end().ends_with('>'))
}

/// The width and height of a letter in pixels, in the browser that vhs films.
pub(crate) fn cell(settings: &Settings) -> (f64, f64) {
    let width = (0.6 * settings.font_size).floor() + settings.letter_spacing;
    let height = (1.32 * settings.font_size).ceil();
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

#[test]
fn a_small_script_is_played_and_filmed() {
    let tape = super::tape::parse(
        "Set Width 800\nSet Height 400\nSet Padding 10\nSet TypingSpeed 1ms\n\
         Hide\nType \"clear\"\nEnter\nWait\nShow\n\
         Type \"echo hello | tr l r\"\nEnter\nWait+Screen /\\nherro\\n/\n\
         Screenshot a.png\nSleep 1s\nWait",
    );
    let tape = tape.unwrap();
    let mut seen = Vec::new();
    let played = Player::of(&tape).at_speed(8.0).play(|_, _, terminal| {
        seen.push(terminal.screen().contains("herro"));
    });
    assert_eq!((seen[0], seen.last()), (false, Some(&true)));
    let (shots, length) = played.footage.shots(25.0);
    assert!(shots.len() > 1 && length >= Duration::from_millis(125));
    let stills = played.footage.stills();
    assert!(stills[0].0 == "a.png" && stills[0].1.contents().contains("\nherro\n"));
}

#[test]
fn the_size_in_cells_is_the_one_vhs_gives() {
    let (font_size, letter_spacing, padding) = (20.0, 0.0, 20.0);
    let (width, height) = (1480.0, 958.0);
    let settings =
        Settings { font_size, letter_spacing, width, height, padding, ..Settings::default() };
    assert_eq!(grid(&settings), (120, 34));
}
