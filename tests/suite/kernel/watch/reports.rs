//! What it tells: differences, each once, the newest in the end.

use fivetuple::kernel::Reading;
use fivetuple::kernel::watch::Planner;
use fivetuple::tcp::{Filter, Host, Port, SocketId, SocketRow};

use crate::kernel::watch::{
    CLIENT, COST, LISTEN, SERVER, at, moved, name, row, table, told, watching,
};

/// What it reports of these rows once something has moved.
fn reads(watcher: &mut Planner, ms: u64, rows: &[&str]) -> String {
    let order = moved(watcher, ms);
    watcher.learn_reading(&order, &table(rows), COST);
    told(watcher.report())
}

/// What it reports of one row that was looked up.
fn looks(watcher: &mut Planner, name: SocketId, found: Option<SocketRow>) -> String {
    watcher.learn_lookup(name, found);
    told(watcher.report())
}

#[test]
fn the_first_report_is_the_whole_table() {
    let mut watcher = Planner::new(Host::THIS, at(0), 0);
    assert_eq!(watcher.read_order(at(0)), None, "nothing is wanted");
    watcher.watch(Filter::everything());
    let order = watcher.read_order(at(0)).unwrap();
    assert_eq!(told(watcher.report()), "nothing");
    watcher.learn_reading(&order, &table(&[LISTEN, CLIENT]), COST);
    assert_eq!(told(watcher.report()), "afresh +5000 +40000");
    assert_eq!(told(watcher.report()), "nothing");
}

#[test]
fn an_empty_table_is_told_once() {
    let mut watcher = watching(&[]);
    assert_eq!(reads(&mut watcher, 20, &[]), "nothing");
}

#[test]
fn only_differences_are_told() {
    let mut watcher = watching(&[LISTEN, CLIENT, SERVER]);
    let order = moved(&mut watcher, 20);
    let closing = CLIENT.replace("ESTABLISHED", "FIN_WAIT2");
    watcher.learn_reading(&order, &table(&[LISTEN, &closing]), COST);
    assert_eq!(told(watcher.report()), "-5000 ~40000:FIN_WAIT2");
}

#[test]
fn a_socket_that_takes_over_the_numbers_is_another_row() {
    let mut watcher = watching(&[CLIENT]);
    assert_eq!(
        looks(&mut watcher, name(CLIENT), Some(row(&CLIENT.replace("cookie=2", "cookie=9")))),
        "-40000 +40000"
    );
}

#[test]
fn watching_begins_afresh_for_other_rows_and_for_the_same() {
    let mut watcher = watching(&[LISTEN, CLIENT]);
    for (wanted, rows) in
        [(Filter::everything(), "afresh +40000"), (Filter::ports([Port(40000)]), "afresh +40000")]
    {
        watcher.watch(wanted.clone());
        let order = watcher.read_order(at(1)).expect("at once");
        assert_eq!(order.wanted, wanted);
        watcher.learn_reading(&order, &table(&[CLIENT]), COST);
        assert_eq!(told(watcher.report()), rows);
    }
}

#[test]
fn an_answer_for_rows_that_are_not_wanted_any_more_is_dropped() {
    let mut watcher = watching(&[LISTEN]);
    let old = moved(&mut watcher, 20);
    watcher.watch(Filter::ports([Port(40000)]));
    watcher.learn_reading(&old, &table(&[LISTEN, CLIENT]), COST);
    assert_eq!(told(watcher.report()), "nothing");
    let order = watcher.read_order(at(21)).unwrap();
    watcher.learn_reading(&order, &table(&[CLIENT]), COST);
    assert_eq!(told(watcher.report()), "afresh +40000");
}

#[test]
fn a_look_is_told_at_once() {
    let mut watcher = watching(&[LISTEN]);
    assert_eq!(looks(&mut watcher, name(CLIENT), Some(row(CLIENT))), "+40000");
    assert_eq!(looks(&mut watcher, name(SERVER), None), "nothing", "never known");
    assert_eq!(looks(&mut watcher, name(CLIENT), None), "-40000");
}

#[test]
fn a_look_beyond_the_filter_is_not_told() {
    let mut watcher = watching(&[]);
    watcher.watch(Filter::ports([Port(9)]));
    let order = watcher.read_order(at(1)).unwrap();
    watcher.learn_reading(&order, &table(&[]), COST);
    watcher.report();
    assert_eq!(looks(&mut watcher, name(CLIENT), Some(row(CLIENT))), "nothing");
}

#[test]
fn a_reading_that_raced_with_a_look_is_older_than_the_look() {
    let mut watcher = watching(&[LISTEN, SERVER]);
    let order = moved(&mut watcher, 20);
    watcher.learn_lookup(name(CLIENT), Some(row(CLIENT)));
    assert_eq!(looks(&mut watcher, name(SERVER), None), "+40000 -5000");
    watcher.learn_reading(&order, &table(&[LISTEN, SERVER]), COST);
    assert_eq!(told(watcher.report()), "nothing");
    assert_eq!(
        reads(&mut watcher, 40, &[LISTEN, SERVER]),
        "-40000 +5000",
        "the next one counts again"
    );
}

#[test]
fn a_look_while_the_table_is_read_afresh_belongs_to_the_table() {
    let mut watcher = Planner::new(Host::THIS, at(0), 0);
    watcher.watch(Filter::everything());
    let order = watcher.read_order(at(0)).unwrap();
    assert_eq!(looks(&mut watcher, name(CLIENT), Some(row(CLIENT))), "nothing");
    watcher.learn_reading(&order, &table(&[LISTEN]), COST);
    assert_eq!(told(watcher.report()), "afresh +5000 +40000");
}

#[test]
fn a_whole_table_holds_no_row_that_vanished_before_it_is_reported() {
    let mut planner = Planner::new(Host::THIS, at(0), 0);
    planner.watch(Filter::everything());
    let order = planner.read_order(at(0)).expect("nothing is known yet");
    let waits =
        |left| format!("tcp 0 0 127.0.0.1:40001 127.0.0.1:5000 TIME_WAIT timewait={left}ms/0");
    planner.learn_reading(&order, &table(&[LISTEN, CLIENT, &waits(50)]), COST);
    planner.learn_lookup(name(CLIENT), None);
    planner.learn_lookup(name(&waits(40)), Some(row(&waits(40))));
    assert_eq!(told(planner.report()), "afresh +5000 +40001");
}

#[test]
fn a_mapped_row_is_known_by_its_own_name() {
    let mut watcher = watching(&[]);
    let mapped = "tcp 0 0 [::ffff:127.0.0.1]:5000 [::ffff:127.0.0.1]:40000 ESTABLISHED cookie=3";
    assert_eq!(looks(&mut watcher, name(SERVER), Some(row(mapped))), "+5000");
    assert_eq!(reads(&mut watcher, 20, &[mapped]), "nothing");
}

#[test]
fn listeners_come_and_go_in_passing() {
    let mut watcher = watching(&[LISTEN, CLIENT]);
    watcher.set_visible(vec![name(LISTEN), name(CLIENT)]);
    let glance = watcher.lookup_order(at(300)).expect("it is time");
    assert_eq!(glance.visible, [name(CLIENT)]);
    let other = LISTEN.replace("5000", "6000");
    watcher.learn_listening(&[row(&other)]);
    assert_eq!(told(watcher.report()), "-5000 +6000");
    assert_eq!(watcher.lookup_order(at(310)), None);
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
        assert_eq!(
            looks(&mut watcher, before.name(), Some(after)),
            expected,
            "{before} -> {after}"
        );
    }
}

#[test]
fn torn_is_told_when_it_begins_and_when_it_ends() {
    let mut watcher = watching(&[LISTEN]);
    for (torn, expected) in [(true, "torn"), (true, "nothing"), (false, ""), (false, "nothing")] {
        let order = moved(&mut watcher, 20);
        let reading = Reading { torn, ..table(&[LISTEN]) };
        watcher.learn_reading(&order, &reading, COST);
        assert_eq!(told(watcher.report()), expected);
    }
}

#[test]
fn a_torn_table_makes_no_row_vanish_unless_it_happens_again() {
    let mut watcher = watching(&[LISTEN, CLIENT]);
    for expected in ["torn", "-40000"] {
        let order = watcher.read_order(at(20)).or_else(|| Some(moved(&mut watcher, 20)));
        let reading = Reading { torn: true, ..table(&[LISTEN]) };
        watcher.learn_reading(&order.unwrap(), &reading, COST);
        assert_eq!(told(watcher.report()).replace("torn -", "-"), expected);
    }
}

#[test]
fn after_a_failure_it_says_that_it_sees_again() {
    let mut watcher = watching(&[LISTEN]);
    let order = moved(&mut watcher, 20);
    watcher.read_failed();
    assert_eq!(told(watcher.report()), "nothing");
    watcher.learn_reading(&order, &table(&[]), COST);
    assert_eq!(told(watcher.report()), "nothing", "that order is void");
    let order = watcher.read_order(at(21)).expect("soon");
    watcher.learn_reading(&order, &table(&[LISTEN]), COST);
    assert_eq!(told(watcher.report()), "");
}
