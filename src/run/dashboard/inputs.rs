use std::io;
use std::thread;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc::Sender;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::app::{Event, TerminalEvent};
use crate::kernel::watch::WatchEvent;
use crate::run::dashboard::screen::{self, exit_later};
use crate::run::signals::is_ignored;
use crate::tcp::procfs_instead;

#[derive(Debug)]
pub(crate) enum Input {
    Event(Event),
    Terminal(TerminalEvent),
    /// The terminal cannot be read, though it is not gone.
    Unreadable(io::Error),
    Resized,
    /// SIGTSTP.
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
            WatchEvent::FellBackToProcfs(why) => Event::Warned(procfs_instead(&why)),
            WatchEvent::Inspected { host, found } => Event::Inspected { host, found },
        })
    }
}

pub(super) fn listen_to_signals(
    tasks: &TaskTracker,
    stop: &CancellationToken,
    inbox: &Sender<Input>,
) -> io::Result<()> {
    // With a handler, a file at the size limit (setrlimit(2)) is an error of write(2), not the end of the program.
    drop(signal(SignalKind::from_raw(libc::SIGXFSZ))?);
    let ends = [libc::SIGTERM, libc::SIGINT, libc::SIGHUP, libc::SIGQUIT];
    let all = ends.into_iter().chain([libc::SIGTSTP, libc::SIGCONT, libc::SIGWINCH]);
    for number in all.filter(|number| !is_ignored(*number)) {
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
                    libc::SIGWINCH => Input::Resized,
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

/// Detects that the terminal is gone. A thread of its own, as it must work when nothing else does.
pub(super) fn watch_for_hangup(inbox: Sender<Input>) -> io::Result<()> {
    let watch = move || {
        screen::wait_until_gone();
        exit_later(128 + libc::SIGHUP);
        let _ = inbox.blocking_send(Input::HungUp);
    };
    thread::Builder::new().name("hangup".to_owned()).spawn(watch).map(drop)
}
