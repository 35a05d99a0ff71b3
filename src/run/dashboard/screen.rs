//! `ratatui::init` takes neither the mouse nor pasted text, is not told of signals, and gives the terminal back when any thread panics.

use std::io::{self, Write};
use std::sync::{Mutex, MutexGuard, PoisonError, mpsc};
use std::thread;
use std::time::Duration;

use crossterm::cursor::{Hide, Show};
use crossterm::event::{
    DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture,
};
use crossterm::queue;
use crossterm::terminal::{
    EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode,
    enable_raw_mode,
};
use ratatui::layout::Rect;
use ratatui::{Frame, Terminal};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::termios::LocalModes;

use crate::app::ASK_BACKGROUND;
use crate::run::dashboard::backend::QuietBackend;
use crate::run::dashboard::job;
use crate::run::output::Output;

/// Whether the terminal is taken: it is restored once, at the end, by a signal or by a panic. Locked while it is written to.
static TAKEN: Mutex<bool> = Mutex::new(false);

pub(super) struct Screen {
    terminal: Terminal<QuietBackend>,
    mouse: bool,
    /// Whether the next SIGCONT belongs to [`Screen::suspend`], which has restored the terminal.
    was_suspended: bool,
}

impl Screen {
    pub(super) fn enter(mouse: bool) -> io::Result<Screen> {
        // The theme honours NO_COLOR; crossterm would write an erasing SGR in place of each colour.
        crossterm::style::force_color_output(true);
        take(mouse)?;
        let backend = QuietBackend::new(write_frame);
        let terminal = backend.and_then(Terminal::new).inspect_err(|_| drop(leave()))?;
        Ok(Screen { terminal, mouse, was_suspended: false })
    }

    /// Waits until another frame may be drawn: while the terminal takes no bytes, keys must still work.
    pub(super) async fn ready(&self) {
        self.terminal.backend().ready().await;
    }

    pub(super) fn is_ready(&self) -> bool {
        self.terminal.backend().is_ready()
    }

    pub(super) fn draw(&mut self, paint: impl FnOnce(&mut Frame<'_>)) -> io::Result<()> {
        self.terminal.draw(paint).map(|_| ())
    }

    pub(super) fn area(&self) -> Rect {
        self.terminal.size().map_or(Rect::ZERO, |size| Rect::new(0, 0, size.width, size.height))
    }

    pub(super) fn suspend(&mut self) -> io::Result<()> {
        leave()?;
        // The whole process group, as the shell expects of a job: `cargo run` stops, too.
        rustix::process::kill_current_process_group(rustix::process::Signal::STOP)?;
        self.was_suspended = true;
        take(self.mouse)?;
        self.repaint()
    }

    /// A SIGSTOP left no time to restore the terminal, and the shell has changed its mode without crossterm's knowledge.
    pub(super) fn resume(&mut self) -> io::Result<()> {
        // SIGCONT may come twice, or without a stop: then the terminal is still in raw mode.
        if !std::mem::take(&mut self.was_suspended) && is_cooked() {
            disable_raw_mode()?;
            take(self.mouse)?;
        }
        self.repaint()
    }

    /// Repaints every cell with the next frame: a terminal that shrank and grew again has lost some, though its size is the same.
    pub(super) fn repaint(&mut self) -> io::Result<()> {
        let size = self.terminal.size()?;
        self.terminal.resize(Rect::new(0, 0, size.width, size.height))
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        let _ = leave();
    }
}

fn take(mouse: bool) -> io::Result<()> {
    enable_raw_mode()?;
    let mut enter = Vec::new();
    queue!(enter, EnterAlternateScreen, EnableBracketedPaste, Hide)?;
    if mouse {
        queue!(enter, EnableMouseCapture)?;
    }
    // Locked until the screen is entered: a frame from before ctrl-z may be waiting.
    let mut taken = taken();
    *taken = true;
    let entered = Output::stdout().write_all(&enter);
    drop(taken);
    entered.inspect_err(|_| drop(leave()))
}

/// Writes to the terminal while it is taken.
fn write_frame(frame: &[u8]) -> io::Result<()> {
    let taken = taken();
    if *taken { Output::stdout().write_all(frame) } else { Ok(()) }
}

/// Asks the terminal for its background; the answer comes with the keys.
pub(super) fn ask_background() -> io::Result<()> {
    write_frame(ASK_BACKGROUND)
}

/// Restores the terminal, once; write errors are ignored.
///
/// # Errors
/// When it is left in raw mode.
pub(super) fn leave() -> io::Result<()> {
    // First what never blocks: a stopped terminal takes no bytes.
    let mode = disable_raw_mode();
    let mut taken = taken();
    if std::mem::take(&mut *taken) {
        let mut leave = Vec::new();
        // A frame that could not be written to its end has left the update open.
        queue!(leave, EndSynchronizedUpdate, DisableMouseCapture, DisableBracketedPaste)?;
        queue!(leave, Show, LeaveAlternateScreen)?;
        let _ = Output::stdout().write_all(&leave);
    }
    mode
}

fn taken() -> MutexGuard<'static, bool> {
    TAKEN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// How long the program may take to end.
const END_TIMEOUT: Duration = Duration::from_secs(2);
/// How long restoring the terminal may take after that.
const RESTORE_TIMEOUT: Duration = Duration::from_millis(200);

/// Ends the process after two seconds, even if it blocks on a full stdout.
pub(crate) fn exit_later(code: i32) {
    let wait = move || {
        let (restored, is_restored) = mpsc::channel();
        let _ = is_restored.recv_timeout(END_TIMEOUT);
        let _ = thread::Builder::new().spawn(move || {
            let _ = leave();
            restored.send(())
        });
        let _ = is_restored.recv_timeout(RESTORE_TIMEOUT);
        std::process::exit(code);
    };
    let _ = thread::Builder::new().name("deadline".to_owned()).spawn(wait);
}

fn is_cooked() -> bool {
    let modes = rustix::termios::tcgetattr(rustix::stdio::stdin());
    modes.is_ok_and(|modes| modes.local_modes.contains(LocalModes::ICANON))
}

/// Whether the terminal is gone: its window is closed, or its connection is lost.
pub(super) fn is_gone() -> bool {
    let stdin = rustix::stdio::stdin();
    let mut watched = [PollFd::new(&stdin, PollFlags::empty())];
    matches!(poll(&mut watched, Some(&Timespec::default())), Ok(1..))
}

/// Waits until it is gone, or belongs to others for good: the process that started the dashboard has ended, and its shell reads again.
pub(super) fn wait_until_gone() {
    const EVERY: Timespec = Timespec { tv_sec: 0, tv_nsec: 500_000_000 };
    let stdin = rustix::stdio::stdin();
    let mut watched = [PollFd::new(&stdin, PollFlags::empty())];
    while let Ok(0) | Err(Errno::INTR) = poll(&mut watched, Some(&EVERY)) {
        if job::is_in_background() && !job::can_be_continued() {
            return;
        }
    }
}

/// Restores the terminal before a panic of the main thread is printed; that of a task is caught and becomes an event.
pub(crate) fn guard_panics() {
    let default = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if std::thread::current().name() == Some("main") {
            exit_later(101);
            let _ = leave();
            default(panic);
        }
    }));
}
