//! How many connections the descriptors allow: what is said of it adds up.

use fivetuple::tcp::{Burst, ConnectId, SocketEvent};

use crate::robot::{LISTEN, Robot, own};

fn with(descriptors: u64) -> Robot {
    let mut robot = Robot::listening();
    robot.state.machine.descriptors = descriptors;
    robot.orders();
    robot
}

/// So many connections, both ends of which are ours, and no order left.
fn connect(robot: &mut Robot, count: u32) {
    let burst = Burst { count, ..Burst::ONE };
    robot.hear(SocketEvent::BurstBegun { id: ConnectId::default(), burst, whole_range: false });
    let mut rows = vec![LISTEN.to_owned()];
    for n in 0..count {
        let port = 40_000 + n;
        let client = format!("tcp 0 0 127.0.0.2:{port} 127.0.0.1:5000 ESTABLISHED inode=1{port}");
        let server = format!("tcp 0 0 127.0.0.1:5000 127.0.0.2:{port} ESTABLISHED inode=2{port}");
        robot.hear(SocketEvent::Connected(own(&client, 100 + n)));
        robot.hear(SocketEvent::Accepted(own(&server, 500 + n)));
        rows.extend([client, server]);
    }
    robot.burst_ends(count, count);
    robot.kernel(&rows.join("\n"));
    robot.orders();
}

fn has(robot: &Robot, parts: &[&str]) {
    for part in parts {
        robot.says(part);
    }
    robot.says_not("EMFILE");
}

#[test]
fn fewer_calls_than_asked_for_are_explained_so_that_the_sum_comes_out() {
    let mut robot = with(300);
    robot.press("200c");
    // 64 + 1 + 117 * 2 = 299: one is left, and a connection takes two.
    has(
        &robot,
        &[
            "Opening only 117 of 200 connections",
            "of 300 file descriptors, 64 are reserved for other uses, 1 is in use",
            "each connection needs two (one per end)",
        ],
    );
}

#[test]
fn where_no_call_is_possible_none_is_made_and_the_sum_comes_out_too() {
    let mut robot = with(300);
    robot.press("200c");
    connect(&mut robot, 117);
    robot.press("50c");
    assert!(robot.commands().is_empty());
    has(
        &robot,
        &[
            "Cannot connect: of 300 file descriptors, 64 are reserved for other uses, 235 are in use",
            "each connection needs two",
            "0d closes all",
        ],
    );
}

#[test]
fn where_closing_would_make_no_room_it_is_not_said_to_help() {
    let mut robot = with(60);
    robot.press("c");
    has(&robot, &["of 60 file descriptors", "ulimit -n 1024 before starting"]);
    robot.says_not("0d");
}

#[test]
fn calls_that_are_under_way_count_and_are_said_to() {
    let mut robot = with(300);
    robot.press("117c");
    robot.orders();
    robot.press("c");
    assert!(robot.commands().is_empty());
    has(&robot, &["1 is in use, 234 are needed by pending connects"]);
}

#[test]
fn a_held_server_needs_no_descriptor_and_the_lab_keeps_some() {
    let mut robot = with(300);
    robot.hear(SocketEvent::AcceptHeld(true));
    robot.press("300c");
    has(&robot, &["Opening only 235 of", "each connection needs one"]);
    let mut robot = Robot::listening_in_lab();
    robot.state.machine.descriptors = 600;
    robot.press("20c");
    has(&robot, &["Opening only 11 of", "576 are reserved for the lab and other uses"]);
}
