use std::borrow::Cow;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;
use std::{io, mem, thread};

use pcap_file::pcapng::PcapNgWriter;
use pcap_file::pcapng::blocks::enhanced_packet::{EnhancedPacketBlock, EnhancedPacketOption};
use pcap_file::pcapng::blocks::interface_description::{
    InterfaceDescriptionBlock, InterfaceDescriptionOption,
};
use pcap_file::{DataLink, PcapError};

use crate::lab::addressing::name;
use crate::lab::wire::capture_file::CaptureFile;
use crate::tcp::{Host, LabEvent, Moment, in_words};

const MAX_FRAMES: usize = 16_384;
const MAX_BYTES: usize = 64 << 20;
/// How many bytes are collected at most before they are written.
const CHUNK: usize = 1 << 16;
const NANOSECONDS: u8 = 9;

/// Writes what crosses the wire to a pcapng file, for Wireshark and tcpdump, on a thread of its own. The wire never waits for it.
///
/// Each computer is an interface of the file; a frame is written once, under its sender, when it reaches the receiver. A retransmission
/// that a held wire counts instead of delivering it is written when it is sent, with a comment. Checksums and segmentation are as the
/// kernel leaves them to the hardware.
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
    is_delivered: bool,
}

const NOT_DELIVERED: &str =
    "Retransmitted while it, or its acknowledgment, was held on the wire: not delivered.";

struct CaptureWriter {
    file: CaptureFile,
    blocks: PcapNgWriter<Vec<u8>>,
    /// Where the blocks end that are not written yet.
    ends: Vec<usize>,
    counts: Arc<CaptureCounts>,
    interfaces: Vec<Host>,
    /// The time since 1970 at which the wire's clock started.
    epoch: Duration,
}

impl Capture {
    /// Creates the file, or writes to an empty one or a pipe. `epoch` is the time since 1970 at [`Moment::default`]; `report` gets the reason
    /// why nothing more is written, or how many frames are missing.
    ///
    /// # Errors
    /// When the file cannot be opened or written to, or something is in it.
    pub fn create(
        path: &Path,
        epoch: Duration,
        report: impl Fn(LabEvent) + Send + 'static,
    ) -> io::Result<Capture> {
        let file = CaptureFile::open(path)?;
        let blocks = PcapNgWriter::new(Vec::new()).map_err(io_error)?;
        let (frames, crossed) = sync_channel(MAX_FRAMES);
        let counts = Arc::<CaptureCounts>::default();
        let (interfaces, ends) = (Vec::new(), Vec::new());
        let mut writer =
            CaptureWriter { file, blocks, ends, counts: Arc::clone(&counts), interfaces, epoch };
        writer.flush()?;
        let write = move || {
            if let Err(why) = writer.run(&crossed, &report) {
                let why = if why.kind() == io::ErrorKind::BrokenPipe {
                    "the program that read it has ended (EPIPE)".to_owned()
                } else {
                    in_words(&why)
                };
                report(LabEvent::CaptureFailed(why));
            }
        };
        let thread = Some(thread::Builder::new().name("capture".to_owned()).spawn(write)?);
        Ok(Capture(Arc::new(CaptureState { frames: Some(frames), counts, thread })))
    }

    pub(super) fn write(&self, at: Moment, from: Host, bytes: &[u8], is_delivered: bool) {
        let CaptureState { frames, counts, .. } = &*self.0;
        let Some(frames) = frames else { return };
        if counts.waiting.load(Ordering::Relaxed) > MAX_BYTES {
            counts.missed.fetch_add(1, Ordering::Relaxed);
            return;
        }
        counts.waiting.fetch_add(bytes.len(), Ordering::Relaxed);
        let frame = CapturedFrame { at, from, bytes: bytes.to_vec(), is_delivered };
        if frames.try_send(frame).is_err() {
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
    fn run(
        &mut self,
        crossed: &Receiver<CapturedFrame>,
        report: &impl Fn(LabEvent),
    ) -> io::Result<()> {
        while let Ok(first) = crossed.recv() {
            for next in std::iter::once(first).chain(crossed.try_iter()) {
                self.counts.waiting.fetch_sub(next.bytes.len(), Ordering::Relaxed);
                self.collect(&next).map_err(io_error)?;
                let collected = self.blocks.get_mut().len();
                self.ends.push(collected);
                if collected > CHUNK {
                    self.flush()?;
                }
            }
            self.flush()?;
            let missed = self.counts.missed.swap(0, Ordering::Relaxed);
            if missed > 0 {
                report(LabEvent::Warned(format!(
                    "{missed} frames are missing in the capture: they arrived faster than it was written"
                )));
            }
        }
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        let blocks = mem::take(self.blocks.get_mut());
        self.file.write(&blocks, &mem::take(&mut self.ends))
    }

    fn collect(&mut self, crossed: &CapturedFrame) -> Result<(), PcapError> {
        let known = self.interfaces.iter().position(|host| *host == crossed.from);
        let place = known.unwrap_or(self.interfaces.len());
        if known.is_none() {
            self.interfaces.push(crossed.from);
            self.blocks.write_pcapng_block(InterfaceDescriptionBlock {
                linktype: DataLink::ETHERNET,
                snaplen: 0,
                options: vec![
                    InterfaceDescriptionOption::IfName(Cow::Borrowed(name(crossed.from))),
                    InterfaceDescriptionOption::IfTsResol(NANOSECONDS),
                ],
            })?;
        }
        let comment = (!crossed.is_delivered)
            .then_some(EnhancedPacketOption::Comment(Cow::Borrowed(NOT_DELIVERED)));
        self.blocks.write_pcapng_block(EnhancedPacketBlock {
            interface_id: u32::try_from(place).unwrap_or(0),
            timestamp: self.epoch + crossed.at.since_start(),
            original_len: u32::try_from(crossed.bytes.len()).unwrap_or(u32::MAX),
            data: Cow::Borrowed(&crossed.bytes),
            options: comment.into_iter().collect(),
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
