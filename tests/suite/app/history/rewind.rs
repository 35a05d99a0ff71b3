//! Stepping back through what happened, and forward again.

use std::time::Duration;

use fivetuple::app::{Table, TableRow};
use fivetuple::tcp::{CloseKind, SocketEvent};
use proptest::prelude::{Just, Strategy, any, proptest};
use proptest::prop_oneof;

use crate::app::{LAPTOP_END, SERVER_END};
use crate::robot::{LISTEN, Robot, end, own};

/// A listener; the laptop connects, and hangs up: four steps, a second apart.
fn a_short_story() -> Robot {
    let mut robot = Robot::listening();
    robot.later(Duration::from_secs(1));
    robot.accepts(SERVER_END, 12);
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
fn steps_are_one_sentence_which_changes() {
    let mut robot = a_short_story();
    let before = robot.state.notices.len();
    robot.press(", , . , 2, 3.");
    assert_eq!(robot.state.notices.len(), before + 1);
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
