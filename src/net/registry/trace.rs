use std::sync::Arc;

use tokio::time::Instant;

use crate::net::registry::Registry;
use crate::net::trace::TraceRecorder;
use crate::tcp::{Purpose, SocketEvent, SocketId, SyscallTrace};

impl Registry {
    /// A recorder for one socket; it is off when the limit is reached.
    pub(crate) fn recorder(self: &Arc<Self>, purpose: Purpose) -> TraceRecorder {
        let admitted = self.trace_limit.admit(purpose);
        if let Err(Some(at)) = admitted {
            self.spawn(Arc::clone(self).report_left_out(purpose, at));
        }
        TraceRecorder::new(purpose, admitted.is_ok())
    }

    pub(crate) fn report_trace(self: &Arc<Self>, trace: TraceRecorder, row: Option<SocketId>) {
        let TraceRecorder { purpose: deed, calls, .. } = trace;
        if !calls.is_empty() {
            self.report_soon(SocketEvent::Called(SyscallTrace { deed, row, calls }));
        }
    }

    async fn report_left_out(self: Arc<Self>, deed: Purpose, at: Instant) {
        tokio::select! {
            () = self.stop.cancelled() => return,
            () = tokio::time::sleep_until(at) => (),
        }
        let count = self.trace_limit.take_left_out(deed);
        self.report(SocketEvent::CalledAlike { deed, count }).await;
    }
}
