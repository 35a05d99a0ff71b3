//! Texts of the lab are whole, or marked as cut, at every size.

use fivetuple::app::Event;
use fivetuple::tcp::{Errno, Flags, LabEvent, LabRefusal, SocketEvent, WireEvent, WireStatus};

use crate::computers::{ANSWERS, CALLS, LAPTOP, LISTEN};
use crate::robot::{Robot, own};
use crate::view::{ALL, SMALL, WIDE, screen, shows, shows_not};

/// `count` connections of the laptop, and the listener.
pub(crate) fn connections(count: u16) -> Robot {
    let mut robot = Robot::listening_in_lab();
    let (mut server, mut laptop) = (vec![String::from(LISTEN)], Vec::new());
    for port in 40_000..40_000 + count {
        let (own, other) = ("192.168.1.10:500", format!("192.168.1.13:{port}"));
        server.push(format!("tcp 0 0 {own} {other} ESTABLISHED host=1 inode={port}"));
        laptop.push(format!("tcp 0 0 {other} {own} ESTABLISHED host=2 inode=7{port}"));
    }
    let [server, laptop] = [&server, &laptop].map(|rows| {
        let rows = rows.iter().map(String::as_str);
        rows.collect::<Vec<&str>>()
    });
    robot.tables(&server, &laptop);
    robot
}

pub(crate) fn lines_with(text: &str, what: &str) -> usize {
    text.lines().filter(|line| line.contains(what)).count()
}

#[test]
fn shown_and_hidden_segments_add_up_to_the_queue() {
    let mut robot = Robot::listening_in_lab();
    robot.press("h");
    for number in 1..=40 {
        robot.sends(number, (LAPTOP, Flags::SYN), (0, 0), b"");
    }
    robot.tables(&[LISTEN], &[CALLS]);
    for high in [16, 18, 24] {
        let text = screen(&mut robot, (60, high));
        let shown = lines_with(&text, "SYN ─");
        let (before, _) = text.split_once(" more queued").expect(&text);
        let behind: usize = before.rsplit(' ').next().unwrap().parse().unwrap();
        assert_eq!(shown + behind, 40, "{text}");
    }
}

#[test]
fn a_kept_filter_is_seen_in_the_labs_tables() {
    let mut robot = connections(3);
    robot.press("/");
    robot.type_text("LIST");
    robot.press("Enter");
    shows(&mut robot, &ALL, &["/LIST: 1 row"]);
}

#[test]
fn the_header_says_live_with_any_wire_status() {
    let mut robot = connections(1);
    robot.press("b b");
    for number in 1..=3 {
        robot.sends(number, (LAPTOP, Flags::ACK), (0, 0), b"");
    }
    for size in ALL {
        let text = screen(&mut robot, size);
        let first = text.lines().next().unwrap_or_default();
        assert!(first.trim_end().ends_with("live"), "{first}");
        assert!(first.contains("lab"), "{first}");
    }
}

#[test]
fn an_ipv4_address_in_ipv6_is_not_cut_where_the_address_alone_fits() {
    let mut robot = connections(0);
    let serves =
        "tcp 0 0 [::ffff:192.168.1.10]:500 [::ffff:192.168.1.13]:40001 ESTABLISHED host=1 inode=5";
    robot.tables(&[LISTEN, serves], &[]);
    shows(&mut robot, &[WIDE], &["192.168.1.13:40001"]);
    shows_not(&mut robot, &[WIDE], &["ffff"]);
}

#[test]
fn the_ghost_of_a_time_wait_counts_down_no_more() {
    let waits = "tcp 0 0 192.168.1.13:40001 192.168.1.10:500 TIME_WAIT host=2 timewait=58000ms/0";
    let mut robot = connections(0);
    robot.tables(&[LISTEN], &[waits]);
    assert!(screen(&mut robot, WIDE).contains("TIME_WAIT 58s"));
    robot.vanish(LAPTOP, &[waits]);
    shows(&mut robot, &ALL, &["TIME_WAIT"]);
    shows_not(&mut robot, &ALL, &["58s"]);
}

#[test]
fn the_labs_tables_say_which_part_of_them_is_shown() {
    let mut robot = connections(30);
    shows(&mut robot, &ALL, &["-31 of 31", "-30 of 30", "LISTEN"]);
    let mut robot = connections(1);
    for size in ALL {
        assert!(!screen(&mut robot, size).contains("1-"), "all is shown");
    }
}

#[test]
fn the_labs_tables_show_the_whole_machine() {
    let mut robot = connections(1);
    robot.press("w");
    robot.says("every socket");
    for size in ALL {
        let text = screen(&mut robot, size);
        assert_eq!(lines_with(&text, "192.168.1.10, all ports"), 1, "{text}");
    }
    robot.press("w");
    robot.says("only the sockets");
    assert!(!screen(&mut robot, WIDE).contains("all ports"));
}

#[test]
fn the_myth_shows_the_real_rows_with_whole_addresses() {
    let mut robot = connections(2);
    robot.press("M");
    shows(&mut robot, &ALL, &["192.168.1.10:500 ", "192.168.1.13:40001"]);
    shows_not(&mut robot, &ALL, &["192.168.1…"]);
}

#[test]
fn the_ladder_of_all_keeps_the_flags_of_what_is_sent_again() {
    let mut robot = Robot::listening_in_lab();
    robot.press("c");
    robot.hear(SocketEvent::Connecting(own(CALLS, 11)));
    let push = Flags::PSH.and(Flags::ACK);
    for number in 1..=2 {
        robot.sends(number, (LAPTOP, Flags::SYN), (0, 0), b"");
        robot.sends(number + 2, (LAPTOP, push), (1, 1), b"Test payload.");
    }
    robot.tables(&[LISTEN], &[CALLS]);
    robot.press("O");
    shows(&mut robot, &[SMALL], &["again: SYN", "re-data"]);
}

#[test]
fn no_blank_line_follows_a_segment_whose_numbers_are_long() {
    let mut robot = Robot::listening_in_lab();
    robot.press("R");
    let push = Flags::PSH.and(Flags::ACK);
    for number in 1..=3 {
        robot.sends(number, (LAPTOP, push), (1, 1), b"Test payload.");
        robot.arrives(number);
    }
    let text = screen(&mut robot, WIDE);
    let wire = |line: &str| {
        let mut parts = line.split("││");
        parts.nth(1).map(str::to_owned)
    };
    let wire: Vec<String> = text.lines().filter_map(wire).collect();
    let last = wire.iter().rposition(|line| !line.trim().is_empty()).unwrap();
    assert!(wire.iter().any(|line| line.contains("data 13 B")), "{text}");
    assert!(wire[..last].iter().all(|line| !line.trim().is_empty()), "{text}");
}

#[test]
fn unreported_segments_are_counted_as_not_shown() {
    let mut robot = Robot::listening_in_lab();
    let untold = WireEvent::Status(WireStatus { unreported: 50_736, ..WireStatus::default() });
    robot.tell(Event::Lab(LabEvent::Wire(vec![untold])));
    shows(&mut robot, &[WIDE], &["50,736 not shown"]);
}

#[test]
fn the_refusal_of_a_lab_ends_what_helps_with_a_full_stop() {
    let mut robot = Robot::new();
    for helps in ["sysctl -w user.max_user_namespaces=15000", "Ask root."] {
        robot.tell(Event::Lab(LabEvent::Refused(LabRefusal {
            step: "unshare(CLONE_NEWUSER)".to_owned(),
            errno: Errno::EPERM,
            helps: helps.to_owned(),
        })));
        let said = format!("{}. Everything else", helps.trim_end_matches('.'));
        assert!(robot.said().contains(&said), "{}", robot.said());
    }
}

#[test]
fn a_text_that_no_row_contains_is_named_at_every_size() {
    let mut robot = Robot::listening_in_lab();
    robot.tables(&[LISTEN, ANSWERS], &[CALLS]);
    robot.press("/");
    robot.type_text("370");
    robot.press("Enter");
    for size in ALL {
        let text = screen(&mut robot, size);
        assert!(text.to_lowercase().contains("no row contains \"370\""), "{text}");
        assert!(text.contains("Esc for all rows"), "{text}");
        assert!(!text.contains("No rows with port"), "{text}");
    }
}

#[test]
fn an_unaccepted_row_is_the_servers_end() {
    let mut robot = Robot::calling_in_lab();
    robot.tables(&[LISTEN, ANSWERS], &[CALLS]);
    shows(&mut robot, &[(79, 24), (80, 24), (90, 30), (100, 30)], &["not accepted"]);
    shows_not(&mut robot, &[(79, 24), (80, 24), (90, 30), (100, 30)], &["laptop, not"]);
    let mut robot = Robot::listening();
    let waiting = "tcp 0 0 127.0.0.1:5000 127.0.0.2:54240 ESTABLISHED";
    robot.kernel(&[crate::robot::LISTEN, waiting].join("\n"));
    shows(&mut robot, &[WIDE], &["server, not accepted"]);
}

#[test]
fn the_number_of_connections_is_shown_at_every_size() {
    let mut robot = Robot::in_lab(8);
    for n in 0..2 {
        let row =
            format!("tcp 0 0 192.168.1.13:4000{n} 192.168.1.10:5000 ESTABLISHED host=2 inode=11");
        robot.press("c");
        robot.hear(SocketEvent::Connected(own(&row, 11)));
    }
    robot.press("e");
    shows(&mut robot, &ALL, &["2 open", ".13 "]);
}
