use std::collections::{BTreeMap, HashMap};

use crate::tcp::{OwnSocket, RowName};

/// The ends of connections that this program holds open, in the order in which they were opened.
#[derive(Clone, Debug, Default)]
pub struct Ends {
    by_age: BTreeMap<u64, OwnSocket>,
    ages: HashMap<RowName, u64>,
    next: u64,
}

impl Ends {
    /// Adds an end; one that is known already keeps its place.
    pub fn insert(&mut self, socket: OwnSocket) {
        let age = *self.ages.entry(socket.name).or_insert(self.next);
        self.next = self.next.max(age + 1);
        self.by_age.insert(age, socket);
    }

    /// Takes an end out; `None` when it was not there.
    pub fn remove(&mut self, name: RowName) -> Option<OwnSocket> {
        self.by_age.remove(&self.ages.remove(&name)?)
    }

    /// The end of that name.
    pub fn get(&self, name: RowName) -> Option<&OwnSocket> {
        self.by_age.get(self.ages.get(&name)?)
    }

    /// Whether the end is open.
    pub fn contains(&self, name: RowName) -> bool {
        self.ages.contains_key(&name)
    }

    /// How many are open.
    pub fn len(&self) -> usize {
        self.ages.len()
    }

    /// Whether none is open.
    pub fn is_empty(&self) -> bool {
        self.ages.is_empty()
    }

    /// The open ends, the newest first.
    pub fn newest_first(&self) -> impl Iterator<Item = &OwnSocket> {
        self.by_age.values().rev()
    }
}
