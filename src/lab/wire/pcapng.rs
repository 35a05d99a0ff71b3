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

const MAX_FRAMES: usize = 16_384;
const MAX_BYTES: usize = 64 << 20;
const NANOSECONDS: u8 = 9;

/// Writes what crosses the wire to a pcapng file, for Wireshark and tcpdump, on a thread of its own. The wire never waits for it.
///
/// Each computer is an interface of the file; a frame is written once, under its sender, when it reaches the receiver. Checksums and
/// segmentation are as the kernel leaves them to the hardware.
#[derive(Clone, Debug)]
pub struct Capture(Arc<CaptureState>);

#[derive(Debug)]
struct CaptureState {
    frames: Option<SyncSender<CapturedFrame>>,
    counts: Arc<CaptureCounts>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug, Default)]
struct CaptureCounts {
    waiting: AtomicUsize,
    missed: AtomicU64,
}

#[derive(Debug)]
struct CapturedFrame {
    at: Moment,
    from: Host,
    bytes: Vec<u8>,
}

struct CaptureWriter {
    writer: PcapNgWriter<BufWriter<File>>,
    counts: Arc<CaptureCounts>,
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
        let counts = Arc::<CaptureCounts>::default();
        let interfaces = Vec::new();
        let mut writer = CaptureWriter { writer, counts: Arc::clone(&counts), interfaces, epoch };
        let write = move || {
            if let Err(why) = writer.run(&crossed, &warn) {
                warn(format!("the capture has stopped: {}", in_words(&why)));
            }
        };
        let thread = Some(thread::Builder::new().name("capture".to_owned()).spawn(write)?);
        Ok(Capture(Arc::new(CaptureState { frames: Some(frames), counts, thread })))
    }

    pub(super) fn write(&self, at: Moment, from: Host, bytes: &[u8]) {
        let CaptureState { frames, counts, .. } = &*self.0;
        let Some(frames) = frames else { return };
        if counts.waiting.load(Ordering::Relaxed) > MAX_BYTES {
            counts.missed.fetch_add(1, Ordering::Relaxed);
            return;
        }
        counts.waiting.fetch_add(bytes.len(), Ordering::Relaxed);
        if frames.try_send(CapturedFrame { at, from, bytes: bytes.to_vec() }).is_err() {
            counts.waiting.fetch_sub(bytes.len(), Ordering::Relaxed);
            counts.missed.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl Drop for CaptureState {
    fn drop(&mut self) {
        drop(self.frames.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl CaptureWriter {
    fn run(&mut self, crossed: &Receiver<CapturedFrame>, warn: &impl Fn(String)) -> io::Result<()> {
        while let Ok(first) = crossed.recv() {
            for next in std::iter::once(first).chain(crossed.try_iter()) {
                self.counts.waiting.fetch_sub(next.bytes.len(), Ordering::Relaxed);
                self.write(&next).map_err(io_error)?;
            }
            self.writer.get_mut().flush()?;
            let missed = self.counts.missed.swap(0, Ordering::Relaxed);
            if missed > 0 {
                warn(format!(
                    "{missed} frames are missing in the capture: they arrived faster than it was written"
                ));
            }
        }
        Ok(())
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
