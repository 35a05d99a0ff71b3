//! Stepping back through what happened, and forward again.

use std::time::Duration;

use fivetuple::app::{Table, TableRow};
use fivetuple::tcp::{CloseKind, Command, SocketEvent};
use proptest::prelude::{Just, Strategy, any, proptest};
use proptest::prop_oneof;

use crate::app::{LAPTOP_END, SERVER_END, laptop_connected};
use crate::robot::{LISTEN, Robot, end, own};

/// A listener; the laptop connects, and hangs up: four steps, a second apart.
fn a_short_story() -> Robot {
    let mut robot = Robot::listening();
    robot.later(Duration::from_secs(1));
    robot.hear(SocketEvent::Accepted(own(SERVER_END, 12)));
    robot.hear(SocketEvent::Connected(own(LAPTOP_END, 11)));
    let waits = "tcp 0 0 127.0.0.2:54240 127.0.0.1:5000 TIME_WAIT timewait=60000ms/0";
    for rows in
        [&[LISTEN, LAPTOP_END] as &[&str], &[LISTEN, LAPTOP_END, SERVER_END], &[LISTEN, waits]]
    {
        robot.kernel(&rows.join("\n"));
        robot.later(Duration::from_secs(1));
    }
    robot
}

#[test]
fn each_step_back_takes_one_change_away_and_each_step_forward_brings_it_again() {
    let mut robot = a_short_story();
    let mut seen = vec![robot.table()];
    for _ in 0..4 {
        robot.press(",");
        seen.push(robot.table());
    }
    let rows: Vec<usize> = seen.iter().map(Vec::len).collect();
    assert_eq!(rows, [3, 3, 2, 1, 0]);
    assert_eq!(seen[1][2], "127.0.0.2:54240 127.0.0.1:5000 ESTABLISHED");
    robot.says("Step 0 of 4: no rows");
    robot.press_says(",", "This is the beginning");
    for before in seen.iter().rev().skip(1) {
        robot.press(".");
        assert_eq!(&robot.table(), before);
    }
    robot.says("Step 4 of 4");
    robot.says("laptop: ESTABLISHED to TIME_WAIT");
    robot.press(".");
    assert!(!robot.state.is_past());
    robot.says("live again");
    robot.press_says(".", "Already live");
}

#[test]
fn steps_are_one_sentence_which_changes() {
    let mut robot = a_short_story();
    let before = robot.state.notices.len();
    robot.press(", , . , 2, 3.");
    assert_eq!(robot.state.notices.len(), before + 1);
}

#[test]
fn a_count_is_so_many_steps() {
    let mut robot = a_short_story();
    robot.press("3,");
    assert_eq!(robot.table(), ["127.0.0.1:5000 0.0.0.0:* LISTEN"]);
    robot.press("2.");
    assert_eq!(robot.table().len(), 3);
}

#[test]
fn the_past_stands_still_while_the_sockets_live_on() {
    let mut robot = a_short_story();
    robot.press(",");
    let (then, past) = (robot.state.then(), robot.table());
    robot.kernel(LISTEN);
    robot.later(Duration::from_secs(20));
    assert_eq!((robot.state.then(), robot.table()), (then, past));
    assert_eq!(robot.state.sockets.len(), 1, "the living table has only LISTEN");
    robot.press_says("2.", "Step 5 of 5");
    for key in ["p", "End", "Esc"] {
        robot.press(",");
        assert!(robot.state.is_past());
        robot.press(key);
        assert!(!robot.state.is_past(), "{key}");
        assert_eq!(robot.table().len(), 1);
    }
}

#[test]
fn a_pause_freezes_the_table_and_going_on_needs_no_new_look() {
    let mut robot = laptop_connected();
    robot.press("p");
    robot.kernel(LISTEN);
    robot.later(Duration::from_secs(10));
    assert_eq!(robot.table().len(), 3);
    assert_eq!(robot.orders_by("p"), []);
    assert_eq!(robot.table().len(), 1);
}

#[test]
fn a_verb_leaves_the_past_and_acts_on_the_living_sockets() {
    for keys in [",", "p", "2, Enter Esc"] {
        let mut robot = laptop_connected();
        robot.commands();
        robot.press(keys);
        robot.press("d");
        let closed = end("127.0.0.2:54240", "127.0.0.1:5000");
        assert_eq!(robot.commands(), [Command::Close(closed)], "{keys}");
        assert!(!robot.state.is_past(), "{keys}");
    }
}

#[test]
fn what_a_form_or_a_menu_does_leaves_the_past_too() {
    let mut robot = Robot::listening_in_lab();
    // In the menu of states, too, comma steps back.
    for (back, key) in
        [(",", "L"), ("Esc ,", "C"), ("Esc ,", "P"), ("Esc ,", "S"), (",", "Enter"), ("S ,", "7")]
    {
        robot.press(back);
        assert!(robot.state.is_past(), "{back}");
        robot.press(key);
        assert!(!robot.state.is_past(), "{key}");
    }
    let mut robot = Robot::listening();
    robot.finds_the_port_taken();
    robot.press("y ,");
    assert!(robot.state.is_past());
    robot.press("w");
    assert!(!robot.state.is_past());
}

#[test]
fn looking_around_leaves_the_past_alone() {
    let mut robot = laptop_connected();
    robot.press(", n e e e z z T K Tab j Enter");
    assert!(robot.state.is_past());
    robot.press(",");
    assert!(robot.said().contains("Step 0 of 2"), "in a card, too: {}", robot.said());
}

#[test]
fn the_oldest_is_forgotten_and_that_is_said() {
    let mut robot = Robot::listening();
    let row =
        |n: u32| format!("tcp 0 0 127.0.0.1:5000 10.{}.{}.2:40000 ESTABLISHED\n", n / 250, n % 250);
    let many: String = (0..30_000).map(row).collect();
    let told = |robot: &Robot| {
        let mut all = robot.state.notices.newest_first();
        all.any(|notice| notice.text().contains("The history is full"))
    };
    for round in 0..6 {
        robot.kernel(if round % 2 == 0 { &many } else { LISTEN });
        robot.later(Duration::from_secs(6));
    }
    assert!(told(&robot));
    let (oldest, newest) = robot.state.sockets.steps();
    assert!(0 < oldest && oldest < newest, "{oldest} {newest}");
    robot.press("1000,");
    assert_eq!(robot.state.sockets.past().unwrap().step, oldest);
    let lines = |table: &Table| -> Vec<TableRow> { table.in_order().cloned().collect() };
    robot.press("1000.");
    assert!(lines(robot.state.sockets.shown()) == lines(&robot.state.sockets));
    robot.press(".");
    assert!(!robot.state.is_past());
}

#[derive(Clone, Debug)]
enum Fact {
    Table(Vec<(u8, u8)>),
    Whole(Vec<(u8, u8)>),
    Closed(u8),
    Later(u16),
}

fn facts() -> impl Strategy<Value = Vec<Fact>> {
    let rows = || proptest::collection::vec((0..6_u8, 0..5_u8), 0..8);
    let fact = prop_oneof![
        4 => rows().prop_map(Fact::Table),
        1 => rows().prop_map(Fact::Whole),
        1 => (0..6_u8).prop_map(Fact::Closed),
        2 => (0..9_000_u16).prop_map(Fact::Later),
        1 => Just(Fact::Table(vec![])),
    ];
    proptest::collection::vec(fact, 1..24)
}

fn table_of(rows: &[(u8, u8)]) -> String {
    let states = ["SYN_SENT", "ESTABLISHED", "FIN_WAIT2", "CLOSE_WAIT", "TIME_WAIT"];
    let row = |(n, state): &(u8, u8)| {
        let (server, client) = ("127.0.0.1:5000", format!("127.0.0.2:4000{}", n / 2));
        let ends =
            if n % 2 == 0 { format!("{server} {client}") } else { format!("{client} {server}") };
        format!("tcp 0 0 {ends} {}\n", states[usize::from(*state)])
    };
    let mut rows = rows.to_vec();
    rows.sort_unstable();
    rows.dedup_by_key(|(n, _)| *n);
    rows.iter().map(row).chain([LISTEN.to_owned()]).collect()
}

proptest! {
    #[test]
    fn any_past_is_what_was_seen_then(facts in facts(), many in any::<u8>()) {
        let mut robot = Robot::new();
        let lines = |table: &Table| -> Vec<TableRow> { table.in_order().cloned().collect() };
        let mut history = vec![lines(&robot.state.sockets)];
        for fact in facts {
            match fact {
                Fact::Table(rows) => robot.kernel(&table_of(&rows)),
                Fact::Whole(rows) => robot.kernel_afresh(&table_of(&rows)),
                Fact::Later(millis) => robot.later(Duration::from_millis(millis.into())),
                Fact::Closed(n) => robot.hear(SocketEvent::Closed {
                    at: end("127.0.0.1:5000", &format!("127.0.0.2:4000{n}")),
                    how: CloseKind::Close,
                }),
            }
            let (_, newest) = robot.state.sockets.steps();
            if newest == history.len() {
                history.push(lines(&robot.state.sockets));
            }
        }
        // One change more, so that nothing comes after the newest step.
        robot.kernel("tcp 0 0 127.0.0.1:5000 127.0.0.9:9 ESTABLISHED");
        history.push(lines(&robot.state.sockets));
        let (_, newest) = robot.state.sockets.steps();
        assert_eq!(newest + 1, history.len());
        let many = 1 + usize::from(many) % newest;
        robot.press(&format!("{many},"));
        for step in &history[newest - many..] {
            assert_eq!(&lines(robot.state.sockets.shown()), step);
            robot.press(".");
        }
        assert!(!robot.state.is_past());
    }
}
