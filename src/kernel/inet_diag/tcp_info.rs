use std::time::Duration;

use netlink_packet_core::NlasIterator;
use zerocopy::FromBytes;

use crate::kernel::inet_diag::Header;
use crate::kernel::inet_diag::answer::DiagMessage;
use crate::tcp::{TcpInfo, TcpState};

const INET_DIAG_INFO: u16 = 2;

/// The `struct tcp_info` (linux/tcp.h) behind the socket of one whole message; `None` where there is none, or it is invalid. Fields that
/// an older kernel lacks are `None`; those that a newer one adds are skipped.
pub fn tcp_info(message: &[u8]) -> Option<TcpInfo> {
    let socket = message.get(size_of::<Header>()..)?;
    let (socket, attributes) = DiagMessage::read_from_prefix(socket).ok()?;
    let mut attributes = NlasIterator::new(attributes).map_while(Result::ok);
    let info = attributes.find(|attribute| attribute.kind() == INET_DIAG_INFO)?;
    let info = read(info.value())?;
    // A received FIN occupies a sequence number (`tcp_rcv_nxt_update`, net/ipv4/tcp_input.c).
    let has_fin = TcpState::from_kernel(socket.state).is_some_and(TcpState::has_received_fin);
    let bytes_received = info.bytes_received.map(|bytes| bytes.saturating_sub(has_fin.into()));
    Some(TcpInfo { bytes_received, ..info })
}

fn read(info: &[u8]) -> Option<TcpInfo> {
    let word = |at: usize| Some(u32::from_ne_bytes(*info.get(at..)?.first_chunk::<4>()?));
    let long = |at: usize| Some(u64::from_ne_bytes(*info.get(at..)?.first_chunk::<8>()?));
    let micros = |at: usize| word(at).map(|micros| Duration::from_micros(micros.into()));
    Some(TcpInfo {
        snd_mss: word(16)?,
        rtt: micros(68)?,
        rttvar: micros(72)?,
        snd_cwnd: word(80)?,
        total_retrans: word(100)?,
        bytes_received: long(128),
        segs_out: word(136),
        segs_in: word(140),
        // `tcpi_bytes_sent` includes retransmissions. Before Linux 4.19 only acknowledged bytes are known.
        bytes_sent: match (long(200), long(208)) {
            (Some(sent), Some(again)) => Some(sent.saturating_sub(again)),
            (sent, _) => sent.or_else(|| long(120)),
        },
        snd_wnd: word(228),
        rcv_wnd: word(232),
    })
}
