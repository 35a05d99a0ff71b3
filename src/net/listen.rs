use std::sync::Arc;

use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::net::acceptor::Acceptor;
use crate::net::bind;
use crate::net::listener::Listener;
use crate::net::registry::Registry;
use crate::net::socket::failed;
use crate::tcp::{Call, Errno, ListenSpec, OwnSocket, Purpose, SocketEvent, SyscallError};

/// One Listen command under way: as many sockets as it asks for, all of them or none.
pub(super) struct ListenTask {
    pub(super) registry: Arc<Registry>,
    pub(super) spec: ListenSpec,
    /// Listeners that are closed but perhaps not yet reported closed.
    pub(super) closing: Vec<CancellationToken>,
    /// Closes its listening sockets again, also while they are being made.
    pub(super) stop: CancellationToken,
}

impl ListenTask {
    /// The most Listen commands in force at a time.
    const MOST: usize = 16;

    /// Makes the sockets, and spawns the tasks that call accept(); waits for sockets of other computers only.
    pub(super) async fn run(mut self) {
        let (listener, owns) = match self.listener().await {
            Ok(opened) => opened,
            Err(why) => {
                let spec = self.spec;
                return self.registry.report_soon(SocketEvent::ListenFailed { spec, why });
            }
        };
        let ListenTask { registry, spec, closing, stop } = self;
        registry.listeners().push(Arc::clone(&listener));
        // A stop after this line finds the listener; one before could not, so check now.
        if stop.is_cancelled() {
            registry.remove_listener(&listener);
            listener.close();
        }
        let all = Arc::clone(&registry);
        registry.spawn(async move {
            let count = owns.len();
            all.report_listening(closing, spec, owns).await;
            for index in 0..count {
                all.spawn(Acceptor::new(&all, &listener, index).run());
            }
        });
    }

    async fn listener(&mut self) -> Result<(Arc<Listener>, Vec<OwnSocket>), SyscallError> {
        let registry = &self.registry;
        if registry.listeners().len() >= ListenTask::MOST {
            return Err(SyscallError { call: Call::Reserve, errno: Errno::EMFILE });
        }
        let (mut owns, mut sockets) = (Vec::new(), Vec::new());
        let mut trace = registry.recorder(Purpose::Listen);
        let report = |trace, row| registry.report_trace(trace, row);
        let made = bind::listening_sockets(&self.spec, &registry.factory, &mut trace, report);
        for (socket, own) in made.await? {
            let socket = TcpListener::from_std(socket.into()).map_err(failed(Call::Listen))?;
            self.spec.at = own.name.tuple.local;
            owns.push(own);
            sockets.push((socket, own.name));
        }
        let listener = Listener::new(self.spec.clone(), sockets, registry.stop.child_token());
        Ok((Arc::new(listener), owns))
    }
}
