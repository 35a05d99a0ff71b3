//! `ratatui::init` takes neither the mouse nor pasted text, is not told of signals, and gives the terminal back when any thread panics.

use std::io;
use std::io::Write;
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

/// Whether the terminal is ours. It is given back once, whoever does it: the end, a signal, a panic.
static OURS: AtomicBool = AtomicBool::new(false);

/// The terminal while it is ours.
pub(crate) struct Screen {
    terminal: Terminal<QuietBackend<io::Stdout>>,
    mouse: bool,
    /// A SIGCONT is on its way whose stop gave the terminal back.
    was_suspended: bool,
}

impl Screen {
    /// Takes the terminal.
    ///
    /// # Errors
    /// When it cannot be switched to raw mode or written to.
    pub(crate) fn enter(mouse: bool) -> io::Result<Screen> {
        // What NO_COLOR asks for is decided by the theme; crossterm would write an erasing SGR in place of each colour.
        crossterm::style::force_color_output(true);
        take(mouse)?;
        let terminal = Terminal::new(QuietBackend::new(io::stdout())).inspect_err(|_| leave())?;
        Ok(Screen { terminal, mouse, was_suspended: false })
    }

    /// Draws a frame; writes nothing when no cell differs.
    ///
    /// # Errors
    /// When the terminal cannot be written to.
    pub(crate) fn draw(&mut self, paint: impl FnOnce(&mut Frame<'_>)) -> io::Result<()> {
        self.terminal.draw(paint).map(|_| ())
    }

    /// Its size in cells.
    pub(crate) fn area(&self) -> Rect {
        self.terminal.size().map_or(Rect::ZERO, |size| Rect::new(0, 0, size.width, size.height))
    }

    /// Gives the terminal to the shell, stops until it is continued, and takes it again.
    ///
    /// # Errors
    /// When the terminal cannot be taken again.
    pub(crate) fn suspend(&mut self) -> io::Result<()> {
        leave();
        // The whole group stops, as the shell expects of a job: with `cargo run` in front of it, cargo stops, too.
        rustix::process::kill_current_process_group(rustix::process::Signal::STOP)?;
        self.was_suspended = true;
        take(self.mouse)?;
        self.repaint()
    }

    /// After SIGCONT: takes the terminal again, and draws everything anew.
    ///
    /// A stop that could not be caught left no time to give the terminal back, and whoever had it meanwhile changed its mode behind
    /// crossterm's back.
    ///
    /// # Errors
    /// When the terminal cannot be taken again.
    pub(crate) fn resume(&mut self) -> io::Result<()> {
        // SIGCONT may come twice, or without a stop: who finds the terminal as it was needs not take it.
        if !std::mem::take(&mut self.was_suspended) && is_cooked() {
            disable_raw_mode()?;
            take(self.mouse)?;
        }
        self.repaint()
    }

    /// Paints every cell of the next frame: a terminal that became smaller and larger again has lost some, though its size is the same.
    ///
    /// # Errors
    /// When its size is not known.
    pub(crate) fn repaint(&mut self) -> io::Result<()> {
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
    OURS.store(true, Ordering::SeqCst);
    let mut out = io::stdout();
    let entered = execute!(out, EnterAlternateScreen, EnableBracketedPaste, Hide);
    let entered =
        entered.and_then(|()| if mouse { execute!(out, EnableMouseCapture) } else { Ok(()) });
    entered.inspect_err(|_| leave())
}

/// Gives the terminal back, once; what cannot be written any more is not.
pub(crate) fn leave() {
    if !OURS.swap(false, Ordering::SeqCst) {
        return;
    }
    // First what never waits: a terminal that is held takes no bytes.
    let _ = disable_raw_mode();
    let mut out = io::stdout();
    let _ = execute!(out, DisableMouseCapture, DisableBracketedPaste, Show, LeaveAlternateScreen);
    let _ = out.flush();
}

/// Whether somebody has given the terminal lines to edit since it was taken.
fn is_cooked() -> bool {
    let modes = rustix::termios::tcgetattr(rustix::stdio::stdin());
    modes.is_ok_and(|modes| modes.local_modes.contains(LocalModes::ICANON))
}

/// Whether there is no terminal any more: the window is closed, the line is cut.
pub(crate) fn is_gone() -> bool {
    let stdin = rustix::stdio::stdin();
    let mut watched = [PollFd::new(&stdin, PollFlags::empty())];
    matches!(poll(&mut watched, Some(&Timespec::default())), Ok(1..))
}

/// Waits until there is no terminal any more.
pub(crate) fn wait_until_gone() {
    let stdin = rustix::stdio::stdin();
    let mut watched = [PollFd::new(&stdin, PollFlags::empty())];
    while let Ok(0) | Err(Errno::INTR) = poll(&mut watched, None) {}
}

/// After a panic on the main thread the terminal is given back before the message is printed. A task that panics says nothing here: its
/// panic is caught where it was spawned and becomes news.
pub(crate) fn guard_panics() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if std::thread::current().name() == Some("main") {
            leave();
            usual(panic);
        }
    }));
}
