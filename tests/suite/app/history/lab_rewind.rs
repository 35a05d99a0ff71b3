//! The past of two tables, which are read one after the other: its steps are pictures that can have been.

use std::time::Duration;

use fivetuple::tcp::{Change, Host, Snapshot};

use crate::app::events::lab::connected;
use crate::computers::{CLIENT, LAPTOP, SERVER, SERVES};
use crate::robot::{LISTEN, Robot};

/// One computer's table shows these rows now.
fn shows(robot: &mut Robot, host: Host, rows: &[&str]) {
    let table: Snapshot = rows.join("\n").parse().unwrap();
    robot.reads(host, table.rows.into_iter().map(Change::Appeared).collect(), false);
}

fn step(robot: &Robot) -> (usize, usize) {
    let (_, newest) = robot.state.sockets.steps();
    (robot.state.sockets.past().unwrap().step, newest)
}

/// The laptop hangs up; both tables are read within a few milliseconds, the server's first.
fn a_quick_goodbye(keys: &str) -> Robot {
    let mut robot = connected();
    robot.later(Duration::from_secs(1));
    robot.press(keys);
    shows(&mut robot, SERVER, &[&SERVES.replace("ESTABLISHED", "LAST_ACK")]);
    robot.later(Duration::from_millis(12));
    shows(&mut robot, LAPTOP, &[&CLIENT.replace("ESTABLISHED", "FIN_WAIT1")]);
    robot.later(Duration::from_millis(12));
    shows(&mut robot, LAPTOP, &[&CLIENT.replace("ESTABLISHED", "FIN_WAIT2")]);
    robot.later(Duration::from_millis(400));
    robot
}

#[test]
fn what_both_tables_show_within_one_look_is_one_step() {
    let mut robot = a_quick_goodbye("");
    robot.press(",");
    let states = |robot: &mut Robot| {
        let rows = robot.table();
        let last = |row: &String| row.rsplit(' ').next().unwrap_or_default().to_owned();
        rows.iter().map(last).collect::<Vec<String>>()
    };
    assert_eq!(states(&mut robot), ["LISTEN", "ESTABLISHED", "ESTABLISHED"]);
    let (at, newest) = step(&robot);
    assert_eq!(at + 1, newest, "one step made it all");
    robot.press(".");
    assert_eq!(states(&mut robot), ["LISTEN", "LAST_ACK", "FIN_WAIT2"]);
    robot.says("server end of laptop: ESTABLISHED to LAST_ACK; laptop: ESTABLISHED to FIN_WAIT2");
    // What comes later is a step of its own.
    robot.press("p");
    shows(&mut robot, LAPTOP, &[&CLIENT.replace("ESTABLISHED", "TIME_WAIT")]);
    assert_eq!(robot.state.sockets.steps().1, newest + 1);
}

#[test]
fn what_follows_from_another_key_is_another_step() {
    let mut robot = Robot::in_lab(3);
    robot.press("l");
    shows(&mut robot, SERVER, &[crate::computers::LISTEN]);
    robot.press("c");
    shows(&mut robot, LAPTOP, &[CLIENT]);
    shows(&mut robot, SERVER, &[SERVES]);
    assert_eq!(robot.state.sockets.steps().1, 2);
}

#[test]
fn over_a_slow_wire_each_look_is_a_step_and_so_it_is_while_the_past_is_looked_at() {
    let newest = |robot: &Robot| robot.state.sockets.steps().1;
    let before = newest(&connected());
    assert_eq!(newest(&a_quick_goodbye("b")), before + 3);
    let mut robot = connected();
    robot.press(",");
    shows(&mut robot, SERVER, &[&SERVES.replace("ESTABLISHED", "LAST_ACK")]);
    assert_eq!(newest(&robot), before + 1);
    robot.press("2.");
    assert_eq!(step(&robot), (before + 1, before + 1));
}

#[test]
fn a_step_says_what_it_changed_in_a_row() {
    let row = |queues: &str, inode: &str| {
        format!("tcp {queues} 127.0.0.1:5000 127.0.0.2:54240 ESTABLISHED{inode}")
    };
    let table = |row: &str| format!("{LISTEN}\n{row}");
    let mut robot = Robot::listening();
    let held = row("0 0", " inode=12");
    for (now, words) in [
        (row("0 0", ""), "new, ESTABLISHED"),
        (row("13 0", ""), "Recv-Q 0 to 13"),
        (row("13 5", ""), "Send-Q 0 to 5"),
        (row("0 0", " inode=12"), "Recv-Q 13 to 0, Send-Q 5 to 0, now owned by a process"),
        (row("0 0", ""), "no longer owned by a process"),
        (held.replace("ESTABLISHED", "CLOSE_WAIT"), "ESTABLISHED to CLOSE_WAIT"),
    ] {
        robot.later(Duration::from_secs(1));
        robot.kernel(&table(&now));
        robot.press(", .");
        let said = robot.said();
        let said = said.trim_end_matches('.');
        assert!(said.ends_with(words), "{words}: {said}");
        robot.press("p");
    }
}
