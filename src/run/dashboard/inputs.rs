use std::panic::AssertUnwindSafe;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use crossterm::event::{
    Event as TerminalEvent, EventStream, KeyCode, KeyEvent, KeyEventKind, KeyModifiers,
    MouseButton, MouseEvent, MouseEventKind,
};
use futures_util::{FutureExt, StreamExt};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc::Sender;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::app::{Event, Key};
use crate::kernel::watch::WatchEvent;
use crate::net::panic_message;
use crate::run::dashboard::screen;
use crate::run::fault::break_on_purpose;
use crate::tcp::SocketEvent;

#[derive(Debug)]
pub(crate) enum Input {
    Event(Event),
    Clicked {
        x: u16,
        y: u16,
    },
    /// The wheel was turned over a cell, downwards or upwards.
    Wheel {
        x: u16,
        y: u16,
        down: bool,
    },
    Resized,
    /// ctrl-z, or SIGTSTP.
    Suspend,
    Continued,
    /// A signal that ends the program.
    Signal(i32),
    HungUp,
}

impl From<WatchEvent> for Input {
    fn from(event: WatchEvent) -> Input {
        Input::Event(match event {
            WatchEvent::TableRead(update) => Event::TableRead(update),
            WatchEvent::TableUnreadable { host, why } => Event::TableUnreadable { host, why },
            WatchEvent::FellBackToProcfs(why) => Event::FellBackToProcfs(why),
            WatchEvent::Inspected { host, found } => Event::Inspected { host, found },
        })
    }
}

const RESTARTS: u32 = 3;

pub(super) fn listen_to_terminal(
    tasks: &TaskTracker,
    stop: CancellationToken,
    inbox: Sender<Input>,
) {
    tasks.spawn(async move {
        for _ in 0..=RESTARTS {
            let forwarding = AssertUnwindSafe(forward(&stop, &inbox)).catch_unwind();
            let Err(panic) = forwarding.await else { return };
            let crashed = Event::Net(SocketEvent::Crashed(panic_message(&*panic)));
            let _ = inbox.send(Input::Event(crashed)).await;
        }
        let _ = inbox.send(Input::HungUp).await;
    });
}

async fn forward(stop: &CancellationToken, inbox: &Sender<Input>) {
    break_on_purpose("keyboard");
    let mut events = EventStream::new();
    loop {
        let event = tokio::select! {
            () = stop.cancelled() => return,
            event = events.next() => event,
        };
        let Some(Ok(event)) = event else {
            let _ = inbox.send(Input::HungUp).await;
            return;
        };
        let esc = follows_esc(&event).then_some(Input::Event(Event::Pressed(Key::Esc)));
        for input in esc.into_iter().chain(translate(event)) {
            if inbox.send(input).await.is_err() {
                return;
            }
        }
    }
}

pub(super) fn listen_to_signals(
    tasks: &TaskTracker,
    stop: &CancellationToken,
    inbox: &Sender<Input>,
) -> std::io::Result<()> {
    // With a handler, a file at the size limit (setrlimit(2)) is an error of write(2), not the end of the program.
    drop(signal(SignalKind::from_raw(libc::SIGXFSZ))?);
    let ends = [libc::SIGTERM, libc::SIGINT, libc::SIGHUP, libc::SIGQUIT];
    for number in ends.into_iter().chain([libc::SIGTSTP, libc::SIGCONT]) {
        let mut signals = signal(SignalKind::from_raw(number))?;
        let (stop, inbox) = (stop.clone(), inbox.clone());
        tasks.spawn(async move {
            loop {
                let received = tokio::select! {
                    () = stop.cancelled() => return,
                    received = signals.recv() => received,
                };
                let input = match number {
                    libc::SIGTSTP => Input::Suspend,
                    libc::SIGCONT => Input::Continued,
                    _ => {
                        exit_later(128 + number);
                        Input::Signal(number)
                    }
                };
                if received.is_none() || inbox.send(input).await.is_err() {
                    return;
                }
            }
        });
    }
    Ok(())
}

/// Detects that the terminal is gone, on which crossterm would spin for ever. A thread of its own, as it must work when nothing else does.
pub(super) fn watch_for_hangup(inbox: Sender<Input>) {
    let watch = move || {
        screen::wait_until_gone();
        exit_later(128 + libc::SIGHUP);
        let _ = inbox.blocking_send(Input::HungUp);
    };
    let _ = thread::Builder::new().name("hangup".to_owned()).spawn(watch);
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
            screen::leave();
            restored.send(())
        });
        let _ = is_restored.recv_timeout(RESTORE_TIMEOUT);
        std::process::exit(code);
    };
    let _ = thread::Builder::new().name("deadline".to_owned()).spawn(wait);
}

/// Whether Esc was pressed just before: a slow connection delivers both at once, which looks like a letter with alt. No key here has alt.
fn follows_esc(event: &TerminalEvent) -> bool {
    matches!(event, TerminalEvent::Key(KeyEvent { code: KeyCode::Char(_), modifiers, .. }) if modifiers.contains(KeyModifiers::ALT))
}

fn translate(event: TerminalEvent) -> Option<Input> {
    match event {
        TerminalEvent::Key(key) if key.kind != KeyEventKind::Release => {
            let key = key_of(key)?;
            let suspends = key == Key::Ctrl('z');
            Some(if suspends { Input::Suspend } else { Input::Event(Event::Pressed(key)) })
        }
        TerminalEvent::Paste(text) => Some(Input::Event(Event::Pasted(text))),
        TerminalEvent::Resize(..) => Some(Input::Resized),
        TerminalEvent::Mouse(mouse) => translate_mouse(mouse),
        TerminalEvent::Key(_) | TerminalEvent::FocusGained | TerminalEvent::FocusLost => None,
    }
}

fn translate_mouse(MouseEvent { kind, column: x, row: y, .. }: MouseEvent) -> Option<Input> {
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
    reason = "the other keys of a terminal have no meaning here"
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
        KeyCode::Insert => Key::Insert,
        KeyCode::F(n) => Key::F(n),
        _ => return None,
    })
}
