//! The messages between the dashboard and the lab's helper.

use crate::tcp::{Errno, Host, LabLimits, LabRefusal, Port};

/// A kind of socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SocketKind {
    /// TCP over IPv4.
    Tcp4,
    /// TCP over IPv6.
    Tcp6,
    /// UDP over IPv4.
    Udp4,
    /// UDP over IPv6.
    Udp6,
    /// Netlink for the socket table (sock_diag(7)).
    Diag,
}

impl SocketKind {
    const ALL: [SocketKind; 5] =
        [SocketKind::Tcp4, SocketKind::Tcp6, SocketKind::Udp4, SocketKind::Udp6, SocketKind::Diag];
}

/// The request for sockets of one computer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct SocketsWanted {
    pub(super) host: Host,
    pub(super) kind: SocketKind,
    pub(super) count: u8,
}

impl SocketsWanted {
    pub(super) fn bytes(self) -> [u8; 3] {
        [self.host.0, self.kind as u8, self.count]
    }

    pub(super) fn read(bytes: &[u8]) -> Option<SocketsWanted> {
        let &[host, kind, count] = bytes else {
            return None;
        };
        let kind = *SocketKind::ALL.get(usize::from(kind))?;
        let host = Host(host);
        Some(SocketsWanted { host, kind, count })
    }
}

/// A message of the helper.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum HelperReply {
    /// A computer is up; comes with its end of the wire and the files of its counters.
    Computer(Host),
    /// All computers are up, with these limits.
    Ready(LabLimits),
    /// The lab could not be made.
    Refused(LabRefusal),
    /// Comes with the sockets.
    Sockets,
    /// There are no sockets.
    Failed(Errno),
}

impl HelperReply {
    pub(super) fn bytes(&self) -> Vec<u8> {
        match self {
            HelperReply::Computer(host) => vec![b'C', host.0],
            HelperReply::Ready(limits) => {
                let (file, errno) = match &limits.unset {
                    Some((file, errno)) => (file.as_str(), errno.0),
                    None => ("", 0),
                };
                let mut bytes = vec![b'L'];
                bytes.extend(errno.to_le_bytes());
                bytes.extend(limits.somaxconn.to_le_bytes());
                bytes.extend(limits.unprivileged_from.0.to_le_bytes());
                bytes.extend(file.bytes());
                bytes
            }
            HelperReply::Refused(why) => {
                let mut bytes = vec![b'R'];
                bytes.extend(why.errno.0.to_le_bytes());
                bytes.extend(format!("{}\n{}", why.step, why.helps).bytes().take(2000));
                bytes
            }
            HelperReply::Sockets => vec![b'S'],
            HelperReply::Failed(errno) => [&b"F"[..], &errno.0.to_le_bytes()].concat(),
        }
    }

    pub(super) fn read(bytes: &[u8]) -> Option<HelperReply> {
        let (tag, rest) = bytes.split_first()?;
        let errno = || rest.first_chunk().map(|n| Errno(i32::from_le_bytes(*n)));
        Some(match tag {
            b'C' => HelperReply::Computer(Host(*rest.first()?)),
            b'L' => {
                let (somaxconn, rest) = rest.get(4..)?.split_first_chunk()?;
                let (from, file) = rest.split_first_chunk()?;
                let file = String::from_utf8_lossy(file).into_owned();
                HelperReply::Ready(LabLimits {
                    unprivileged_from: Port(u16::from_le_bytes(*from)),
                    somaxconn: u32::from_le_bytes(*somaxconn),
                    unset: (!file.is_empty()).then_some((file, errno()?)),
                })
            }
            b'R' => {
                let text = String::from_utf8_lossy(rest.get(4..)?);
                let (step, helps) = text.split_once('\n')?;
                HelperReply::Refused(LabRefusal {
                    step: step.to_owned(),
                    errno: errno()?,
                    helps: helps.to_owned(),
                })
            }
            b'S' => HelperReply::Sockets,
            b'F' => HelperReply::Failed(errno()?),
            _ => return None,
        })
    }
}
