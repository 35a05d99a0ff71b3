//! What the kernels' tables showed before, during and after one step.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, SocketAddr};
use std::sync::LazyLock;

use regex::Regex;

use super::claims::Whose;
use super::table::{Connection, Key, Name, Row, Table};

static ERRNO: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\bE[A-Z]{4,}\b").expect("a pattern"));

/// Whether a sentence tells of a call that failed: of what stood in its way when it was made.
pub(super) fn is_refusal(text: &str) -> bool {
    ERRNO.is_match(text)
}

/// The addresses with a port that a sentence names, and its other ports.
#[derive(Clone, Debug, Default)]
pub(super) struct Named {
    pub(super) ends: Vec<SocketAddr>,
    pub(super) ports: Vec<u16>,
}

impl Named {
    /// How much of a connection is named.
    fn score(&self, one: &Connection) -> usize {
        let ends = one.ends();
        let by_end = self.ends.iter().filter(|end| ends.contains(end)).count();
        let by_port = |port: &&u16| ends.iter().any(|end| end.port() == **port);
        by_end + self.ports.iter().filter(by_port).count()
    }
}

/// One step, and what is left in mind of the steps before it.
#[derive(Clone, Debug, Default)]
pub(super) struct Story {
    pub(super) before: Table,
    pub(super) after: Table,
    /// What was seen of each row since the step began: the last readings, and what the looks of the program itself showed in between.
    seen: BTreeMap<Key, Vec<Row>>,
    /// The states that each row was ever seen in.
    ever: BTreeMap<Key, BTreeSet<Name>>,
    /// The connections that an order, or news of the sockets, named in this step, or whose rows changed.
    touched: BTreeSet<Connection>,
    /// Those of the step before.
    touched_before: BTreeSet<Connection>,
    /// The inodes of the sockets that listened at some time in this step.
    pub(super) listened: BTreeSet<u64>,
    /// Whether several keys are pressed in this step.
    is_several: bool,
    /// Those of the step before: of it a sentence may be that is worded anew.
    listened_before: BTreeSet<u64>,
    /// Every port that somebody ever listened on.
    servers: BTreeSet<u16>,
    /// Ports and addresses that calls asked for, or were answered with, in this step.
    pub(super) asked: BTreeSet<SocketAddr>,
    /// Where sockets were told to listen in this step.
    pub(super) opened: BTreeSet<SocketAddr>,
    /// The ports whose rows the dashboard shows, when the step began and at its end.
    pub(super) watched: [BTreeSet<u16>; 2],
    /// How many connections were touched in all steps so far.
    told: usize,
    /// The names of the computers, and their addresses.
    pub(super) computers: Vec<(String, IpAddr)>,
}

impl Story {
    /// A new step begins.
    pub(super) fn begin(&mut self) {
        self.before = self.after.clone();
        self.seen.clear();
        self.touched_before = std::mem::take(&mut self.touched);
        self.asked.clear();
        self.is_several = false;
        self.opened.clear();
        self.told += self.touched_before.len();
        self.listened_before = std::mem::replace(&mut self.listened, self.before.listening());
    }

    /// Several keys are pressed in this step: what one of them did may be over by its end, so what was there before counts as seen.
    pub(super) fn has_several(&mut self) {
        self.is_several = true;
        for (key, row) in self.before.rows.clone() {
            self.saw(key, row);
        }
    }

    /// The second reader shows this now.
    pub(super) fn read(&mut self, table: Table) {
        let keys: BTreeSet<Key> =
            table.rows.keys().chain(self.after.rows.keys()).copied().collect();
        for key in keys {
            let (old, new) = (self.after.rows.get(&key).copied(), table.rows.get(&key).copied());
            if old != new {
                self.touch(key.connection());
            }
        }
        for (key, row) in table.rows.clone() {
            self.saw(key, row);
        }
        self.listened.extend(table.listening());
        self.after = table;
    }

    /// A row looked like this at some time in this step.
    pub(super) fn saw(&mut self, key: Key, row: Row) {
        if row.state == "LISTEN" {
            self.servers.insert(key.local.port());
        }
        self.ever.entry(key).or_default().insert(row.state);
        let seen = self.seen.entry(key).or_default();
        if seen.last() != Some(&row) {
            seen.push(row);
        }
    }

    /// Something was done to that connection, or said of it.
    pub(super) fn touch(&mut self, connection: Connection) {
        if connection.high.port() != 0 && connection.low.port() != 0 {
            self.touched.insert(connection);
        }
    }

    /// The connections that a sentence may be about, which names these addresses and ports: of those with most of them the ones that this
    /// step touched, and that belong to a computer which is named. What is refused may be refused for older ones.
    pub(super) fn candidates(
        &self,
        blamed: &[Connection],
        text: &str,
        named: &Named,
    ) -> Vec<Connection> {
        let touched: BTreeSet<Connection> = self.touched.iter().chain(blamed).copied().collect();
        let known = self.ever.keys().filter(|key| key.is_connected()).map(Key::connection);
        let all: BTreeSet<Connection> = known.chain(touched.iter().copied()).collect();
        if self.is_about_all(text, named) {
            return all.into_iter().collect();
        }
        let most = all.iter().map(|one| named.score(one)).max().unwrap_or(0);
        let named: Vec<Connection> =
            all.into_iter().filter(|one| named.score(one) == most).collect();
        let is_refusal = most > 0 && is_refusal(text);
        let near = [&touched, &self.touched_before].into_iter().map(|set| {
            named.iter().filter(|one| set.contains(one)).copied().collect::<Vec<Connection>>()
        });
        let near = near.into_iter().find(|near| !near.is_empty() && !is_refusal);
        let found = near.unwrap_or(named);
        let computers = self.computers.iter().filter(|(name, _)| text.contains(name.as_str()));
        let ips: Vec<IpAddr> = computers.map(|(_, ip)| *ip).collect();
        let is_of = |one: &&Connection| one.ends().iter().any(|end| ips.contains(&end.ip()));
        let theirs: Vec<Connection> = found.iter().filter(is_of).copied().collect();
        if theirs.is_empty() { found } else { theirs }
    }

    /// Whether a sentence names no connection at all, so that each of its claims may be about another.
    pub(super) fn is_about_all(&self, text: &str, named: &Named) -> bool {
        let is_named = self.computers.iter().any(|(name, _)| text.contains(name.as_str()));
        !is_named && named.ends.is_empty() && named.ports.is_empty()
    }

    /// The names of the rows at `whose` end of a connection, whether they are there or not.
    pub(super) fn rows_of(&self, connection: Connection, whose: &Whose) -> Vec<Key> {
        let ends = connection.ends();
        let fits = |end: SocketAddr| match whose {
            Whose::Any => true,
            Whose::Server => self.servers.contains(&end.port()),
            Whose::Client => !self.servers.contains(&end.port()),
            Whose::Of(name) => self.is_of(end, name),
            Whose::NotOf(_) => false,
        };
        let keys =
            self.ever.keys().filter(|key| key.is_connected() && key.connection() == connection);
        if let Whose::NotOf(other) = whose {
            let theirs = self.rows_of(connection, other);
            let is_to_itself = ends[0] == ends[1];
            return keys.filter(|key| is_to_itself || !theirs.contains(key)).copied().collect();
        }
        let mut found: Vec<Key> = keys.clone().filter(|key| fits(key.local)).copied().collect();
        if found.is_empty() && matches!(whose, Whose::Of(_)) {
            // It may call from another address than its own.
            found = keys
                .clone()
                .filter(|key| !self.servers.contains(&key.local.port()))
                .copied()
                .collect();
        }
        // Where both ports are a server's, or neither is, nothing tells the ends apart.
        if found.is_empty() { keys.copied().collect() } else { found }
    }

    fn is_of(&self, end: SocketAddr, name: &str) -> bool {
        self.computers.iter().any(|(known, ip)| known == name && *ip == end.ip())
    }

    /// What was seen of a row in this step.
    pub(super) fn seen(&self, key: &Key) -> &[Row] {
        self.seen.get(key).map_or(&[], Vec::as_slice)
    }

    /// Whether a row was ever seen in that state.
    pub(super) fn was_ever(&self, key: &Key, state: Name) -> bool {
        self.ever.get(key).is_some_and(|states| states.contains(state))
    }

    /// Whether so many rows are in that state, or were when the step began: of all, or of those that the dashboard shows.
    pub(super) fn counts(&self, state: Name, count: usize) -> bool {
        let keys_of = |table: &Table| -> Vec<Key> {
            let fits = |(key, row): (&Key, &Row)| (row.state == state).then_some(*key);
            table.rows.iter().filter_map(fits).collect()
        };
        [&self.before, &self.after].into_iter().map(keys_of).any(|keys| {
            let shown = |ports: &BTreeSet<u16>| {
                let ends = |key: &Key| [key.local.port(), key.remote.port()];
                keys.iter().filter(|key| ends(key).iter().any(|port| ports.contains(port))).count()
            };
            keys.len() == count || self.watched.iter().any(|ports| shown(ports) == count)
        })
    }

    /// Whether a socket that listened when the step began, or else in it, still does.
    pub(super) fn still_listens(&self) -> bool {
        let before = self.before.listening();
        let old = if before.is_empty() { &self.listened } else { &before };
        !old.is_disjoint(&self.after.listening())
    }

    /// Whether no other socket listens than before; of several keys another than the one that is told of may have changed that.
    pub(super) fn has_same_listener(&self) -> bool {
        (self.is_several && !self.after.listeners.is_empty()) || self.still_listens()
    }

    /// Whether a socket that listened in this step, or in the one before, listens no more.
    pub(super) fn has_stopped_listening(&self) -> bool {
        let listening = self.after.listening();
        self.listened.union(&self.listened_before).any(|inode| !listening.contains(inode))
    }

    /// Every row that was there at some time of the step.
    pub(super) fn all_rows(&self) -> impl Iterator<Item = (&Key, &Row)> {
        let seen = self.seen.iter().flat_map(|(key, rows)| rows.iter().map(move |row| (key, row)));
        self.before.rows.iter().chain(&self.after.rows).chain(seen)
    }

    /// Whether there is such a port: in a row, or in a call of this step.
    pub(super) fn has_port(&self, port: u16) -> bool {
        let is_its = |end: &SocketAddr| end.port() == port;
        self.all_rows().any(|(key, _)| is_its(&key.local) || is_its(&key.remote))
            || self.ever.keys().any(|key| is_its(&key.local) || is_its(&key.remote))
            || self.servers.contains(&port)
            || self.asked.iter().any(is_its)
    }

    /// Whether there is such an address: in a row, in a call of this step, or as a computer's.
    pub(super) fn has_address(&self, ip: IpAddr) -> bool {
        let is_its = |end: &SocketAddr| end.ip() == ip;
        self.all_rows().any(|(key, _)| is_its(&key.local) || is_its(&key.remote))
            || self.ever.keys().any(|key| is_its(&key.local) || is_its(&key.remote))
            || self.asked.iter().any(is_its)
            || self.computers.iter().any(|(_, known)| *known == ip)
    }

    /// How many connections were touched so far, each once in every step: no report of many may count more.
    pub(super) fn told(&self) -> usize {
        self.told + self.touched.len()
    }

    /// How many connections have an end at that port, or had one in this step.
    pub(super) fn at_port(&self, port: u16) -> usize {
        let is_at = |one: &Connection| one.ends().iter().any(|end| end.port() == port);
        let rows =
            self.all_rows().filter(|(key, _)| key.is_connected()).map(|(key, _)| key.connection());
        let all: BTreeSet<Connection> = rows
            .chain(self.touched.iter().copied())
            .filter(|one| !one.is_udp && is_at(one))
            .collect();
        all.len()
    }
}
