use crossterm::event::{
    Event as TerminalEvent, EventStream, KeyCode, KeyEvent, KeyEventKind, KeyModifiers,
    MouseButton, MouseEvent, MouseEventKind,
};
use futures_util::StreamExt;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc::Sender;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::app::{Event, Key};

/// What reaches the loop: facts for the dashboard, and what concerns the terminal alone.
#[derive(Debug)]
pub(crate) enum Input {
    /// A fact for the dashboard.
    Fact(Event),
    /// The mouse was clicked at a cell.
    Clicked {
        /// The column.
        x: u16,
        /// The line.
        y: u16,
    },
    /// The wheel was turned over a cell, downwards or upwards.
    Wheel {
        /// The column.
        x: u16,
        /// The line.
        y: u16,
        /// Downwards.
        down: bool,
    },
    /// The terminal has another size.
    Resized,
    /// ctrl-z, or SIGTSTP.
    Suspend,
    /// SIGCONT.
    Continued,
    /// A signal asks for the end.
    Signal(i32),
    /// The terminal is gone.
    HungUp,
}

/// Forwards keys, the mouse and pasted text until the terminal ends or `stop` is called.
pub(crate) fn listen_to_terminal(
    tasks: &TaskTracker,
    stop: CancellationToken,
    inbox: Sender<Input>,
) {
    tasks.spawn(async move {
        let mut events = EventStream::new();
        loop {
            let event = tokio::select! {
                () = stop.cancelled() => return,
                event = events.next() => event,
            };
            let input = match event {
                Some(Ok(event)) => translate(event),
                Some(Err(_)) | None => Some(Input::HungUp),
            };
            let ended = matches!(input, Some(Input::HungUp));
            if let Some(input) = input
                && inbox.send(input).await.is_err()
            {
                return;
            }
            if ended {
                return;
            }
        }
    });
}

/// Forwards signals: those that end a program, and those that stop and continue it.
///
/// # Errors
/// When the kernel lets no handler be set.
pub(crate) fn listen_to_signals(
    tasks: &TaskTracker,
    stop: &CancellationToken,
    inbox: &Sender<Input>,
) -> std::io::Result<()> {
    let ends = [
        SignalKind::terminate(),
        SignalKind::interrupt(),
        SignalKind::hangup(),
        SignalKind::quit(),
    ];
    let stops = [
        SignalKind::from_raw(libc::SIGTSTP),
        SignalKind::from_raw(libc::SIGCONT),
    ];
    for kind in ends.into_iter().chain(stops) {
        let mut signals = signal(kind)?;
        let (stop, inbox) = (stop.clone(), inbox.clone());
        tasks.spawn(async move {
            loop {
                let came = tokio::select! {
                    () = stop.cancelled() => return,
                    came = signals.recv() => came,
                };
                let input = match kind.as_raw_value() {
                    libc::SIGTSTP => Input::Suspend,
                    libc::SIGCONT => Input::Continued,
                    number => Input::Signal(number),
                };
                if came.is_none() || inbox.send(input).await.is_err() {
                    return;
                }
            }
        });
    }
    Ok(())
}

/// Watches for the terminal's disappearance: crossterm would spin on it for ever. A thread of its own, as it must work when nothing else does.
pub(crate) fn watch_for_hangup(inbox: Sender<Input>) {
    let watch = move || {
        let Ok(terminal) = std::fs::File::open("/dev/tty") else {
            return;
        };
        let mut watched = [rustix::event::PollFd::new(
            &terminal,
            rustix::event::PollFlags::empty(),
        )];
        while let Ok(0) | Err(rustix::io::Errno::INTR) = rustix::event::poll(&mut watched, None) {}
        let _ = inbox.blocking_send(Input::HungUp);
        crate::run::end_at_last(129);
    };
    let _ = std::thread::Builder::new()
        .name("hangup".to_owned())
        .spawn(watch);
}

fn translate(event: TerminalEvent) -> Option<Input> {
    match event {
        TerminalEvent::Key(key) if key.kind != KeyEventKind::Release => {
            let suspend =
                key.code == KeyCode::Char('z') && key.modifiers.contains(KeyModifiers::CONTROL);
            if suspend {
                Some(Input::Suspend)
            } else {
                key_of(key).map(|key| Input::Fact(Event::Pressed(key)))
            }
        }
        TerminalEvent::Paste(text) => Some(Input::Fact(Event::Pasted(text))),
        TerminalEvent::Resize(..) => Some(Input::Resized),
        TerminalEvent::Mouse(mouse) => translate_mouse(mouse),
        TerminalEvent::Key(_) | TerminalEvent::FocusGained | TerminalEvent::FocusLost => None,
    }
}

fn translate_mouse(
    MouseEvent {
        kind,
        column: x,
        row: y,
        ..
    }: MouseEvent,
) -> Option<Input> {
    match kind {
        MouseEventKind::Down(MouseButton::Left) => Some(Input::Clicked { x, y }),
        MouseEventKind::ScrollDown => Some(Input::Wheel { x, y, down: true }),
        MouseEventKind::ScrollUp => Some(Input::Wheel { x, y, down: false }),
        MouseEventKind::Down(_)
        | MouseEventKind::Up(_)
        | MouseEventKind::Drag(_)
        | MouseEventKind::Moved
        | MouseEventKind::ScrollLeft
        | MouseEventKind::ScrollRight => None,
    }
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the terminal's keys are many; the others mean nothing here"
)]
fn key_of(key: KeyEvent) -> Option<Key> {
    let ctrl = key.modifiers.contains(KeyModifiers::CONTROL);
    Some(match key.code {
        KeyCode::Char(c) if ctrl => Key::Ctrl(c.to_ascii_lowercase()),
        KeyCode::Char(c) => Key::Char(c),
        KeyCode::Enter => Key::Enter,
        KeyCode::Esc => Key::Esc,
        KeyCode::Tab if key.modifiers.contains(KeyModifiers::SHIFT) => Key::BackTab,
        KeyCode::Tab => Key::Tab,
        KeyCode::BackTab => Key::BackTab,
        KeyCode::Up => Key::Up,
        KeyCode::Down => Key::Down,
        KeyCode::Left => Key::Left,
        KeyCode::Right => Key::Right,
        KeyCode::PageUp => Key::PageUp,
        KeyCode::PageDown => Key::PageDown,
        KeyCode::Backspace => Key::Backspace,
        KeyCode::Delete => Key::Delete,
        KeyCode::Home => Key::Home,
        KeyCode::End => Key::End,
        _ => return None,
    })
}
