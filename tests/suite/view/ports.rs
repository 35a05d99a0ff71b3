//! The map of ports.

use crate::robot::{LISTEN, Robot, end};
use fivetuple::app::Action;
use fivetuple::tcp::{HostLimits, SourcePort, TimeWaitReuse};

use crate::view::{ALL, SMALL, USUAL, WIDE, check, screen, shows, two_connections};

/// A listener with so many connections of the laptop at even ports.
pub(crate) fn connections(count: u16) -> Robot {
    let mut robot = Robot::listening();
    let mut table = String::from(LISTEN);
    for n in 0..count {
        let port = 40_000 + 2 * n;
        for ends in
            [format!("127.0.0.1:5000 127.0.0.2:{port}"), format!("127.0.0.2:{port} 127.0.0.1:5000")]
        {
            table.extend(["\ntcp 0 0 ", &ends, " ESTABLISHED inode=100"]);
        }
    }
    robot.kernel(&table);
    robot
}

#[test]
fn the_map_shows_every_port_in_use_and_how_many_are_left() {
    let mut robot = two_connections();
    robot.press("m");
    robot.press("+");
    robot.press("+");
    shows(&mut robot, &[WIDE], &["28,231 of 28,232 ports left"]);
    robot.press("+");
    robot.says("Zoomed in to the maximum");
}

#[test]
fn a_tall_map_shows_the_range_that_the_kernel_picks_from_too() {
    let mut robot = two_connections();
    robot.press("m");
    shows(&mut robot, &[WIDE], &["picked from 32768-60999", "32768   ", "   60999"]);
}

#[test]
fn even_and_odd_ones_are_counted_apart() {
    let mut robot = connections(12);
    robot.press("m");
    shows(&mut robot, &ALL, &["even 12, odd 0: a plain connect() tries even ones first"]);
}

#[test]
fn the_selected_port_follows_the_selected_row() {
    let mut robot = connections(12);
    robot.press("m + +");
    robot.ask(Action::SelectRow(end("127.0.0.1:5000", "127.0.0.2:40006")));
    shows(&mut robot, &[USUAL], &["▼ 40006 laptop: ESTABLISHED with 127.0.0.1:5000"]);
    robot.press("j j");
    shows(&mut robot, &[SMALL], &["▼ 40008 laptop"]);
}

#[test]
fn a_toy_range_has_a_cell_per_port_and_reports_exhaustion() {
    let mut robot = connections(4);
    robot.state.clients.spec.source_port = SourcePort::Range("40000-40007".parse().unwrap());
    robot.press("m +");
    check("ports_toy", &mut robot, &ALL);
    robot.state.clients.spec.source_port = SourcePort::Range("40000-40000".parse().unwrap());
    shows(&mut robot, &[WIDE], &["none of 1 ports left: EADDRNOTAVAIL"]);
}

#[test]
fn what_waits_in_time_wait_is_told_beside_what_is_left() {
    let mut robot = Robot::listening();
    robot.state.clients.spec.source_port = SourcePort::Range("54240-54243".parse().unwrap());
    let closed = "tcp 0 0 127.0.0.2:54241 127.0.0.1:5000 TIME_WAIT timewait=46300ms/0";
    robot.kernel(&[LISTEN, closed].join("\n"));
    robot.press("m");
    shows(&mut robot, &[WIDE], &["3 of 4 ports left, and 1 in TIME_WAIT, "]);
    shows(&mut robot, &[USUAL], &["3 of 4 ports left, 1 in TIME_WAIT"]);
    robot.state.machine.time_wait_reuse = Some(TimeWaitReuse::Never);
    shows(&mut robot, &[WIDE], &["3 of 4 ports left; 1 of 54240-54243 in use, 1 of them in"]);
}

#[test]
fn of_a_range_that_cannot_be_read_it_is_not_said_how_many_are_left() {
    let mut robot = two_connections();
    robot.state.machine.unread = vec![HostLimits::PORT_RANGE];
    robot.press("m");
    shows(&mut robot, &ALL, &["ports in use: 1", "cannot be read"]);
    let dots = |robot: &mut Robot| screen(robot, WIDE).matches(['▀', '▄']).count();
    let assumed = dots(&mut robot);
    robot.press("+");
    shows(&mut robot, &[WIDE], &["Linux's default range, 32768-60999"]);
    robot.state.machine.unread.clear();
    robot.press("-");
    assert!(dots(&mut robot) > assumed, "how many are left is shown in large letters");
}
