use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;
use std::time::Duration;

use crossterm::terminal::is_raw_mode_enabled;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use tokio::sync::mpsc::Sender;

use crate::app::{Event, InputParser};
use crate::net::panic_message;
use crate::run::dashboard::inputs::Input;
use crate::run::dashboard::job::{is_in_background, pause};
use crate::run::dashboard::screen;
use crate::run::fault::break_on_purpose;
use crate::tcp::SocketEvent;

const RESTARTS: u32 = 3;

/// Starts the thread that reads the terminal, once it is in raw mode.
pub(super) fn listen(inbox: Sender<Input>) -> io::Result<()> {
    let (mut parser, mut bytes) = (InputParser::default(), [0; 4096]);
    // What waits there by now is not meant for us: above all the reply to a question of the program before.
    while let Some(length @ 1..) = read(&mut bytes, Some(Duration::ZERO))? {
        parser.feed(&bytes[..length]);
    }
    let listen = move || {
        let send = |input| drop(inbox.blocking_send(input));
        for _ in 0..=RESTARTS {
            match catch_unwind(AssertUnwindSafe(|| forward(&mut parser, &inbox))) {
                Ok(Ok(())) => return,
                Ok(Err(why)) => return send(Input::Unreadable(why)),
                Err(panic) => {
                    let crashed = SocketEvent::Crashed(panic_message(&*panic));
                    send(Input::Event(Event::Net(crashed)));
                }
            }
        }
        send(Input::Unreadable(io::Error::other("its reader has crashed")));
    };
    thread::Builder::new().name("keyboard".to_owned()).spawn(listen).map(drop)
}

/// Sends what the user does, until the terminal or the dashboard is gone.
fn forward(parser: &mut InputParser, inbox: &Sender<Input>) -> io::Result<()> {
    break_on_purpose("keyboard");
    let mut bytes = [0; 4096];
    loop {
        let events = match read(&mut bytes, parser.patience())? {
            Some(0) => return Ok(()),
            Some(length) => parser.feed(&bytes[..length]),
            None => parser.time_out(),
        };
        for event in events {
            if inbox.blocking_send(Input::Terminal(event)).is_err() {
                return Ok(());
            }
        }
    }
}

/// Reads what the terminal sends next: `None` if that is nothing for so long, no bytes if the terminal is gone.
fn read(bytes: &mut [u8], patience: Option<Duration>) -> io::Result<Option<usize>> {
    let stdin = rustix::stdio::stdin();
    let patience = patience.map(Timespec::try_from).transpose().map_err(io::Error::other)?;
    loop {
        match poll(&mut [PollFd::new(&stdin, PollFlags::IN)], patience.as_ref()) {
            Ok(0) => return Ok(None),
            // While a shell has the terminal, its keys are not ours.
            Ok(_) if !is_ours() => pause(),
            Ok(_) => match rustix::io::read(stdin, &mut *bytes) {
                Ok(length @ 1..) => return Ok(Some(length)),
                _ if screen::is_gone() => return Ok(Some(0)),
                Ok(_) | Err(Errno::AGAIN | Errno::INTR) => pause(),
                Err(_) if !is_ours() => pause(),
                Err(why) => return Err(why.into()),
            },
            Err(Errno::INTR) => (),
            Err(why) => return Err(why.into()),
        }
    }
}

/// Whether the keys are for the dashboard, and not for a shell.
fn is_ours() -> bool {
    is_raw_mode_enabled().unwrap_or(false) && !is_in_background()
}
