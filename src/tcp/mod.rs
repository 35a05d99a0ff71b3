//! The words everybody uses: TCP's own vocabulary as plain values, without I/O, tasks or clocks.
//!
//! RFC 9293 names the seam between a program and TCP: a [`Command`] goes out, [`News`] comes back.

mod arrow;
mod called;
mod change;
mod command;
mod endpoint;
mod errno;
mod filter;
mod five_tuple;
mod host;
mod info;
mod lab;
mod machine;
mod moment;
mod netstat;
mod news;
mod owner;
mod payload;
mod ports;
mod row;
mod segment;
mod snapshot;
mod state;
mod trial;
mod wire;

pub use arrow::Arrow;
pub use called::{Answer, Asked, Called, Deed, Record, SockOpt};
pub use change::Change;
pub use command::{
    Accepting, Burst, Command, ConnectSpec, ListenSpec, OnData, ServerCloses, SourcePort, Stays,
    Target,
};
pub use endpoint::{Endpoint, ParseEndpointError, Port};
pub use errno::{Errno, in_words};
pub use filter::Filter;
pub use five_tuple::{FiveTuple, Protocol};
pub use host::Host;
pub use info::TcpInfo;
pub use lab::{LabComputer, LabLimits, LabNews, LabOrder, LabRefusal, LabSpec};
pub use machine::Machine;
pub use moment::Moment;
pub use netstat::{netstat_address, netstat_state};
pub use news::{Call, Ending, News, OwnSocket, Refusal};
pub use owner::Owner;
pub use payload::{escape, escape_name, is_legible, legible, unescape};
pub use ports::PortRange;
pub use row::{Queues, RowName, SocketRow, Timer, TimerKind};
pub use segment::{Flags, Segment};
pub use snapshot::{ParseRowError, Snapshot};
pub use state::TcpState;
pub use trial::Trial;
pub use wire::{Crossing, Fate, Loss, Standing, Tally, WireNews, WireOrder};
