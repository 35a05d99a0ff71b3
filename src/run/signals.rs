use std::io;

use procfs::process::Process;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc::{Receiver, channel};
use tokio_util::task::TaskTracker;

/// Whether the signal is ignored, as nohup(1) arranges it for the program that it starts: it must stay ignored then.
pub(super) fn is_ignored(number: i32) -> bool {
    let status = Process::myself().and_then(|process| process.status());
    status.is_ok_and(|status| status.sigign >> (number - 1) & 1 == 1)
}

/// Receives the numbers of these signals, save those that are ignored. Must be called within a tokio runtime.
pub(super) fn receive<const N: usize>(numbers: [i32; N]) -> io::Result<Receiver<i32>> {
    let (sender, received) = channel(N);
    for number in numbers.into_iter().filter(|number| !is_ignored(*number)) {
        let mut signals = signal(SignalKind::from_raw(number))?;
        let sender = sender.clone();
        TaskTracker::new().spawn(async move {
            while signals.recv().await.is_some() && sender.send(number).await.is_ok() {}
        });
    }
    Ok(received)
}
