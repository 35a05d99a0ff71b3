use std::collections::BTreeSet;

use crate::app::{State, Statement, Tone};

/// Says once for each other user why the owners of its sockets are not shown.
pub(crate) fn say_hidden(state: &mut State, inodes: &[u64]) {
    let hidden = state.sockets.in_order().filter(|line| {
        let row = &line.row;
        line.gone.is_none() && row.uid != state.machine.uid && inodes.contains(&row.inode)
    });
    let users: BTreeSet<u32> = hidden.map(|line| line.row.uid).collect();
    for user in users {
        let what = Statement::new("owners-hidden").with("user", user);
        state.notices.say_once(state.now, Tone::Plain, what);
    }
}
