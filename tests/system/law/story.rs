//! What the kernels' tables showed before, during and after one step.

use std::collections::{BTreeMap, BTreeSet};
use std::mem;
use std::net::{IpAddr, SocketAddr};

use super::claims::Whose;
use super::program::Said;
use super::table::{Connection, Key, Name, Row, Table};

/// One step, and what is left in mind of the steps before it.
#[derive(Clone, Debug, Default)]
pub(super) struct Story {
    pub(super) before: Table,
    pub(super) after: Table,
    /// What was seen of each row since the step began: the last readings, and what the looks of the program itself showed in between.
    seen: BTreeMap<Key, Vec<Row>>,
    /// The states that each row was ever seen in.
    ever: BTreeMap<Key, BTreeSet<Name>>,
    /// The connections that an order, or news of the sockets, named in this step, or whose rows changed; and those of the step before.
    touched: [BTreeSet<Connection>; 2],
    /// The inodes of the sockets that listened at some time in this step.
    pub(super) listened: BTreeSet<u64>,
    /// Those of the two steps before: of them a sentence may be that is worded anew.
    listened_before: [BTreeSet<u64>; 2],
    /// Whether several keys are pressed in this step.
    is_several: bool,
    /// Every port that somebody ever listened on.
    servers: BTreeSet<u16>,
    /// Ports and addresses that calls asked for, or were answered with, in this step; and in the one before, of which a sentence may be.
    pub(super) asked: BTreeSet<SocketAddr>,
    asked_before: BTreeSet<SocketAddr>,
    /// The ports that sockets were told to listen on in this step.
    pub(super) opened: BTreeSet<u16>,
    /// The ports whose rows the dashboard shows, when the step began and at its end.
    pub(super) watched: [BTreeSet<u16>; 2],
    /// How many connections were touched in the steps before, each once in every step.
    told: usize,
    /// The names of the computers, and their addresses.
    pub(super) computers: Vec<(String, IpAddr)>,
}

impl Story {
    /// A new step begins.
    pub(super) fn begin(&mut self) {
        self.before = self.after.clone();
        self.seen.clear();
        self.is_several = false;
        self.opened.clear();
        self.touched.reverse();
        self.touched[0].clear();
        self.told += self.touched[1].len();
        self.asked_before = mem::take(&mut self.asked);
        self.listened_before.reverse();
        self.listened_before[0] = mem::replace(&mut self.listened, self.before.listening());
    }

    /// Several keys are pressed in this step: what one of them did may be over by its end, so what was there before counts as seen.
    pub(super) fn has_several(&mut self) {
        self.is_several = true;
        self.before.rows.clone().into_iter().for_each(|(key, row)| self.saw(key, row));
    }

    /// The second reader shows this now.
    pub(super) fn read(&mut self, table: Table) {
        let before = mem::replace(&mut self.after, table.clone());
        for key in table.rows.keys().chain(before.rows.keys()) {
            if before.rows.get(key) != table.rows.get(key) {
                self.touch(key.connection());
            }
        }
        self.listened.extend(table.listening());
        table.rows.into_iter().for_each(|(key, row)| self.saw(key, row));
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
        if connection.ends.iter().all(|end| end.port() != 0) {
            self.touched[0].insert(connection);
        }
    }

    /// The connections that a sentence may be about: of those with most of the addresses and ports that it names the ones that this step
    /// touched, or the one before, unless a refusal names them; and of these the ones of a computer that it names.
    pub(super) fn candidates(
        &self,
        said: &Said,
        (ends, ports): (&[SocketAddr], &[u16]),
        is_refusal: bool,
    ) -> Vec<Connection> {
        let touched: BTreeSet<Connection> =
            self.touched[0].iter().chain(&said.blamed).copied().collect();
        let known = self.ever.keys().filter(|key| key.is_connected()).map(Key::connection);
        let all: BTreeSet<Connection> = known.chain(touched.iter().copied()).collect();
        if self.names_none(&said.text, ends, ports) {
            return all.into_iter().collect();
        }
        let score = |one: &Connection| {
            let has_port = |port: &&u16| one.ends.iter().any(|end| end.port() == **port);
            let by_end = ends.iter().filter(|end| one.ends.contains(end)).count();
            by_end + ports.iter().filter(has_port).count()
        };
        let most = all.iter().map(score).max().unwrap_or(0);
        let mut found: Vec<Connection> = all.into_iter().filter(|one| score(one) == most).collect();
        if !is_refusal || most == 0 {
            let is_new = found.iter().any(|one| touched.contains(one));
            let near = if is_new { &touched } else { &self.touched[1] };
            found = some_of(found, |one| near.contains(one));
        }
        let is_named = |ip: IpAddr| {
            self.computers.iter().any(|(name, its)| *its == ip && said.text.contains(name.as_str()))
        };
        some_of(found, |one| one.ends.iter().any(|end| is_named(end.ip())))
    }

    /// Whether a sentence names no connection at all, so that each of its claims may be about another.
    pub(super) fn names_none(&self, text: &str, ends: &[SocketAddr], ports: &[u16]) -> bool {
        let is_named = self.computers.iter().any(|(name, _)| text.contains(name.as_str()));
        !is_named && ends.is_empty() && ports.is_empty()
    }

    /// The names of the rows at `whose` end of a connection, whether they are there or not; where nothing tells the ends apart, of both.
    pub(super) fn rows_of(&self, connection: Connection, whose: &Whose) -> Vec<Key> {
        let its = |key: &&Key| key.is_connected() && key.connection() == connection;
        let keys: Vec<Key> = self.ever.keys().filter(its).copied().collect();
        let is_servers = |key: &Key| self.servers.contains(&key.local.port());
        let is_of = |key: &Key, name: &str| {
            self.computers.iter().any(|(known, ip)| known == name && *ip == key.local.ip())
        };
        match whose {
            Whose::Any => keys,
            Whose::Server => some_of(keys, is_servers),
            Whose::Of(name) if keys.iter().any(|key| is_of(key, name)) => {
                some_of(keys, |key| is_of(key, name))
            }
            // A computer may call from another address than its own.
            Whose::Client | Whose::Of(_) => some_of(keys, |key| !is_servers(key)),
            Whose::NotOf(_) if connection.ends[0] == connection.ends[1] => keys,
            Whose::NotOf(other) => {
                let theirs = self.rows_of(connection, other);
                keys.into_iter().filter(|key| !theirs.contains(key)).collect()
            }
        }
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
        [&self.before, &self.after].into_iter().any(|table| {
            let in_it = table.rows.iter().filter(|(_, row)| row.state == state);
            let shown = |ports| in_it.clone().filter(|(key, _)| key.has_port(ports)).count();
            in_it.clone().count() == count || self.watched.iter().any(|at| shown(at) == count)
        })
    }

    /// Whether a socket that listened when the step began, or else in it, still does; of several keys another than the one that is told of may
    /// have changed that.
    pub(super) fn has_same_listener(&self) -> bool {
        let (before, after) = (self.before.listening(), self.after.listening());
        let old = if before.is_empty() { &self.listened } else { &before };
        (self.is_several && !after.is_empty()) || !old.is_disjoint(&after)
    }

    /// Whether somebody listens there when the step begins and at its end; of several keys two may have put another socket there.
    pub(super) fn keeps_listening(&self, is_there: impl Fn(&Key) -> bool) -> bool {
        let [before, after] = [&self.before, &self.after].map(|table| {
            let listeners = table.listeners().filter(|key| is_there(key));
            listeners.flat_map(|key| table.sockets_of(key)).collect::<BTreeSet<u64>>()
        });
        let is_same = !self.is_several || !before.is_disjoint(&after);
        is_same && !before.is_empty() && !after.is_empty()
    }

    /// Whether a socket that listened in this step, or in one of the two before, listens no more.
    pub(super) fn has_stopped_listening(&self) -> bool {
        let listening = self.after.listening();
        let mut listened = self.listened_before.iter().chain([&self.listened]).flatten();
        listened.any(|inode| !listening.contains(inode))
    }

    /// Every row that was there at some time of the step.
    pub(super) fn all_rows(&self) -> impl Iterator<Item = (&Key, &Row)> {
        let seen = self.seen.iter().flat_map(|(key, rows)| rows.iter().map(move |row| (key, row)));
        self.before.rows.iter().chain(&self.after.rows).chain(seen)
    }

    /// Whether there is such a port: in a row, or in a call.
    pub(super) fn has_port(&self, port: u16) -> bool {
        self.servers.contains(&port) || self.has_end(|end| end.port() == port)
    }

    /// Whether there is such an address: in a row, in a call, or as a computer's.
    pub(super) fn has_address(&self, ip: IpAddr) -> bool {
        self.computers.iter().any(|(_, known)| *known == ip) || self.has_end(|end| end.ip() == ip)
    }

    fn has_end(&self, is_it: impl Fn(&SocketAddr) -> bool) -> bool {
        let rows = self.ever.keys().flat_map(|key| [&key.local, &key.remote]);
        rows.chain(&self.asked).chain(&self.asked_before).any(is_it)
    }

    /// How many connections were touched so far, each once in every step: no report of many may count more.
    pub(super) fn told(&self) -> usize {
        self.told + self.touched[0].len()
    }

    /// How many connections have an end at that port, or had one in this step.
    pub(super) fn at_port(&self, port: u16) -> usize {
        let rows = self.all_rows().filter(|(key, _)| key.is_connected());
        let all = rows.map(|(key, _)| key.connection()).chain(self.touched[0].iter().copied());
        let is_at = |one: &Connection| one.ends.iter().any(|end| end.port() == port);
        let all: BTreeSet<Connection> = all.filter(|one| !one.is_udp && is_at(one)).collect();
        all.len()
    }
}

/// Those of them that fit; all, if none does.
fn some_of<T: Copy>(all: Vec<T>, fits: impl Fn(&T) -> bool) -> Vec<T> {
    let some: Vec<T> = all.iter().filter(|one| fits(one)).copied().collect();
    if some.is_empty() { all } else { some }
}
