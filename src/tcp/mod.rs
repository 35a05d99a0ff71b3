//! TCP's own vocabulary as plain values, without I/O, tasks or clocks.
//!
//! RFC 9293 names the seam between a program and TCP: a [`Command`] goes out, [`SocketEvent`] comes back.

pub(crate) mod address;
pub(crate) mod escape;
pub(crate) mod host_limits;
pub(crate) mod lab;
pub(crate) mod moment;
pub(crate) mod socket;
pub(crate) mod state;
pub(crate) mod table;

pub use crate::tcp::address::endpoint::{Endpoint, ParseEndpointError, Port};
pub use crate::tcp::address::five_tuple::{FiveTuple, Protocol};
pub use crate::tcp::address::host::Host;
pub use crate::tcp::address::port_range::PortRange;
pub use crate::tcp::escape::{escape, is_legible, legible, unescape};
pub use crate::tcp::host_limits::{HostLimits, LocalAddress, TimeWaitReuse};
pub use crate::tcp::lab::order::{
    HandshakeRetries, LabComputer, LabEvent, LabLimits, LabOrder, LabRefusal, LabSpec,
};
pub use crate::tcp::lab::segment::{Flags, IcmpMessage, Segment};
pub use crate::tcp::lab::wire::{
    Delivery, DropReason, WireEvent, WireOrder, WireSegment, WireSettings, WireStatus,
};
pub use crate::tcp::moment::Moment;
pub use crate::tcp::socket::command::Command;
pub use crate::tcp::socket::connect_spec::{Burst, ConnectId, ConnectSpec, SourcePort, Stays};
pub use crate::tcp::socket::errno::{Errno, in_words};
pub use crate::tcp::socket::event::{Call, CloseKind, OwnSocket, SocketEvent, SyscallError};
pub use crate::tcp::socket::listen_spec::{
    Accepting, ListenSpec, ListenerId, OnData, ServerCloses,
};
pub use crate::tcp::socket::probe::Probe;
pub use crate::tcp::socket::syscall::{
    Purpose, SockOpt, Syscall, SyscallRecord, SyscallResult, SyscallTrace,
};
pub use crate::tcp::socket::target::Target;
pub use crate::tcp::state::TcpState;
pub use crate::tcp::state::transitions::{TcpEvent, Transition};
pub use crate::tcp::table::filter::Filter;
pub use crate::tcp::table::interface_names::InterfaceNames;
pub use crate::tcp::table::row::{
    Owner, Queues, SocketId, SocketRow, Timer, TimerKind, netstat_address, netstat_state,
};
pub use crate::tcp::table::snapshot::{ParseRowError, Snapshot};
pub use crate::tcp::table::tcp_info::TcpInfo;
pub use crate::tcp::table::update::{Change, TableUpdate, procfs_instead};
