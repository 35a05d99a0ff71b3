//! `ratatui::init` takes neither the mouse nor pasted text, is not told of signals, and gives the terminal back when any thread panics.

use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};

use crossterm::cursor::{Hide, Show};
use crossterm::event::{
    DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture,
};
use crossterm::execute;
use crossterm::terminal::{
    EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use ratatui::layout::Rect;
use ratatui::{Frame, Terminal};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::termios::LocalModes;

use crate::run::dashboard::backend::QuietBackend;
use crate::run::dashboard::job;

/// Whether the terminal is taken: it is restored once, at the end, by a signal or by a panic.
static TAKEN: AtomicBool = AtomicBool::new(false);

pub(super) struct Screen {
    terminal: Terminal<QuietBackend<io::Stdout>>,
    mouse: bool,
    /// Whether the next SIGCONT belongs to [`Screen::suspend`], which has restored the terminal.
    was_suspended: bool,
}

impl Screen {
    pub(super) fn enter(mouse: bool) -> io::Result<Screen> {
        // The theme honours NO_COLOR; crossterm would write an erasing SGR in place of each colour.
        crossterm::style::force_color_output(true);
        take(mouse)?;
        let terminal = Terminal::new(QuietBackend::new(io::stdout())).inspect_err(|_| leave())?;
        Ok(Screen { terminal, mouse, was_suspended: false })
    }

    pub(super) fn draw(&mut self, paint: impl FnOnce(&mut Frame<'_>)) -> io::Result<()> {
        self.terminal.draw(paint).map(|_| ())
    }

    pub(super) fn area(&self) -> Rect {
        self.terminal.size().map_or(Rect::ZERO, |size| Rect::new(0, 0, size.width, size.height))
    }

    pub(super) fn suspend(&mut self) -> io::Result<()> {
        leave();
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
        leave();
    }
}

fn take(mouse: bool) -> io::Result<()> {
    enable_raw_mode()?;
    TAKEN.store(true, Ordering::SeqCst);
    let mut out = io::stdout();
    let entered = execute!(out, EnterAlternateScreen, EnableBracketedPaste, Hide);
    let entered =
        entered.and_then(|()| if mouse { execute!(out, EnableMouseCapture) } else { Ok(()) });
    entered.inspect_err(|_| leave())
}

/// Restores the terminal, once; write errors are ignored.
pub(super) fn leave() {
    if !TAKEN.swap(false, Ordering::SeqCst) {
        return;
    }
    // First what never blocks: a stopped terminal takes no bytes.
    let _ = disable_raw_mode();
    let mut out = io::stdout();
    let _ = execute!(out, DisableMouseCapture, DisableBracketedPaste, Show, LeaveAlternateScreen);
    let _ = out.flush();
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
            leave();
            default(panic);
        }
    }));
}
