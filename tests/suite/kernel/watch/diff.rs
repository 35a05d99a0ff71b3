//! Differences that are applied give what is there, whatever the rows are.

use std::collections::HashSet;

use fivetuple::kernel::watch::KnownRows;
use fivetuple::tcp::{Change, Snapshot, SocketRow};
use proptest::prelude::*;

use crate::kernel::watch::row;
use crate::robot::changes;

fn rows() -> impl Strategy<Value = Vec<SocketRow>> {
    let row = (1_u16..6, 0_u16..4, 0_u8..4, 1_u64..4, any::<bool>()).prop_map(
        |(local, remote, state, cookie, waits)| {
            let remote =
                if remote == 0 { "0.0.0.0:*".to_owned() } else { format!("127.0.0.2:{remote}") };
            let state = ["ESTABLISHED", "LISTEN", "FIN_WAIT2", "TIME_WAIT"][usize::from(state)];
            let timer = if waits { " keepalive=500ms/0" } else { "" };
            row(&format!(
                "tcp 0 0 127.0.0.1:{local} {remote} {state} inode=7 cookie={cookie}{timer}"
            ))
        },
    );
    prop::collection::vec(row, 0..12).prop_map(|mut rows| {
        rows.sort_by_key(SocketRow::name);
        rows.dedup_by_key(|row| row.name());
        rows
    })
}

fn apply(mut rows: Vec<SocketRow>, changes: &[Change]) -> Vec<SocketRow> {
    for change in changes {
        match change {
            Change::Appeared(row) => rows.push(*row),
            Change::Moved { from, to } => {
                let place = rows.iter().position(|row| row == from).expect("it was there");
                rows[place] = *to;
            }
            Change::Vanished(gone) => {
                let place = rows.iter().position(|row| row == gone).expect("it was there");
                rows.remove(place);
            }
        }
    }
    rows.sort_by_key(SocketRow::name);
    rows
}

proptest! {
    #[test]
    fn a_snapshot_survives_being_text(rows in rows()) {
        let snapshot = Snapshot { rows };
        prop_assert_eq!(snapshot.to_string().parse::<Snapshot>().unwrap(), snapshot);
    }

    #[test]
    fn changes_applied_to_before_give_after(before in rows(), after in rows()) {
        let all = changes(&Snapshot { rows: before.clone() }, &Snapshot { rows: after.clone() });
        prop_assert_eq!(apply(before, &all), after);
    }

    #[test]
    fn what_is_learned_gives_what_is_there(before in rows(), after in rows(), one in rows()) {
        let mut known = KnownRows::default();
        let mut all = Vec::new();
        known.learn_all(&before, &[].into(), &mut all);
        prop_assert_eq!(apply(Vec::new(), &all), before.clone());
        all.clear();
        known.learn_all(&after, &[].into(), &mut all);
        prop_assert_eq!(apply(before, &all), after.clone());
        all.clear();
        let mut expected = after.clone();
        for row in one {
            known.learn(row, &mut all);
            expected.retain(|old| old.name() != row.name());
            expected.push(row);
        }
        expected.sort_by_key(SocketRow::name);
        prop_assert_eq!(apply(after, &all), expected);
    }
}

#[test]
fn twins_of_which_one_has_no_interface_are_born_once_in_any_order() {
    let here = row("tcp 0 0 127.0.0.1:5000 127.0.0.2:40000 ESTABLISHED inode=7 cookie=7");
    let bound = SocketRow { inode: 8, cookie: 8, interface: 3, ..here };
    for rows in [[here, bound], [bound, here]] {
        let (mut known, mut changes) = (KnownRows::default(), Vec::new());
        known.learn_all(&rows, &HashSet::new(), &mut changes);
        let born = changes.iter().map(|change| match change {
            Change::Appeared(row) => row.name(),
            other @ (Change::Moved { .. } | Change::Vanished(_)) => panic!("{other:?}"),
        });
        assert_eq!(born.collect::<HashSet<_>>().len(), 2);
        changes.clear();
        known.learn_all(&rows, &HashSet::new(), &mut changes);
        assert_eq!(changes, []);
        // A socket that takes the place of one of them is a new row, and the other one stays.
        let later = SocketRow { inode: 9, cookie: 9, ..here };
        known.learn_all(&[bound, later], &HashSet::new(), &mut changes);
        assert_eq!(changes.len(), 2, "{changes:?}");
        assert!(changes.iter().all(|change| change.row().interface == 0), "{changes:?}");
    }
}
