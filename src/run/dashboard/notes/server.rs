//! Serves what the speaker reads, for as long as a lesson is given.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::net::unix::OwnedReadHalf;
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::{Semaphore, watch};
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::TaskTracker;

use crate::app::SpeakerPage;
use crate::run::dashboard::notes::meeting;

/// So many may follow a lesson at a time; the next one waits.
const MOST: usize = 8;
/// After an error, the next follower is accepted no sooner.
const PAUSE: Duration = Duration::from_secs(1);

/// A page as a line of JSON.
type PageLine = Arc<str>;

/// Serves the notes of a lesson; nothing while none is given.
#[derive(Debug, Default)]
pub(in crate::run) enum NotesServer {
    #[default]
    Idle,
    /// There can be no socket for this lesson.
    Refused,
    Serving(Box<ServedNotes>),
}

/// The socket and what it serves now.
#[derive(Debug)]
pub(in crate::run) struct ServedNotes {
    page: SpeakerPage,
    line: watch::Sender<PageLine>,
    path: PathBuf,
    _stop: DropGuard,
}

impl NotesServer {
    /// Serves this page from now on. Where there can be no socket, none is served: the class is not shown why.
    pub(in crate::run) fn show(
        &mut self,
        page: Option<SpeakerPage>,
        (tasks, stop): (&TaskTracker, &CancellationToken),
    ) {
        match (&mut *self, page) {
            (NotesServer::Idle, None) | (NotesServer::Refused, Some(_)) => (),
            (_, None) => *self = NotesServer::Idle,
            (NotesServer::Idle, Some(page)) => {
                let served = ServedNotes::open(page, tasks, stop);
                *self = served.map_or(NotesServer::Refused, NotesServer::Serving);
            }
            (NotesServer::Serving(served), Some(page)) if served.page != page => {
                served.line.send_replace(line(&page));
                served.page = page;
            }
            (NotesServer::Serving(_), Some(_)) => (),
        }
    }
}

impl ServedNotes {
    fn open(
        page: SpeakerPage,
        tasks: &TaskTracker,
        stop: &CancellationToken,
    ) -> io::Result<Box<ServedNotes>> {
        let (listener, path) = meeting::open()?;
        let listener = UnixListener::from_std(listener)?;
        let (line, lines) = watch::channel(line(&page));
        let stop = stop.child_token();
        tasks.spawn(accept(listener, lines, tasks.clone(), stop.clone()));
        Ok(Box::new(ServedNotes { page, line, path, _stop: stop.drop_guard() }))
    }
}

impl Drop for ServedNotes {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.path);
    }
}

fn line(page: &SpeakerPage) -> PageLine {
    let mut line = serde_json::to_string(page).unwrap_or_default();
    line.push('\n');
    line.into()
}

async fn accept(
    listener: UnixListener,
    mut lines: watch::Receiver<PageLine>,
    tasks: TaskTracker,
    stop: CancellationToken,
) {
    lines.mark_changed();
    let places = Arc::new(Semaphore::new(MOST));
    let next = async || (Arc::clone(&places).acquire_owned().await, listener.accept().await);
    while let Some((place, accepted)) = stop.run_until_cancelled(next()).await {
        match accepted {
            Ok((stream, _)) => {
                let (lines, stop) = (lines.clone(), stop.clone());
                tasks.spawn(async move {
                    stop.run_until_cancelled(serve(stream, lines)).await;
                    drop(place);
                });
            }
            Err(_) => drop(stop.run_until_cancelled(tokio::time::sleep(PAUSE)).await),
        }
    }
}

/// Writes each page, until the follower is gone. One that is slow misses pages, but never the newest.
async fn serve(stream: UnixStream, mut lines: watch::Receiver<PageLine>) {
    let (from, mut to) = stream.into_split();
    let write = async move {
        while lines.changed().await.is_ok() {
            let line = Arc::clone(&lines.borrow_and_update());
            if to.write_all(line.as_bytes()).await.is_err() {
                return;
            }
        }
    };
    tokio::select! {
        () = write => (),
        () = is_over(&from) => (),
    }
}

/// Waits until the follower is gone. It has nothing to say: if it does, it is none.
async fn is_over(from: &OwnedReadHalf) {
    while from.readable().await.is_ok() {
        match from.try_read(&mut [0]) {
            Err(why) if why.kind() == io::ErrorKind::WouldBlock => (),
            Ok(_) | Err(_) => return,
        }
    }
}
