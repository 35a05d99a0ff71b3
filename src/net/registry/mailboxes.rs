use std::collections::HashMap;
use std::sync::Arc;

use crate::net::connection::mailbox::Mailbox;
use crate::tcp::SocketId;

/// The mailboxes of open sockets by id.
///
/// Several may have one id: the kernel makes exact copies of a UDP socket (`SO_REUSEADDR`), and a new TCP connection may get the 5-tuple
/// of one that is just being closed. An order is for the newest, and for the one before it once that is closed.
#[derive(Debug, Default)]
pub(super) struct Mailboxes {
    newest: HashMap<SocketId, Arc<Mailbox>>,
    older: HashMap<SocketId, Vec<Arc<Mailbox>>>,
}

impl Mailboxes {
    pub(super) fn insert(&mut self, id: SocketId, mailbox: Arc<Mailbox>) {
        if let Some(before) = self.newest.insert(id, mailbox) {
            self.older.entry(id).or_default().push(before);
        }
    }

    /// The newest one with that id.
    pub(super) fn get(&self, id: SocketId) -> Option<&Arc<Mailbox>> {
        self.newest.get(&id)
    }

    pub(super) fn all(&self) -> impl Iterator<Item = (&SocketId, &Arc<Mailbox>)> {
        let older = self.older.iter();
        let older = older.flat_map(|(id, all)| all.iter().map(move |mailbox| (id, mailbox)));
        self.newest.iter().chain(older)
    }

    /// Removes this one, and no other with the same id.
    pub(super) fn remove(&mut self, id: SocketId, mailbox: &Arc<Mailbox>) {
        let is_it = |other: &Arc<Mailbox>| Arc::ptr_eq(other, mailbox);
        let is_newest = self.newest.get(&id).is_some_and(is_it);
        let Some(older) = self.older.get_mut(&id) else {
            if is_newest {
                self.newest.remove(&id);
            }
            return;
        };
        if !is_newest {
            older.retain(|other| !is_it(other));
        } else if let Some(before) = older.pop() {
            self.newest.insert(id, before);
        }
        if older.is_empty() {
            self.older.remove(&id);
        }
    }
}
