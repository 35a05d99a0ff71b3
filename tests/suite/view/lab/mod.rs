//! Two computers and the wire between them, at three sizes.

pub(crate) mod cut_lines;
mod words;

use std::time::Duration;

use fivetuple::app::{Action, Event};
use fivetuple::tcp::{Errno, Flags, LabEvent, LabRefusal, SocketEvent};

use crate::computers::{ANSWERS, CALLS, CLIENT, LAPTOP, LISTEN, SERVER, SERVES};
use crate::robot::{Robot, own};
use crate::view::{ALL, DARK, WIDE, check, look_inside, paint, screen, shows, text_of};

const SYN_ACK: Flags = Flags::SYN.and(Flags::ACK);

/// The handshake on a held wire: one segment is delivered after each screen.
#[test]
fn a_handshake_on_a_held_wire() {
    let mut robot = Robot::calling_in_lab();
    check("lab_1_syn_sent", &mut robot, &ALL);

    robot.press("o");
    robot.arrives(1);
    robot.sends(2, (SERVER, SYN_ACK), (0, 1), b"");
    robot.tables(&[LISTEN, ANSWERS], &[CALLS]);
    robot.later(Duration::from_millis(900));
    check("lab_2_syn_received", &mut robot, &ALL);

    robot.press("o");
    robot.arrives(2);
    robot.sends(3, (LAPTOP, Flags::ACK), (1, 1), b"");
    let push = Flags::PSH.and(Flags::ACK);
    robot.sends(4, (LAPTOP, push), (1, 1), b"Test payload.");
    robot.hear(SocketEvent::Connected(own(CLIENT, 11)));
    robot.tables(&[LISTEN, ANSWERS], &[CLIENT]);
    robot.later(Duration::from_millis(900));
    check("lab_3_client_established", &mut robot, &ALL);

    robot.press("o");
    robot.arrives(3);
    robot.accepts(SERVES, 12);
    robot.tables(&[LISTEN, SERVES], &[CLIENT]);
    robot.later(Duration::from_millis(900));
    check("lab_4_both_established", &mut robot, &ALL);
}

/// Two SYNs are lost, the third one gets through a wire that takes half a second.
pub(crate) fn two_losses() -> Robot {
    let mut robot = Robot::listening_in_lab();
    robot.press("b b u u c");
    robot.hear(SocketEvent::Connecting(own(CALLS, 11)));
    for (number, until_next) in [(1, 1020), (2, 2040)] {
        robot.sends(number, (LAPTOP, Flags::SYN), (0, 0), b"");
        robot.loses(number);
        robot.later(Duration::from_millis(until_next));
    }
    robot.sends(3, (LAPTOP, Flags::SYN), (0, 0), b"");
    robot.tables(&[LISTEN], &[CALLS]);
    robot.later(Duration::from_millis(310));
    robot
}

#[test]
fn a_computer_whose_table_cannot_be_read() {
    let mut robot = Robot::calling_in_lab();
    robot.tell(Event::TableUnreadable {
        host: LAPTOP,
        why: "asking the kernel failed: EIO".to_owned(),
    });
    robot.later(Duration::from_secs(3));
    for size in ALL {
        let text = screen(&mut robot, size);
        let (_, behind) = text.split_once("Remote").expect("its title");
        let title = behind.lines().next().unwrap_or_default();
        assert!(title.contains("not read for 3 s"), "{text}");
        assert_eq!(text.matches("not read for").count(), 1, "{text}");
    }
}

#[test]
fn a_refused_lab() {
    let mut robot = Robot::listening();
    robot.press("N");
    robot.tell(Event::Lab(LabEvent::Refused(LabRefusal {
        step: "unshare(CLONE_NEWUSER)".to_owned(),
        errno: Errno::EPERM,
        helps: "kernel.unprivileged_userns_clone is 0 here; 1 allows it.".to_owned(),
    })));
    check("lab_refused", &mut robot, &ALL);
}

#[test]
fn a_click_selects_the_row_in_either_table() {
    let mut robot = Robot::calling_in_lab();
    robot.tables(&[LISTEN, ANSWERS], &[CALLS]);
    let (buffer, scroll) = paint(&mut robot, DARK, WIDE);
    let text = text_of(&buffer);
    let y = text.lines().position(|line| line.contains(":500 ◁ SYN_RECV")).unwrap();
    let area = ratatui::layout::Rect::new(0, 0, 120, 36);
    for (x, row) in [(10, ANSWERS), (100, CALLS)] {
        let asked = fivetuple::view::hit(area, &robot.state, &scroll, x, u16::try_from(y).unwrap());
        let chosen = Action::SelectRow(own(row, 0).name);
        assert!(asked.contains(&chosen), "{asked:?}");
    }
}

#[test]
fn at_every_size_both_states_and_the_waiting_segment_are_seen() {
    let mut robot = Robot::calling_in_lab();
    robot.press("o");
    robot.arrives(1);
    robot.sends(2, (SERVER, SYN_ACK), (0, 1), b"");
    robot.tables(&[LISTEN, ANSWERS], &[CALLS]);
    let words = ["SYN_SENT", "SYN_RECV", "SYN+ACK", "HELD: 1 queued", "192.168.1.13"];
    for wide in [60, 79, 80, 115, 116, 145, 146, 162, 200] {
        shows(&mut robot, &[16, 18, 24, 29, 30, 36, 50].map(|high| (wide, high)), &words);
    }
}

#[test]
fn inside_a_connection_of_the_lab_the_commands_say_on_which_computer_they_run() {
    let mut robot = Robot::listening_in_lab();
    robot.tables(&[LISTEN, SERVES], &[CLIENT]);
    look_inside(&mut robot, SERVES);
    let words = [
        "$ fivetuple lab --join 4121 --on server -- ss -tanpio",
        "$ fivetuple lab --join 4121 --on laptop -- nc",
    ];
    shows(&mut robot, &[WIDE], &words);
}
