//! A program on a terminal of its own: keys go in, a screen comes out.

use std::os::unix::process::ExitStatusExt;
use std::process::Child;
use std::sync::Arc;
use std::time::Duration;

use portable_pty::CommandBuilder;
use regex::Regex;
use rustix::event::{PollFd, PollFlags, poll};
use rustix::process::{Pid, PidfdFlags, Signal, kill_process, pidfd_open};

use super::keys;
use super::line::{Line, timespec};
use super::seen::{Seen, Watch, at_least_one};

pub(crate) const PATIENCE: Duration = Duration::from_secs(60);
/// How long what a program has written may take to be read once it has ended: on a busy machine, longer than a second.
const LAST_BYTES: Duration = Duration::from_secs(10);

const BEGIN_PASTE: &str = "\x1b[200~";
const END_PASTE: &str = "\x1b[201~";

/// A program and the terminal it runs on; both end when this is dropped.
pub(crate) struct Terminal {
    watch: Arc<Watch>,
    child: Child,
    line: Option<Line>,
}

/// A command with an environment that is the same everywhere.
pub(crate) fn command(program: &str, args: &[&str]) -> CommandBuilder {
    let mut command = CommandBuilder::new(program);
    command.args(args);
    command.env_clear();
    for name in ["PATH", "HOME", "LLVM_PROFILE_FILE"] {
        if let Some(value) = std::env::var_os(name) {
            command.env(name, value);
        }
    }
    command.env("TERM", "xterm-256color");
    command.env("COLORTERM", "truecolor");
    command.env("LANG", "C.UTF-8");
    // This terminal does not tell its background.
    command.env("FIVETUPLE_THEME", "dark");
    command.cwd(env!("CARGO_MANIFEST_DIR"));
    command
}

/// The built fivetuple with these arguments.
pub(crate) fn fivetuple(args: &[&str]) -> CommandBuilder {
    command(env!("CARGO_BIN_EXE_fivetuple"), args)
}

impl Terminal {
    pub(crate) fn start(command: CommandBuilder, cols: u16, rows: u16) -> Terminal {
        let watch = Arc::new(Watch::new(cols, rows));
        let (line, child) = Line::open(command, (cols, rows), &watch);
        Terminal { watch, child, line: Some(line) }
    }

    /// Presses a key, written as the dashboard writes it: `l`, `ctrl-c`, `Enter`.
    #[track_caller]
    pub(crate) fn press(&self, key: &str) {
        let bytes = keys::bytes(key).unwrap_or_else(|why| panic!("{why}"));
        self.send(&bytes);
    }

    #[track_caller]
    pub(crate) fn type_text(&self, text: &str) {
        self.send(text.as_bytes());
    }

    /// Pastes text, as a terminal does for a program that asked for bracketed paste.
    #[track_caller]
    pub(crate) fn paste(&self, text: &str) {
        self.send(format!("{BEGIN_PASTE}{text}{END_PASTE}").as_bytes());
    }

    #[track_caller]
    pub(crate) fn send(&self, bytes: &[u8]) {
        let line = self.line.as_ref().expect("the terminal is still there");
        if let Err(why) = line.send(bytes, PATIENCE) {
            self.fail(&why);
        }
    }

    #[track_caller]
    pub(crate) fn press_until(&self, key: &str, pattern: &str) {
        self.press(key);
        self.wait_for(pattern);
    }

    #[track_caller]
    pub(crate) fn wait_for(&self, pattern: &str) {
        let regex = Regex::new(pattern).expect("a regular expression");
        let shown = |screen: &vt100::Screen| regex.is_match(&screen.contents());
        self.wait_until(&format!("/{pattern}/ on the screen"), PATIENCE, shown);
    }

    /// Waits until the screen is as `wanted`; `what` says in words what is waited for.
    #[track_caller]
    pub(crate) fn wait_until(
        &self,
        what: &str,
        limit: Duration,
        wanted: impl Fn(&vt100::Screen) -> bool,
    ) {
        let done = self.watch.until(limit, |seen| wanted(seen.parser.screen()).then_some(()));
        if done.is_none() {
            self.fail(&format!("waited {limit:?} in vain for {what}"));
        }
    }

    /// Waits until all that came out so far is as `wanted`: also for what stood on the screen between two looks.
    #[track_caller]
    pub(crate) fn wait_until_seen(
        &self,
        what: &str,
        limit: Duration,
        mut wanted: impl FnMut(&Seen) -> bool,
    ) {
        if self.watch.until(limit, |seen| wanted(seen).then_some(())).is_none() {
            self.fail(&format!("waited {limit:?} in vain for {what}"));
        }
    }

    /// Lets `time` pass while the program goes on; for films, not for tests.
    pub(crate) fn let_pass(&self, time: Duration) {
        self.watch.until(time, |_| None::<()>);
    }

    pub(crate) fn resize(&self, cols: u16, rows: u16) {
        let line = self.line.as_ref().expect("the terminal is still there");
        let mut seen = self.watch.look();
        seen.parser.set_size(at_least_one(rows), at_least_one(cols));
        line.resize((cols, rows));
    }

    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(self.pid(), signal).expect("the program still runs");
    }

    pub(crate) fn pid(&self) -> Pid {
        Pid::from_child(&self.child)
    }

    pub(crate) fn screen(&self) -> String {
        self.styled().contents()
    }

    pub(crate) fn styled(&self) -> vt100::Screen {
        self.watch.look().parser.screen().clone()
    }

    /// How many bytes have come out so far: a mark for `bytes_since`.
    pub(crate) fn mark(&self) -> usize {
        self.watch.look().raw.len()
    }

    /// The bytes that came out after `mark`; all of them after 0.
    pub(crate) fn bytes_since(&self, mark: usize) -> Vec<u8> {
        self.watch.look().raw[mark..].to_vec()
    }

    /// What was seen so far, with its times.
    pub(crate) fn seen<T>(&self, look: impl FnOnce(&Seen) -> T) -> T {
        look(&self.watch.look())
    }

    /// Takes the terminal away, as a closed window or a lost ssh does.
    pub(crate) fn close_master(&mut self) {
        self.line = None;
    }

    /// Waits for the program's end: its code, or 128+n after signal n.
    #[track_caller]
    pub(crate) fn wait_exit(&mut self) -> i32 {
        if !self.exits_within(PATIENCE) {
            self.fail(&format!("still runs after {PATIENCE:?}"));
        }
        let status = self.child.wait().expect("a child of ours");
        self.watch.ends_within(LAST_BYTES);
        status.code().or_else(|| status.signal().map(|n| 128 + n)).expect("a code or a signal")
    }

    #[track_caller]
    pub(crate) fn wait_exit_within(&mut self, limit: Duration) -> i32 {
        if !self.exits_within(limit) {
            self.fail(&format!("still runs after {limit:?}"));
        }
        self.wait_exit()
    }

    pub(crate) fn exits_within(&mut self, limit: Duration) -> bool {
        if matches!(self.child.try_wait(), Ok(Some(_))) {
            return true;
        }
        let process = pidfd_open(self.pid(), PidfdFlags::empty()).expect("a child of ours");
        let mut ended = [PollFd::new(&process, PollFlags::IN)];
        matches!(poll(&mut ended, Some(&timespec(limit))), Ok(1..))
    }

    /// Fails unless the terminal is as the program found it.
    #[track_caller]
    pub(crate) fn assert_restored(&self) {
        self.assert_screen_restored();
        if self.styled().bracketed_paste() {
            self.fail("bracketed paste is still on");
        }
        if self.line.as_ref().is_some_and(|line| !line.is_cooked()) {
            self.fail("the terminal is still raw: it gathers no lines, or does not echo");
        }
    }

    /// Fails unless the alternate screen was left exactly as often as entered, the cursor is back and the mouse is free.
    #[track_caller]
    pub(crate) fn assert_screen_restored(&self) {
        let raw = self.bytes_since(0);
        let [entered, left] = [b"\x1b[?1049h", b"\x1b[?1049l"]
            .map(|sequence| raw.windows(sequence.len()).filter(|w| w == sequence).count());
        if entered == 0 || entered != left {
            self.fail(&format!(
                "the alternate screen was entered {entered} times and left {left} times"
            ));
        }
        let last = |sequence: &[u8]| raw.windows(8).rposition(|part| part == sequence);
        if last(b"\x1b[?2026h") > last(b"\x1b[?2026l") {
            self.fail("an update of the screen is still open");
        }
        let screen = self.styled();
        if screen.hide_cursor() {
            self.fail("the cursor is still hidden");
        }
        if screen.mouse_protocol_mode() != vt100::MouseProtocolMode::None {
            self.fail("the mouse is still captured");
        }
    }

    #[track_caller]
    pub(crate) fn fail(&self, why: &str) -> ! {
        let raw = self.bytes_since(0);
        let tail = raw[raw.len().saturating_sub(200)..].escape_ascii();
        let rule = "-".repeat(80);
        panic!("{why}\n{rule}\n{}\n{rule}\nlast bytes: {tail}", self.screen());
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        self.close_master();
    }
}

fn visible(cell: &vt100::Cell) -> &str {
    if cell.has_contents() { cell.contents() } else { " " }
}

#[test]
fn a_terminal_kept_is_found_out() {
    let table = [
        ("true", "entered 0 times"),
        ("printf '\\033[?1049h'", "left 0 times"),
        ("printf '\\033[?1049h\\033[?25l\\033[?1049l'", "cursor"),
        ("printf '\\033[?1049h\\033[?1003h\\033[?1049l'", "mouse"),
        ("printf '\\033[?1049h\\033[?2026h\\033[?1049l'", "update of the screen"),
        ("printf '\\033[?1049h\\033[?2004h\\033[?1049l'", "bracketed paste"),
        ("printf '\\033[?1049h\\033[?1049l'; stty -icanon", "raw"),
    ];
    for (script, complaint) in table {
        let mut terminal = Terminal::start(command("/bin/sh", &["-c", script]), 40, 6);
        terminal.wait_exit();
        let look = std::panic::AssertUnwindSafe(|| terminal.assert_restored());
        let why = std::panic::catch_unwind(look).unwrap_err();
        let why = why.downcast_ref::<String>().unwrap();
        assert!(why.contains(complaint), "{script}: {why}");
    }
}
