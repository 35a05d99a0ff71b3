//! What it tells: differences, each once, the newest in the end.

use fivetuple::kernel::Reading;
use fivetuple::kernel::watch::Planner;
use fivetuple::tcp::{Filter, Host, Port, SocketId, SocketRow};

use crate::kernel::watch::{
    CLIENT, COST, LISTEN, SERVER, at, moved, name, row, table, told, watching,
};

const MAPPED: &str =
    "tcp 0 0 [::ffff:127.0.0.1]:5000 [::ffff:127.0.0.1]:40000 ESTABLISHED cookie=3";

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

/// The rows of the stories: a letter is a socket, and what is behind it differs from the usual row.
fn rows(letters: &str) -> Vec<String> {
    let row = |letter: &str| match letter {
        "L" => LISTEN.to_owned(),
        "C" => CLIENT.to_owned(),
        "S" => SERVER.to_owned(),
        "C-closing" => CLIENT.replace("ESTABLISHED", "FIN_WAIT2"),
        "C-other" => CLIENT.replace("cookie=2", "cookie=9"),
        "S-mapped" => MAPPED.to_owned(),
        timer => format!("{CLIENT} retransmit={}", timer.trim_start_matches("C-")),
    };
    letters.split_whitespace().map(row).collect()
}

/// The table at first; then each thing that happens, and what is reported.
const STORIES: [(&str, &[(&str, &str)]); 15] = [
    ("", &[("read", "nothing")]),
    ("L C S", &[("read L C-closing", "-5000 ~40000:FIN_WAIT2")]),
    ("C", &[("look C-other", "-40000 +40000")]),
    ("L C", &[("watch all", "nothing"), ("begin C", "afresh +40000")]),
    ("L C", &[("watch 40000", "nothing"), ("begin C", "afresh +40000")]),
    ("L", &[("look C", "+40000"), ("gone S", "nothing"), ("gone C", "-40000")]),
    ("", &[("watch 9", "nothing"), ("begin", "afresh"), ("look C", "nothing")]),
    // It is known by its own name.
    ("", &[("look S-mapped", "+5000"), ("read S-mapped", "nothing")]),
    // A timer that runs down is no news; one that begins, ends, or runs out is.
    ("C-900ms/1", &[("look C-800ms/1", "nothing"), ("look C-1900ms/1", "~40000:ESTABLISHED")]),
    ("C-900ms/1", &[("look C-800ms/2", "~40000:ESTABLISHED")]),
    ("C-900ms/1", &[("look C", "~40000:ESTABLISHED")]),
    ("C", &[("look C-900ms/0", "~40000:ESTABLISHED")]),
    // An interrupted table is reported when it begins and when it ends.
    ("L", &[("torn L", "torn"), ("torn L", "nothing"), ("read L", ""), ("read L", "nothing")]),
    // It makes no row vanish unless it happens again.
    ("L C", &[("torn L", "torn"), ("torn L", "torn -40000")]),
    ("L C", &[("torn L", "torn"), ("read L C", "")]),
];

#[test]
fn each_story_is_reported_as_it_should_be() {
    for (first, story) in STORIES {
        let first = rows(first);
        let mut watcher = watching(&first.iter().map(String::as_str).collect::<Vec<_>>());
        for (what, expected) in story {
            let (verb, letters) = what.split_once(' ').unwrap_or((what, ""));
            let wanted = letters.parse().map(|port| Filter::ports([Port(port)]));
            match (verb, wanted) {
                ("watch", wanted) => watcher.watch(wanted.unwrap_or(Filter::everything())),
                ("look" | "gone", _) => {
                    let found = row(&rows(letters)[0]);
                    watcher.learn_lookup(found.name(), (verb == "look").then_some(found));
                }
                _ => {
                    let order = match watcher.read_order(at(20)) {
                        Some(order) => order,
                        None => moved(&mut watcher, 20),
                    };
                    let snapshot = rows(letters).iter().map(|line| row(line)).collect();
                    let reading =
                        Reading { snapshot, interrupted: verb == "torn", ..Reading::default() };
                    watcher.learn_reading(&order, &reading, COST);
                }
            }
            assert_eq!(told(watcher.report()), *expected, "{first:?}: {what}");
        }
    }
}

#[test]
fn whoever_does_not_know_the_interface_asks_with_the_one_that_was_seen() {
    let bound = format!("{SERVER} interface=3");
    let mut watcher = watching(&[LISTEN, &bound]);
    assert_eq!(watcher.known_id(name(SERVER)).interface, 3);
    assert_eq!(watcher.known_id(name(CLIENT)).interface, 0, "nobody has seen it");
    assert_eq!(looks(&mut watcher, name(SERVER), Some(row(&bound))), "nothing");
    assert_eq!(looks(&mut watcher, name(SERVER), None), "-5000");
}

#[test]
fn a_look_in_vain_for_what_no_table_has_shown_is_no_proof_that_it_is_gone() {
    let mut watcher = watching(&[LISTEN]);
    let order = moved(&mut watcher, 20);
    assert_eq!(looks(&mut watcher, name(SERVER), None), "nothing");
    watcher.learn_reading(&order, &table(&[LISTEN, SERVER]), COST);
    assert_eq!(told(watcher.report()), "+5000");
}

/// Pairs of sockets that the kernel tells apart though their five numbers are equal, as each source shows them.
const TWINS: [[&str; 2]; 4] = [
    [
        "udp 0 0 127.0.0.1:6000 127.0.0.1:7000 ESTABLISHED inode=1 cookie=11",
        "udp 0 0 127.0.0.1:6000 127.0.0.1:7000 ESTABLISHED inode=2 cookie=12",
    ],
    [
        "udp 0 0 127.0.0.1:6000 127.0.0.1:7000 ESTABLISHED inode=1",
        "udp 0 0 127.0.0.1:6000 127.0.0.1:7000 ESTABLISHED inode=2",
    ],
    [
        "tcp 0 0 [fe80::1]:6000 [fe80::2]:7000 ESTABLISHED inode=1 cookie=11 interface=2",
        "tcp 0 0 [fe80::1]:6000 [fe80::2]:7000 ESTABLISHED inode=2 cookie=12 interface=3",
    ],
    [
        "tcp 0 0 10.0.0.1:6000 10.0.0.2:7000 TIME_WAIT cookie=11",
        "tcp 0 0 10.0.0.1:6000 10.0.0.2:7000 TIME_WAIT cookie=12 interface=3",
    ],
];

#[test]
fn sockets_with_one_name_are_rows_of_their_own_in_whichever_order_they_are_read() {
    for [one, other] in TWINS.into_iter().flat_map(|[one, other]| [[one, other], [other, one]]) {
        let mut watcher = watching(&[one]);
        let looked_up = row(other);
        assert_eq!(reads(&mut watcher, 20, &[other, one]), "+6000", "{other}");
        for (ms, rows) in [(40, [one, other]), (60, [other, one])] {
            assert_eq!(reads(&mut watcher, ms, &rows), "nothing", "{other}");
            // A lookup by the five numbers finds either.
            for found in [one, other] {
                assert_eq!(looks(&mut watcher, name(one), Some(row(found))), "nothing", "{other}");
            }
        }
        assert_eq!(reads(&mut watcher, 80, &[other]), "-6000", "{other}");
        assert_eq!(reads(&mut watcher, 100, &[other]), "nothing", "{other}");
        assert_eq!(reads(&mut watcher, 120, &[]), "-6000", "{looked_up}");
    }
}

#[test]
fn a_socket_that_took_over_a_name_is_no_second_one() {
    for [before, after] in TWINS {
        let mut watcher = watching(&[before]);
        assert_eq!(reads(&mut watcher, 20, &[after]), "-6000 +6000", "{after}");
        assert_eq!(watcher.known_id(name(before)), name(after));
        assert_eq!(reads(&mut watcher, 40, &[after]), "nothing", "{after}");
    }
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
