use std::time::Duration;

/// What the kernel knows of one TCP connection beyond its row (`TCP_INFO`, tcp(7)). Older kernels tell less.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TcpInfo {
    /// How long an answer takes, smoothed; zero before there was one.
    pub rtt: Duration,
    /// By how much that varies.
    pub rttvar: Duration,
    /// How many segments may be under way at once (congestion window).
    pub snd_cwnd: u32,
    /// The longest segment that it sends, in bytes.
    pub snd_mss: u32,
    /// How often a segment was sent again, in the whole life.
    pub total_retrans: u32,
    /// Bytes that came in, for a program to read.
    pub bytes_received: Option<u64>,
    /// Bytes that were sent; those that were sent again count once.
    pub bytes_sent: Option<u64>,
    /// Segments that came in, those without data too.
    pub segs_in: Option<u32>,
    /// Segments that were sent.
    pub segs_out: Option<u32>,
    /// Bytes that the other end has room for.
    pub snd_wnd: Option<u32>,
    /// Bytes that this end has room for.
    pub rcv_wnd: Option<u32>,
}
