use std::collections::HashMap;
use std::sync::Arc;

use crate::net::connection::mailbox::Mailbox;
use crate::tcp::SocketId;

/// How orders reach the open ends, by their names.
///
/// Several may have one name: the kernel makes exact copies of a UDP socket (`SO_REUSEADDR`), and a TCP connection may come by the five
/// numbers of one whose end is just being closed. An order is for the newest, and for the one before it once that is gone.
#[derive(Debug, Default)]
pub(crate) struct Mailboxes {
    newest: HashMap<SocketId, Arc<Mailbox>>,
    older: HashMap<SocketId, Vec<Arc<Mailbox>>>,
}

impl Mailboxes {
    pub(crate) fn insert(&mut self, name: SocketId, line: Arc<Mailbox>) {
        if let Some(before) = self.newest.insert(name, line) {
            self.older.entry(name).or_default().push(before);
        }
    }

    /// The newest end of that name.
    pub(crate) fn get(&self, name: SocketId) -> Option<&Arc<Mailbox>> {
        self.newest.get(&name)
    }

    /// Every end, older ones of the same name too.
    pub(crate) fn all(&self) -> impl Iterator<Item = (&SocketId, &Arc<Mailbox>)> {
        let older = self.older.iter();
        let older = older.flat_map(|(name, lines)| lines.iter().map(move |line| (name, line)));
        self.newest.iter().chain(older)
    }

    /// Takes out one end, and no other of the same name.
    pub(crate) fn remove(&mut self, name: SocketId, line: &Arc<Mailbox>) {
        let is_it = |other: &Arc<Mailbox>| Arc::ptr_eq(other, line);
        let is_newest = self.newest.get(&name).is_some_and(is_it);
        let Some(older) = self.older.get_mut(&name) else {
            if is_newest {
                self.newest.remove(&name);
            }
            return;
        };
        if !is_newest {
            older.retain(|other| !is_it(other));
        } else if let Some(before) = older.pop() {
            self.newest.insert(name, before);
        }
        if older.is_empty() {
            self.older.remove(&name);
        }
    }
}
