use std::borrow::Cow;
use std::fs::{File, OpenOptions};
use std::io::{BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;
use std::{io, thread};

use pcap_file::pcapng::PcapNgWriter;
use pcap_file::pcapng::blocks::enhanced_packet::EnhancedPacketBlock;
use pcap_file::pcapng::blocks::interface_description::{
    InterfaceDescriptionBlock, InterfaceDescriptionOption,
};
use pcap_file::{DataLink, PcapError};
use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};

use crate::lab::addressing::name;
use crate::tcp::{Host, Moment, in_words};

/// So many frames, of so many bytes together, may wait to be written.
const FRAMES: usize = 16_384;
const BYTES: usize = 64 << 20;
/// The last power of ten of a second that times are written to: nanoseconds.
const NANOSECONDS: u8 = 9;

/// Writes down what crosses the wire, as a pcapng file that Wireshark and tcpdump read. The wire never waits for it.
///
/// Each computer is an interface of the file; a frame is written once, under the computer that sent it, when it reaches the other one.
/// Checksums and segmentation are as the kernel left them to the hardware that is not there.
#[derive(Clone, Debug)]
pub struct Capture(Arc<CaptureState>);

#[derive(Debug)]
struct CaptureState {
    /// `None` once nothing more will come.
    frames: Option<SyncSender<CapturedFrame>>,
    waiting: Arc<AtomicUsize>,
    missed: Arc<AtomicU64>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct CapturedFrame {
    at: Moment,
    from: Host,
    bytes: Vec<u8>,
}

/// What the thread writes with.
struct CaptureWriter {
    writer: PcapNgWriter<BufWriter<File>>,
    /// The computers that have their interface already; the place is its number.
    interfaces: Vec<Host>,
    /// The time since 1970 at which the clock of the wire began.
    epoch: Duration,
}

/// How it goes on with the capture.
enum WriteStep {
    /// Nothing waits.
    Calm,
    /// Nothing will come any more.
    Over,
}

impl Capture {
    /// Opens the file, or empties it. `epoch` is the time since 1970 at [`Moment::default`]; `complain` hears, once, why nothing more is
    /// written, or how many frames are missing.
    ///
    /// # Errors
    /// When the file cannot be opened or written to.
    pub fn create(
        path: &Path,
        epoch: Duration,
        complain: impl Fn(String) + Send + 'static,
    ) -> io::Result<Capture> {
        // A pipe without a reader is refused, where one would otherwise wait for it.
        let nonblocking = i32::try_from(OFlags::NONBLOCK.bits()).unwrap_or(0);
        let mut options = OpenOptions::new();
        let options = options.write(true).create(true).truncate(true);
        let file = options.custom_flags(nonblocking).open(path)?;
        fcntl_setfl(&file, fcntl_getfl(&file)? - OFlags::NONBLOCK)?;
        let mut writer = PcapNgWriter::new(BufWriter::new(file)).map_err(plain)?;
        writer.get_mut().flush()?;
        let (frames, crossed) = sync_channel(FRAMES);
        let (waiting, missed) = (Arc::<AtomicUsize>::default(), Arc::<AtomicU64>::default());
        let mut pen = CaptureWriter { writer, interfaces: Vec::new(), epoch };
        let thread = {
            let (waiting, missed) = (Arc::clone(&waiting), Arc::clone(&missed));
            let write = move || loop {
                match pen.write_waiting(&crossed, &waiting) {
                    Err(why) => {
                        return complain(format!("nothing more is captured: {}", in_words(&why)));
                    }
                    Ok(WriteStep::Over) => return,
                    Ok(WriteStep::Calm) => (),
                }
                let missed = missed.swap(0, Ordering::Relaxed);
                if missed > 0 {
                    complain(format!(
                        "{missed} frames came too fast and are missing in the capture"
                    ));
                }
            };
            let thread = thread::Builder::new().name("capture".to_owned());
            thread.spawn(write)?
        };
        Ok(Capture(Arc::new(CaptureState {
            frames: Some(frames),
            waiting,
            missed,
            thread: Some(thread),
        })))
    }

    /// A frame has crossed.
    pub(crate) fn write(&self, at: Moment, from: Host, bytes: &[u8]) {
        let CaptureState { frames, waiting, missed, .. } = &*self.0;
        let Some(frames) = frames else { return };
        if waiting.load(Ordering::Relaxed) > BYTES {
            missed.fetch_add(1, Ordering::Relaxed);
            return;
        }
        waiting.fetch_add(bytes.len(), Ordering::Relaxed);
        let crossed = CapturedFrame { at, from, bytes: bytes.to_vec() };
        if frames.try_send(crossed).is_err() {
            waiting.fetch_sub(bytes.len(), Ordering::Relaxed);
            missed.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl Drop for CaptureState {
    /// Waits until everything is written.
    fn drop(&mut self) {
        drop(self.frames.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl CaptureWriter {
    /// Waits for a frame; writes it and all that wait behind it.
    fn write_waiting(
        &mut self,
        crossed: &Receiver<CapturedFrame>,
        waiting: &AtomicUsize,
    ) -> io::Result<WriteStep> {
        let Ok(first) = crossed.recv() else {
            return Ok(WriteStep::Over);
        };
        for next in std::iter::once(first).chain(crossed.try_iter()) {
            waiting.fetch_sub(next.bytes.len(), Ordering::Relaxed);
            self.write(&next).map_err(plain)?;
        }
        self.writer.get_mut().flush()?;
        Ok(WriteStep::Calm)
    }

    fn write(&mut self, crossed: &CapturedFrame) -> Result<(), PcapError> {
        let known = self.interfaces.iter().position(|host| *host == crossed.from);
        let place = known.unwrap_or(self.interfaces.len());
        if known.is_none() {
            self.interfaces.push(crossed.from);
            self.writer.write_pcapng_block(InterfaceDescriptionBlock {
                linktype: DataLink::ETHERNET,
                snaplen: 0,
                options: vec![
                    InterfaceDescriptionOption::IfName(Cow::Borrowed(name(crossed.from))),
                    InterfaceDescriptionOption::IfTsResol(NANOSECONDS),
                ],
            })?;
        }
        self.writer.write_pcapng_block(EnhancedPacketBlock {
            interface_id: u32::try_from(place).unwrap_or(0),
            timestamp: self.epoch + crossed.at.since_start(),
            original_len: u32::try_from(crossed.bytes.len()).unwrap_or(u32::MAX),
            data: Cow::Borrowed(&crossed.bytes),
            options: Vec::new(),
        })?;
        Ok(())
    }
}

fn plain(error: PcapError) -> io::Error {
    if let PcapError::IoError(error) = error {
        return error;
    }
    io::Error::other(error)
}
