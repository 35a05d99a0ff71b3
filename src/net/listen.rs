use std::sync::Arc;

use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::net::acceptor::Acceptor;
use crate::net::engine::Engine;
use crate::net::listener::Listener;
use crate::net::registry::Registry;
use crate::net::socket;
use crate::tcp::{Call, Errno, ListenSpec, OwnSocket, Purpose, SocketEvent, SyscallError};

/// One Listen command under way: as many sockets as it asks for, all of them or none.
pub(crate) struct ListenTask {
    pub(crate) sockets: Arc<Registry>,
    pub(crate) spec: ListenSpec,
    /// Doors that are closed, but perhaps not told to be.
    pub(crate) before: Vec<CancellationToken>,
    /// Cancelled when its listening sockets are to be closed again, also while they are being made.
    pub(crate) stop: CancellationToken,
}

impl ListenTask {
    /// Makes the sockets, and has a task call accept(); waits for sockets of other computers only.
    pub(crate) async fn open(mut self) {
        let (door, owns) = match self.door().await {
            Ok(opened) => opened,
            Err(why) => {
                let spec = self.spec;
                return self.sockets.announce(SocketEvent::ListenFailed { spec, why });
            }
        };
        let ListenTask { sockets, spec, before, stop } = self;
        sockets.doors().push(Arc::clone(&door));
        // Whoever stops it from now on finds the door, whoever did so before could not.
        if stop.is_cancelled() {
            sockets.forget_door(&door);
            door.close();
        }
        let all = Arc::clone(&sockets);
        sockets.spawn(async move {
            let count = owns.len();
            all.tell_open_door(before, spec, owns).await;
            for index in 0..count {
                let acceptor = Acceptor::new(&all, &door, index);
                all.spawn(acceptor.listen());
            }
        });
    }

    async fn door(&mut self) -> Result<(Arc<Listener>, Vec<OwnSocket>), SyscallError> {
        if self.sockets.doors().len() >= Engine::DOORS {
            return Err(SyscallError { call: Call::Reserve, errno: Errno::EMFILE });
        }
        let mut owns = Vec::new();
        let mut listening = Vec::new();
        let mut diary = self.sockets.diary(Purpose::Listen);
        let tell = |diary, row| self.sockets.tell_calls(diary, row);
        let making = (&self.sockets.makers, &mut diary);
        for (socket, own) in socket::listening(&self.spec, making, tell).await? {
            let watched =
                TcpListener::from_std(socket.into()).map_err(socket::refused(Call::Listen))?;
            self.spec.at = own.name.tuple.local;
            owns.push(own);
            listening.push((watched, own.name));
        }
        let stop = self.sockets.stop.child_token();
        let door = Listener::new(self.spec.clone(), listening, stop);
        Ok((Arc::new(door), owns))
    }
}
