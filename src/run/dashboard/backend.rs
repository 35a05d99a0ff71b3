//! What ratatui's backend for crossterm lacks: one write for each frame, in a synchronized update.

use std::io::{self, ErrorKind, Write};
use std::thread::{self, JoinHandle};

use crossterm::cursor::MoveTo;
use crossterm::queue;
use crossterm::terminal::{BeginSynchronizedUpdate, Clear, EndSynchronizedUpdate};
use ratatui::backend::{Backend, ClearType, CrosstermBackend, WindowSize};
use ratatui::buffer::Cell;
use ratatui::layout::{Position, Size};
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::mpsc::{Sender, channel};

/// Writes once a frame, in one synchronized update, and nothing when no cell has changed. The cursor stays hidden.
///
/// A thread of its own does the writing: a terminal may take no bytes for as long as it likes.
#[derive(Debug)]
pub(super) struct QuietBackend {
    inner: CrosstermBackend<FrameWriter>,
    queue: Sender<Vec<u8>>,
}

#[derive(Debug)]
struct FrameWriter {
    frame: Vec<u8>,
    queue: Sender<Vec<u8>>,
    /// Ends with the first error.
    thread: Option<JoinHandle<io::Error>>,
}

impl Write for FrameWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.frame.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.frame.is_empty() && !self.queue.is_closed() {
            return Ok(());
        }
        let mut whole = Vec::with_capacity(self.frame.len() + 32);
        queue!(whole, BeginSynchronizedUpdate)?;
        whole.append(&mut self.frame);
        queue!(whole, EndSynchronizedUpdate)?;
        match self.queue.try_send(whole) {
            Ok(()) => Ok(()),
            Err(TrySendError::Full(whole)) => {
                self.frame = whole;
                Ok(())
            }
            Err(TrySendError::Closed(_)) => {
                let failed = self.thread.take().and_then(|thread| thread.join().ok());
                Err(failed.unwrap_or_else(|| ErrorKind::BrokenPipe.into()))
            }
        }
    }
}

impl QuietBackend {
    /// Starts the thread that writes each frame by `write`.
    pub(super) fn new(
        write: impl Fn(&[u8]) -> io::Result<()> + Send + 'static,
    ) -> io::Result<QuietBackend> {
        let (queue, mut frames) = channel::<Vec<u8>>(1);
        let write_all = move || {
            while let Some(frame) = frames.blocking_recv() {
                if let Err(why) = write(&frame) {
                    return why;
                }
            }
            ErrorKind::BrokenPipe.into()
        };
        let thread = thread::Builder::new().name("screen".to_owned()).spawn(write_all)?;
        let frame = Vec::with_capacity(16 * 1024);
        let frames = FrameWriter { frame, queue: queue.clone(), thread: Some(thread) };
        Ok(QuietBackend { inner: CrosstermBackend::new(frames), queue })
    }

    pub(super) async fn ready(&self) {
        // It fails with the thread, and then the next frame fails, too.
        let _ = self.queue.reserve().await;
    }

    pub(super) fn is_ready(&self) -> bool {
        self.queue.capacity() > 0 || self.queue.is_closed()
    }
}

impl Backend for QuietBackend {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        let mut content = content.peekable();
        if content.peek().is_none() {
            return Ok(());
        }
        self.inner.draw(content)
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        Ok(())
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        // ratatui's Terminal does this when it is dropped, and panics if it fails: the terminal may be gone by then.
        Ok(())
    }

    fn get_cursor_position(&mut self) -> io::Result<Position> {
        // Asking the terminal would wait for an answer that may never come; nothing here depends on it.
        Ok(Position::ORIGIN)
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        let Position { x, y } = position.into();
        queue!(self.inner, MoveTo(x, y))
    }

    fn clear(&mut self) -> io::Result<()> {
        self.clear_region(ClearType::All)
    }

    fn clear_region(&mut self, region: ClearType) -> io::Result<()> {
        // Written with the frame that follows: an empty screen in between would be seen as a flash.
        let region = match region {
            ClearType::All => crossterm::terminal::ClearType::All,
            ClearType::AfterCursor => crossterm::terminal::ClearType::FromCursorDown,
            ClearType::BeforeCursor => crossterm::terminal::ClearType::FromCursorUp,
            ClearType::CurrentLine => crossterm::terminal::ClearType::CurrentLine,
            ClearType::UntilNewLine => crossterm::terminal::ClearType::UntilNewLine,
        };
        queue!(self.inner, Clear(region))
    }

    fn size(&self) -> io::Result<Size> {
        // crossterm's size() starts tput(1) where the kernel refuses to say it.
        let size = crossterm::terminal::window_size()?;
        Ok(Size::new(size.columns, size.rows))
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        self.inner.window_size()
    }

    fn flush(&mut self) -> io::Result<()> {
        Backend::flush(&mut self.inner)
    }
}
