use crate::app::State;
use crate::tcp::{Protocol, Segment, WireSegment};

/// A segment by its flags and who sent it: `laptop's SYN`.
pub(crate) fn segment(state: &State, crossing: &WireSegment) -> String {
    let segment = &crossing.segment;
    let again = if crossing.again { ", sent again," } else { "" };
    let what = match segment.tuple.protocol {
        Protocol::Tcp => segment.flags.to_string(),
        Protocol::Udp if segment.is_refusal => format!("ICMP \"{}\"", Segment::REFUSES),
        Protocol::Udp if segment.is_fragment => String::from("first fragment of a datagram"),
        Protocol::Udp => String::from("datagram"),
    };
    format!("{}'s {what}{again}", state.computer_name(segment.from))
}
