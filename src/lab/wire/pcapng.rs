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

/// How many frames and bytes may wait to be written.
const MAX_FRAMES: usize = 16_384;
const MAX_BYTES: usize = 64 << 20;
/// The resolution of the time stamps: 10 to the power of minus 9 seconds.
const NANOSECONDS: u8 = 9;

/// Writes what crosses the wire to a pcapng file, for Wireshark and tcpdump, on a thread of its own. The wire never waits for it.
///
/// Each computer is an interface of the file; a frame is written once, under its sender, when it reaches the receiver. Checksums and
/// segmentation are as the kernel leaves them to the hardware.
#[derive(Clone, Debug)]
pub struct Capture(Arc<CaptureState>);

#[derive(Debug)]
struct CaptureState {
    /// `None` once the capture ends.
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

struct CaptureWriter {
    writer: PcapNgWriter<BufWriter<File>>,
    /// The computer of each interface.
    interfaces: Vec<Host>,
    /// The time since 1970 at which the wire's clock started.
    epoch: Duration,
}

impl Capture {
    /// Creates or truncates the file. `epoch` is the time since 1970 at [`Moment::default`]; `warn` gets the reason why nothing more is written, or
    /// how many frames are missing.
    ///
    /// # Errors
    /// When the file cannot be opened or written to.
    pub fn create(
        path: &Path,
        epoch: Duration,
        warn: impl Fn(String) + Send + 'static,
    ) -> io::Result<Capture> {
        // Opening a pipe without a reader fails at once instead of waiting for one.
        let nonblocking = i32::try_from(OFlags::NONBLOCK.bits()).unwrap_or(0);
        let mut options = OpenOptions::new();
        let options = options.write(true).create(true).truncate(true);
        let file = options.custom_flags(nonblocking).open(path)?;
        fcntl_setfl(&file, fcntl_getfl(&file)? - OFlags::NONBLOCK)?;
        let mut writer = PcapNgWriter::new(BufWriter::new(file)).map_err(io_error)?;
        writer.get_mut().flush()?;
        let (frames, crossed) = sync_channel(MAX_FRAMES);
        let (waiting, missed) = (Arc::<AtomicUsize>::default(), Arc::<AtomicU64>::default());
        let mut file_writer = CaptureWriter { writer, interfaces: Vec::new(), epoch };
        let thread = {
            let (waiting, missed) = (Arc::clone(&waiting), Arc::clone(&missed));
            let write = move || loop {
                match file_writer.write_waiting(&crossed, &waiting) {
                    Err(why) => {
                        return warn(format!("the capture has stopped: {}", in_words(&why)));
                    }
                    Ok(false) => return,
                    Ok(true) => (),
                }
                let missed = missed.swap(0, Ordering::Relaxed);
                if missed > 0 {
                    warn(format!(
                        "{missed} frames are missing in the capture: they arrived faster than it was written"
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

    pub(super) fn write(&self, at: Moment, from: Host, bytes: &[u8]) {
        let CaptureState { frames, waiting, missed, .. } = &*self.0;
        let Some(frames) = frames else { return };
        if waiting.load(Ordering::Relaxed) > MAX_BYTES {
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
    /// Waits for frames and writes them; `false` once the capture ends.
    fn write_waiting(
        &mut self,
        crossed: &Receiver<CapturedFrame>,
        waiting: &AtomicUsize,
    ) -> io::Result<bool> {
        let Ok(first) = crossed.recv() else {
            return Ok(false);
        };
        for next in std::iter::once(first).chain(crossed.try_iter()) {
            waiting.fetch_sub(next.bytes.len(), Ordering::Relaxed);
            self.write(&next).map_err(io_error)?;
        }
        self.writer.get_mut().flush()?;
        Ok(true)
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

fn io_error(error: PcapError) -> io::Error {
    if let PcapError::IoError(error) = error {
        return error;
    }
    io::Error::other(error)
}
