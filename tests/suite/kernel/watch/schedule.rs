//! How often it reads.

use std::time::Duration;

use fivetuple::kernel::Activity;
use fivetuple::kernel::watch::Budget;

use crate::kernel::watch::{COST, LISTEN, at, moved, table, watching};

#[test]
fn nothing_is_read_while_nothing_moves() {
    let mut watcher = watching(&[LISTEN]);
    for ms in (1..5000).step_by(33) {
        watcher.sampled(at(ms), Activity::Still);
        assert_eq!(watcher.read_order(at(ms)), None, "{ms}");
    }
    assert!(watcher.read_order(at(5000)).is_some(), "to be sure");
}

/// How often the table is read in ten seconds in which `motion` never stops and a reading takes `cost`.
fn readings(motion: Activity, cost: Duration) -> u32 {
    let mut watcher = watching(&[]);
    let mut count = 0;
    let mut now = 1;
    while now < 10_000 {
        watcher.sampled(at(now), motion);
        if let Some(order) = watcher.read_order(at(now)) {
            now += u64::try_from(cost.as_millis()).unwrap();
            watcher.learn_reading(&order, &table(&[]), cost);
            count += 1;
        }
        now += 16;
    }
    count
}

#[test]
fn reading_never_takes_more_than_its_share() {
    for (micros, motion) in [300, 1000, 5000, 20_000, 50_000, 130_000]
        .into_iter()
        .flat_map(|micros| [(micros, Activity::Sockets), (micros, Activity::Segments)])
    {
        let cost = Duration::from_micros(micros);
        let spent = readings(motion, cost) * cost;
        assert!(spent <= Duration::from_secs(1) + Budget::BURST + cost, "{spent:?} at {cost:?}");
    }
    assert!(readings(Activity::Sockets, COST) > 500, "small tables are read at every beat");
    assert!(readings(Activity::Sockets, Duration::from_millis(50)) >= 20);
}

#[test]
fn after_calm_a_dear_reading_starts_at_once() {
    let mut watcher = watching(&[]);
    for round in 0..5 {
        let order = moved(&mut watcher, round * 2000);
        watcher.learn_reading(&order, &table(&[]), Duration::from_millis(120));
    }
}

#[test]
fn where_one_row_cannot_be_looked_up_the_table_is_read_instead() {
    let mut watcher = watching(&[LISTEN]);
    watcher.set_source("procfs", false);
    let order = watcher.read_order(at(1)).expect("another source");
    watcher.learn_reading(&order, &table(&[LISTEN]), COST);
    assert_eq!(watcher.report().unwrap().source, "procfs");
    assert!(!watcher.may_lookup());
    assert!(watcher.read_order(at(2)).is_some());
    assert_eq!(watcher.lookup_order(at(5000)), None);
}
