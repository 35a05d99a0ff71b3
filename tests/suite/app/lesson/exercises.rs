//! Exercises: which tables solve which, and which do not.

use std::collections::BTreeMap;
use std::time::Duration;

use fivetuple::app::lesson::EXERCISES;
use fivetuple::app::{Action, Phase};

use crate::robot::Robot;

/// What the table shows where each exercise is solved, but for those in the lab: Recv-Q, both ends, the state, and whether no process has it.
/// `L` is the laptop's address, `P` the phone's, `S` the server's.
const SOLVED: [&str; 18] = [
    "0 S:5000 * LISTEN",
    "0 S:5000 * LISTEN, 0 S:5000 L:41000 ESTABLISHED, 0 L:41000 S:5000 ESTABLISHED",
    "0 S:5000 * LISTEN, 0 S:5000 L:41000 ESTABLISHED, 0 L:41000 S:5000 ESTABLISHED, 0 S:5000 L:41001 ESTABLISHED, 0 L:41001 S:5000 ESTABLISHED",
    "0 S:5000 * LISTEN, 0 L:41000 S:5000 TIME_WAIT none",
    "0 S:5000 * LISTEN, 0 S:5000 L:41000 TIME_WAIT none",
    "0 S:5000 * LISTEN, 1 S:5000 L:41000 CLOSE_WAIT, 0 L:41000 S:5000 FIN_WAIT2",
    "0 S:5000 * LISTEN, 1 S:5000 L:41000 CLOSE_WAIT, 1 S:5000 L:41001 CLOSE_WAIT, 1 S:5000 L:41002 CLOSE_WAIT, 1 S:5000 L:41003 CLOSE_WAIT, 1 S:5000 L:41004 CLOSE_WAIT, 0 L:41004 S:5000 FIN_WAIT2 none",
    "0 S:5000 * LISTEN, 1 S:5000 L:41000 CLOSE_WAIT, 0 L:41000 S:5000 FIN_WAIT2",
    "1 S:5000 * LISTEN, 13 S:5000 L:41000 ESTABLISHED none, 0 L:41000 S:5000 ESTABLISHED",
    "1 S:5000 * LISTEN, 13 S:5000 L:41000 ESTABLISHED none, 0 L:41000 S:5000 ESTABLISHED, 0 L:41001 S:5000 SYN_SENT",
    "0 S:5000 * LISTEN, 26 S:5000 L:41000 ESTABLISHED, 0 L:41000 S:5000 ESTABLISHED",
    "0 S:5000 L:41000 ESTABLISHED, 0 L:41000 S:5000 ESTABLISHED",
    "0 S:5000 * LISTEN, 0 S:5000 L:5000 ESTABLISHED, 0 L:5000 S:5000 ESTABLISHED",
    "0 S:5000 * LISTEN, 0 S:5000 L:6000 ESTABLISHED, 0 L:6000 S:5000 ESTABLISHED, 0 S:5000 P:6000 ESTABLISHED, 0 P:6000 S:5000 ESTABLISHED",
    "0 S:5000 * LISTEN, 0 S:5001 * LISTEN, 0 S:5000 L:6000 ESTABLISHED, 0 L:6000 S:5000 ESTABLISHED, 0 S:5001 L:6000 ESTABLISHED, 0 L:6000 S:5001 ESTABLISHED",
    "0 S:5000 * LISTEN, 0 S:5000 * LISTEN",
    "0 S:5000 * LISTEN, 0 L:45000 S:5000 ESTABLISHED, 0 L:45001 S:5000 ESTABLISHED, 0 L:45002 S:5000 ESTABLISHED, 0 L:45003 S:5000 ESTABLISHED",
    "0 S:5000 L:41000 TIME_WAIT none",
];

/// Which exercises each is solved by, besides its own table: a harder one contains an easier one, and rows at port 5001 belong to no other.
const ALSO: [(usize, &[usize]); 5] =
    [(2, &[9, 11, 13, 15]), (5, &[18]), (6, &[7, 8]), (8, &[6]), (9, &[10])];

/// The rows as the kernel's table has them.
fn rows(table: &str) -> String {
    let rows = table.split(", ").zip(20..).map(|(row, inode)| {
        let [recv, local, remote, state, rest @ ..] = &row.split(' ').collect::<Vec<_>>()[..]
        else {
            panic!("{row}")
        };
        let inode = if rest.is_empty() { format!("inode={inode}") } else { String::new() };
        let row =
            format!("tcp {recv} 0 {local} {remote} {state} {inode}").replace('*', "0.0.0.0:*");
        let row = row.replace("S:", "127.0.0.1:").replace("L:", "127.0.0.2:");
        row.replace("P:", "127.0.0.3:").trim_end().to_owned()
    });
    rows.collect::<Vec<_>>().join("\n")
}

/// Opens an exercise on an empty table.
fn open(robot: &mut Robot, number: usize) {
    robot.kernel("");
    robot.ask(Action::GiveExercise(number));
    robot.later(Duration::from_secs(2));
    robot.kernel("");
    let progress = robot.state.lesson.as_ref().expect("the exercise");
    assert_eq!(progress.lacks, None);
    assert_eq!(progress.phase, Phase::Waiting, "{number}: an empty table solves nothing");
}

#[test]
fn an_exercise_is_solved_by_its_own_table_and_not_by_those_of_others() {
    let also: BTreeMap<usize, &[usize]> = ALSO.into();
    assert_eq!(SOLVED.len() + 2, EXERCISES.len(), "two are in the lab");
    for exercise in 1..=SOLVED.len() {
        let mut robot = Robot::new();
        robot.state.machine.linux = (6, 3);
        open(&mut robot, exercise);
        let mut solved = Vec::new();
        for (other, table) in (1..).zip(SOLVED) {
            robot.later(Duration::from_secs(2));
            robot.kernel(&rows(table));
            if robot.state.lesson.as_ref().is_some_and(|it| it.phase == Phase::Done) {
                solved.push(other);
                open(&mut robot, exercise);
            }
        }
        let mut expected = also.get(&exercise).map_or(vec![], |also| also.to_vec());
        expected.push(exercise);
        expected.sort_unstable();
        assert_eq!(solved, expected, "exercise {exercise}");
    }
}
