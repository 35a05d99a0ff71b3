//! Reads the kernel's tables: sockets, their owners, the sysctls and limits that concern ports; watches the socket table.

mod change_counters;
pub mod inet_diag;
mod netlink;
mod owner;
mod procfs;
mod settings;
mod sock_diag;
mod source;
pub mod watch;

pub use crate::kernel::change_counters::{Activity, ChangeCounters};
pub use crate::kernel::owner::{OwnerFinder, Owners, owners, still_holds};
pub use crate::kernel::procfs::{Procfs, parse};
pub use crate::kernel::settings::{addresses, machine, raise_descriptor_limit, unread_machine};
pub use crate::kernel::sock_diag::{NamespaceSource, SockDiag};
pub use crate::kernel::source::{
    ReadError, ReadResult, Reading, SocketSource, interfaces, thread_cpu_time,
};

use crate::tcp::{Filter, Host, TcpState};

/// The best source that this machine allows; the error says why it is not `sock_diag`, if it is not.
pub fn open() -> (Box<dyn SocketSource>, Option<ReadError>) {
    match SockDiag::open(Host::THIS).and_then(probe) {
        Ok(source) => (Box::new(source), None),
        Err(why) => (Box::new(Procfs::new(Host::THIS)), Some(why)),
    }
}

/// A sandbox may allow the socket and refuse the request.
fn probe(mut source: SockDiag) -> ReadResult<SockDiag> {
    let listening = Filter { state: Some(TcpState::Listen), ..Filter::default() };
    source.snapshot(&listening)?;
    Ok(source)
}
