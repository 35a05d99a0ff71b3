//! What the watcher decides, without a kernel: rows are text, time is told.

use std::time::Duration;

use fivetuple::app::Sight;
use fivetuple::kernel::{Motion, Reading};
use fivetuple::run::{Budget, Known, Order, Watcher};
use fivetuple::tcp::{Change, Filter, Moment, Port, RowName, Snapshot, SocketRow};
use proptest::prelude::*;

use crate::support::changes::changes;

const LISTEN: &str = "tcp 0 128 127.0.0.1:5000 0.0.0.0:* LISTEN inode=1 cookie=1";
const CLIENT: &str = "tcp 0 0 127.0.0.1:40000 127.0.0.1:5000 ESTABLISHED inode=2 cookie=2";
const SERVER: &str = "tcp 0 0 127.0.0.1:5000 127.0.0.1:40000 ESTABLISHED cookie=3";
const COST: Duration = Duration::from_micros(300);

fn at(ms: u64) -> Moment {
    Moment::at(Duration::from_millis(ms))
}

fn row(line: &str) -> SocketRow {
    line.parse().unwrap()
}

fn name(line: &str) -> RowName {
    row(line).name()
}

fn table(lines: &[&str]) -> Reading {
    Reading {
        snapshot: lines.iter().map(|line| row(line)).collect(),
        ..Reading::default()
    }
}

/// What a sight says: `+` appeared, `~` moved, `-` vanished.
fn told(sight: Option<Sight>) -> String {
    let Some(sight) = sight else {
        return "nothing".to_owned();
    };
    let mut words: Vec<String> = sight
        .changes
        .iter()
        .map(|change| match change {
            Change::Appeared(row) => format!("+{}", row.tuple.local.port),
            Change::Moved { to, .. } => format!("~{}:{}", to.tuple.local.port, to.state),
            Change::Vanished(row) => format!("-{}", row.tuple.local.port),
        })
        .collect();
    for (is_it, word) in [(sight.afresh, "afresh"), (sight.torn, "torn")] {
        if is_it {
            words.insert(0, word.to_owned());
        }
    }
    words.join(" ")
}

/// A watcher of everything that has read and reported `lines`.
fn watching(lines: &[&str]) -> Watcher {
    let mut watcher = Watcher::new(at(0), 0);
    watcher.watch(Filter::everything());
    let order = watcher.order(at(0)).expect("nothing is known yet");
    watcher.read(&order, &table(lines), COST);
    watcher.report().expect("the first table");
    watcher
}

/// The order that follows when sockets moved.
fn moved(watcher: &mut Watcher, ms: u64) -> Order {
    watcher.pulse(at(ms), Motion::Sockets);
    watcher.order(at(ms)).expect("something moved")
}

#[test]
fn the_first_report_is_the_whole_table() {
    let mut watcher = Watcher::new(at(0), 0);
    assert_eq!(watcher.order(at(0)), None, "nothing is wanted");
    watcher.watch(Filter::everything());
    let order = watcher.order(at(0)).unwrap();
    assert_eq!(told(watcher.report()), "nothing");
    watcher.read(&order, &table(&[LISTEN, CLIENT]), COST);
    assert_eq!(told(watcher.report()), "afresh +5000 +40000");
    assert_eq!(told(watcher.report()), "nothing");
}

#[test]
fn an_empty_table_is_told_once() {
    let mut watcher = watching(&[]);
    let order = moved(&mut watcher, 20);
    watcher.read(&order, &table(&[]), COST);
    assert_eq!(told(watcher.report()), "nothing");
}

#[test]
fn only_differences_are_told() {
    let mut watcher = watching(&[LISTEN, CLIENT, SERVER]);
    let order = moved(&mut watcher, 20);
    let closing = CLIENT.replace("ESTABLISHED", "FIN_WAIT2");
    watcher.read(&order, &table(&[LISTEN, &closing]), COST);
    assert_eq!(told(watcher.report()), "-5000 ~40000:FIN_WAIT2");
}

#[test]
fn a_socket_that_takes_over_the_numbers_is_another_row() {
    let mut watcher = watching(&[CLIENT]);
    watcher.looked(
        name(CLIENT),
        Some(row(&CLIENT.replace("cookie=2", "cookie=9"))),
    );
    assert_eq!(told(watcher.report()), "-40000 +40000");
}

#[test]
fn watching_begins_afresh_for_other_rows_and_for_the_same() {
    let mut watcher = watching(&[LISTEN, CLIENT]);
    for (wanted, rows) in [
        (Filter::everything(), "afresh +40000"),
        (Filter::ports([Port(40000)]), "afresh +40000"),
    ] {
        watcher.watch(wanted.clone());
        let order = watcher.order(at(1)).expect("at once");
        assert_eq!(order.wanted, wanted);
        watcher.read(&order, &table(&[CLIENT]), COST);
        assert_eq!(told(watcher.report()), rows);
    }
}

#[test]
fn an_answer_for_rows_that_are_not_wanted_any_more_is_dropped() {
    let mut watcher = watching(&[LISTEN]);
    let old = moved(&mut watcher, 20);
    watcher.watch(Filter::ports([Port(40000)]));
    watcher.read(&old, &table(&[LISTEN, CLIENT]), COST);
    assert_eq!(told(watcher.report()), "nothing");
    let order = watcher.order(at(21)).unwrap();
    watcher.read(&order, &table(&[CLIENT]), COST);
    assert_eq!(told(watcher.report()), "afresh +40000");
}

#[test]
fn a_look_is_told_at_once() {
    let mut watcher = watching(&[LISTEN]);
    watcher.looked(name(CLIENT), Some(row(CLIENT)));
    assert_eq!(told(watcher.report()), "+40000");
    watcher.looked(name(SERVER), None);
    assert_eq!(told(watcher.report()), "nothing", "never known");
    watcher.looked(name(CLIENT), None);
    assert_eq!(told(watcher.report()), "-40000");
}

#[test]
fn a_look_beyond_the_filter_is_not_told() {
    let mut watcher = watching(&[]);
    watcher.watch(Filter::ports([Port(9)]));
    let order = watcher.order(at(1)).unwrap();
    watcher.read(&order, &table(&[]), COST);
    watcher.report();
    watcher.looked(name(CLIENT), Some(row(CLIENT)));
    assert_eq!(told(watcher.report()), "nothing");
}

#[test]
fn a_reading_that_raced_with_a_look_is_older_than_the_look() {
    let mut watcher = watching(&[LISTEN, SERVER]);
    let order = moved(&mut watcher, 20);
    watcher.looked(name(CLIENT), Some(row(CLIENT)));
    watcher.looked(name(SERVER), None);
    assert_eq!(told(watcher.report()), "+40000 -5000");
    watcher.read(&order, &table(&[LISTEN, SERVER]), COST);
    assert_eq!(told(watcher.report()), "nothing");
    let order = moved(&mut watcher, 40);
    watcher.read(&order, &table(&[LISTEN, SERVER]), COST);
    assert_eq!(
        told(watcher.report()),
        "-40000 +5000",
        "the next one counts again"
    );
}

#[test]
fn a_look_while_the_table_is_read_afresh_belongs_to_the_table() {
    let mut watcher = Watcher::new(at(0), 0);
    watcher.watch(Filter::everything());
    let order = watcher.order(at(0)).unwrap();
    watcher.looked(name(CLIENT), Some(row(CLIENT)));
    assert_eq!(told(watcher.report()), "nothing");
    watcher.read(&order, &table(&[LISTEN]), COST);
    assert_eq!(told(watcher.report()), "afresh +5000 +40000");
}

#[test]
fn a_mapped_row_is_known_by_its_own_name() {
    let mut watcher = watching(&[]);
    let mapped = "tcp 0 0 [::ffff:127.0.0.1]:5000 [::ffff:127.0.0.1]:40000 ESTABLISHED cookie=3";
    watcher.looked(name(SERVER), Some(row(mapped)));
    assert_eq!(told(watcher.report()), "+5000");
    let order = moved(&mut watcher, 20);
    watcher.read(&order, &table(&[mapped]), COST);
    assert_eq!(told(watcher.report()), "nothing");
}

#[test]
fn listeners_come_and_go_in_passing() {
    let mut watcher = watching(&[LISTEN, CLIENT]);
    watcher.visible(vec![name(LISTEN), name(CLIENT)]);
    let glance = watcher.glance(at(300)).expect("it is time");
    assert_eq!(glance.names, [name(CLIENT)]);
    let other = LISTEN.replace("5000", "6000");
    watcher.listening(&[row(&other)]);
    assert_eq!(told(watcher.report()), "-5000 +6000");
    assert_eq!(watcher.glance(at(310)), None);
}

#[test]
fn a_timer_that_runs_down_is_no_news() {
    let waits = |ms, tries| row(&format!("{CLIENT} retransmit={ms}ms/{tries}"));
    let table = [
        (waits(900, 1), waits(800, 1), "nothing"),
        (waits(100, 1), waits(1900, 1), "~40000:ESTABLISHED"),
        (waits(900, 1), waits(800, 2), "~40000:ESTABLISHED"),
        (waits(900, 1), row(CLIENT), "~40000:ESTABLISHED"),
        (row(CLIENT), waits(900, 0), "~40000:ESTABLISHED"),
    ];
    for (before, after, expected) in table {
        let mut watcher = watching(&[&before.to_string()]);
        watcher.looked(before.name(), Some(after));
        assert_eq!(told(watcher.report()), expected, "{before} -> {after}");
    }
}

#[test]
fn torn_is_told_when_it_begins_and_when_it_ends() {
    let mut watcher = watching(&[LISTEN]);
    for (torn, expected) in [
        (true, "torn"),
        (true, "nothing"),
        (false, ""),
        (false, "nothing"),
    ] {
        let order = moved(&mut watcher, 20);
        let reading = Reading {
            torn,
            ..table(&[LISTEN])
        };
        watcher.read(&order, &reading, COST);
        assert_eq!(told(watcher.report()), expected);
    }
}

#[test]
fn a_torn_table_makes_no_row_vanish_unless_it_happens_again() {
    let mut watcher = watching(&[LISTEN, CLIENT]);
    for expected in ["torn", "-40000"] {
        let order = watcher
            .order(at(20))
            .or_else(|| Some(moved(&mut watcher, 20)));
        let reading = Reading {
            torn: true,
            ..table(&[LISTEN])
        };
        watcher.read(&order.unwrap(), &reading, COST);
        assert_eq!(told(watcher.report()).replace("torn -", "-"), expected);
    }
}

#[test]
fn after_a_failure_it_says_that_it_sees_again() {
    let mut watcher = watching(&[LISTEN]);
    let order = moved(&mut watcher, 20);
    watcher.failed();
    assert_eq!(told(watcher.report()), "nothing");
    watcher.read(&order, &table(&[]), COST);
    assert_eq!(told(watcher.report()), "nothing", "that order is void");
    let order = watcher.order(at(21)).expect("soon");
    watcher.read(&order, &table(&[LISTEN]), COST);
    assert_eq!(told(watcher.report()), "");
}

#[test]
fn nothing_is_read_while_nothing_moves() {
    let mut watcher = watching(&[LISTEN]);
    for ms in (1..5000).step_by(33) {
        watcher.pulse(at(ms), Motion::Still);
        assert_eq!(watcher.order(at(ms)), None, "{ms}");
    }
    assert!(watcher.order(at(5000)).is_some(), "to be sure");
}

/// How often the table is read in ten seconds in which `motion` never stops and a reading takes `cost`.
fn readings(motion: Motion, cost: Duration) -> u32 {
    let mut watcher = watching(&[]);
    let mut count = 0;
    let mut now = 1;
    while now < 10_000 {
        watcher.pulse(at(now), motion);
        if let Some(order) = watcher.order(at(now)) {
            now += u64::try_from(cost.as_millis()).unwrap();
            watcher.read(&order, &table(&[]), cost);
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
        .flat_map(|micros| [(micros, Motion::Sockets), (micros, Motion::Segments)])
    {
        let cost = Duration::from_micros(micros);
        let spent = readings(motion, cost) * cost;
        assert!(
            spent <= Duration::from_secs(1) + Budget::BURST + cost,
            "{spent:?} at {cost:?}"
        );
    }
    assert!(
        readings(Motion::Sockets, COST) > 500,
        "small tables are read at every beat"
    );
    assert!(readings(Motion::Sockets, Duration::from_millis(50)) >= 20);
}

#[test]
fn after_calm_a_dear_reading_starts_at_once() {
    let mut watcher = watching(&[]);
    for round in 0..5 {
        let order = moved(&mut watcher, round * 2000);
        watcher.read(&order, &table(&[]), Duration::from_millis(120));
    }
}

#[test]
fn where_one_row_cannot_be_looked_up_the_table_is_read_instead() {
    let mut watcher = watching(&[LISTEN]);
    watcher.source_is("procfs", false);
    let order = watcher.order(at(1)).expect("another source");
    watcher.read(&order, &table(&[LISTEN]), COST);
    assert_eq!(watcher.report().unwrap().source, "procfs");
    assert!(!watcher.may_look());
    assert!(watcher.order(at(2)).is_some());
    assert_eq!(watcher.glance(at(5000)), None);
}

fn rows() -> impl Strategy<Value = Vec<SocketRow>> {
    let row = (1_u16..6, 0_u16..4, 0_u8..4, 1_u64..4, any::<bool>()).prop_map(
        |(local, remote, state, cookie, waits)| {
            let remote = if remote == 0 {
                "0.0.0.0:*".to_owned()
            } else {
                format!("127.0.0.2:{remote}")
            };
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
                let place = rows
                    .iter()
                    .position(|row| row == from)
                    .expect("it was there");
                rows[place] = *to;
            }
            Change::Vanished(gone) => {
                let place = rows
                    .iter()
                    .position(|row| row == gone)
                    .expect("it was there");
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
        let mut known = Known::default();
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
