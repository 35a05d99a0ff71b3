use std::fmt;

use crate::tcp::{FiveTuple, Host, Protocol};

/// A TCP segment as it left a computer (RFC 9293, section 3.1), a UDP datagram, or an ICMP message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    /// Counted from 1 in the order in which segments were put on the wire.
    pub number: u64,
    /// Whose kernel sent it.
    pub from: Host,
    /// Whose kernel it is meant for.
    pub to: Host,
    /// The five numbers; `local` is the sender's end, also of a message that refuses a datagram. An echo has no ports: they are 0.
    pub tuple: FiveTuple,
    /// Which message of ICMP this is.
    pub icmp: Option<IcmpMessage>,
    /// Whether this is but the first fragment of a datagram that is longer than a frame; the others have no ports.
    pub is_fragment: bool,
    /// SYN, ACK, ...
    pub flags: Flags,
    /// The sequence number of its first byte, absolute.
    pub seq: u32,
    /// The next sequence number that the sender waits for; means something with ACK only.
    pub ack: u32,
    /// How many bytes of data it carries; the whole datagram, with its other fragments.
    pub length: u32,
    /// The first of them, at most [`Segment::SHOWN`].
    pub first: Vec<u8>,
}

impl Segment {
    /// How many bytes of the data are kept to be shown.
    pub const SHOWN: usize = 64;

    /// How many sequence numbers it takes, SYN and FIN included (SEG.LEN, RFC 9293, section 3.3.1); 0 for UDP.
    pub fn sequence_length(&self) -> u32 {
        if self.tuple.protocol == Protocol::Udp {
            return 0;
        }
        let control = [Flags::SYN, Flags::FIN].map(|flag| u32::from(self.flags.has(flag)));
        self.length.wrapping_add(control[0] + control[1])
    }

    /// What it is called on an arrow: its data, its flags, or the protocol that has none.
    pub fn label(&self) -> String {
        match self.tuple.protocol {
            Protocol::Tcp if self.length > 0 => {
                let with = self.flags.without_data();
                let with = with.map_or_else(String::new, |flags| format!("{flags}+"));
                format!("{with}data {} B", self.length)
            }
            Protocol::Tcp => self.flags.to_string(),
            Protocol::Udp if self.icmp.is_some() => String::from("ICMP"),
            Protocol::Udp => String::from("UDP"),
        }
    }
}

/// The messages of ICMP that are shown (RFC 792, RFC 4443).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IcmpMessage {
    /// No socket has the port of a received datagram (RFC 1122, section 4.1.3.1).
    PortUnreachable,
    /// What `ping` sends.
    EchoRequest,
    /// What it is answered with.
    EchoReply,
}

impl IcmpMessage {
    /// Its name.
    pub const fn words(self) -> &'static str {
        match self {
            IcmpMessage::PortUnreachable => "port unreachable",
            IcmpMessage::EchoRequest => "echo request",
            IcmpMessage::EchoReply => "echo reply",
        }
    }
}

/// The control bits of a segment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Flags(pub u8);

impl Flags {
    /// No more data from the sender.
    pub const FIN: Flags = Flags(0x01);
    /// Synchronize sequence numbers.
    pub const SYN: Flags = Flags(0x02);
    /// Reset the connection.
    pub const RST: Flags = Flags(0x04);
    /// Hand the data to the program.
    pub const PSH: Flags = Flags(0x08);
    /// The acknowledgement number is meant.
    pub const ACK: Flags = Flags(0x10);
    /// The urgent pointer is meant.
    pub const URG: Flags = Flags(0x20);
    /// The network is congested, or, with SYN, the sender knows of such notices (RFC 3168).
    pub const ECE: Flags = Flags(0x40);
    /// The sender has slowed down since it heard of congestion.
    pub const CWR: Flags = Flags(0x80);

    /// Whether all of `flags` are set.
    pub const fn has(self, flags: Flags) -> bool {
        self.0 & flags.0 == flags.0
    }

    /// Whether a connection is opened or ended by it: a SYN, FIN or RST.
    pub const fn opens_or_ends(self) -> bool {
        self.0 & Flags::SYN.and(Flags::FIN).and(Flags::RST).0 != 0
    }

    /// The flags that not every segment with data has; `None` if it has no others.
    pub fn without_data(self) -> Option<Flags> {
        let others = Flags(self.0 & !Flags::PSH.and(Flags::ACK).0);
        (others != Flags::default()).then_some(others)
    }

    /// These and `flags`.
    #[must_use]
    pub const fn and(self, flags: Flags) -> Flags {
        Flags(self.0 | flags.0)
    }
}

impl fmt::Display for Flags {
    /// `SYN+ACK`, in the order in which people say them; `-` without any.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = [
            (Flags::SYN, "SYN"),
            (Flags::FIN, "FIN"),
            (Flags::RST, "RST"),
            (Flags::PSH, "PSH"),
            (Flags::ACK, "ACK"),
            (Flags::URG, "URG"),
            (Flags::ECE, "ECE"),
            (Flags::CWR, "CWR"),
        ];
        let set: Vec<&str> =
            names.into_iter().filter(|(flag, _)| self.has(*flag)).map(|(_, name)| name).collect();
        f.pad(&if set.is_empty() { String::from("-") } else { set.join("+") })
    }
}
