//! What the panes around the table show, and when: queues, counts, large numbers, the first keys, the last line.

use fivetuple::tcp::{ListenerId, SocketEvent};

use crate::robot::{LISTEN, Robot, own};
use crate::view::space::{SIZES, held, pane};
use crate::view::{
    DARK, LAPTOP, PHONE, SMALL, USUAL, WIDE, joined, paint, screen, shows, shows_not, text_of,
    two_connections,
};

#[test]
fn the_queues_are_slots_that_fill_while_there_is_something_to_see() {
    let sizes = [SMALL, USUAL, WIDE, (160, 50)];
    shows_not(&mut two_connections(), &sizes, &["□", "queue"]);
    let mut robot = held();
    shows(&mut robot, &sizes, &["[■□□□□] 1 of 4", "held"]);
    shows(&mut robot, &[(160, 50)], &["SYN queue", "accept queue"]);
    // The kernel takes one more than the backlog.
    let full = "tcp 5 4 127.0.0.1:5000 0.0.0.0:* LISTEN inode=9";
    robot.kernel(&joined(&[full, LAPTOP[1]]));
    shows(&mut robot, &sizes, &["[■■■■■] 5 of 4, full"]);
    // /proc tells no backlog: it is the smaller one of what was asked for and the kernel's limit, where that can be read.
    let of_proc = "tcp 1 0 127.0.0.1:5000 0.0.0.0:* LISTEN inode=9";
    robot.kernel(&joined(&[of_proc, LAPTOP[1]]));
    for (most, said) in [(Some(3), "1 of 3"), (None, "1 of at most 128")] {
        robot.state.machine.somaxconn = most;
        shows(&mut robot, &sizes, &[said]);
    }
    let empty = "tcp 0 4 127.0.0.1:5000 0.0.0.0:* LISTEN inode=9";
    let half = "tcp 0 0 127.0.0.1:5000 127.0.0.2:54240 SYN_RECV";
    robot.hear(SocketEvent::AcceptHeld(ListenerId::FIRST, false));
    robot.kernel(&joined(&[empty, half, LAPTOP[1]]));
    shows(&mut robot, &[(160, 50)], &["SYN queue     [■□□□] 1 of 4"]);
}

#[test]
fn a_queue_that_is_not_empty_has_its_column_and_stands_out() {
    let mut robot = two_connections();
    shows_not(&mut robot, &[USUAL], &["Recv-Q", "Send-Q"]);
    let unread = "tcp 13 0 127.0.0.1:5000 127.0.0.2:54240 ESTABLISHED inode=12";
    let unsent = "tcp 0 77 127.0.0.2:54240 127.0.0.1:5000 ESTABLISHED inode=11";
    robot.kernel(&joined(&[LISTEN, unread, unsent]));
    shows(&mut robot, &[(90, 24)], &["Recv-Q", "Send-Q"]);
    let (buffer, _) = paint(&mut robot, DARK, WIDE);
    let text = text_of(&buffer);
    let style = |row: &str, number: &str| {
        let (y, line) = text.lines().enumerate().find(|(_, line)| line.contains(row)).unwrap();
        let x = line[..line.find(number).unwrap()].chars().count();
        buffer[(u16::try_from(x).unwrap(), u16::try_from(y).unwrap())].style()
    };
    let [unread, unsent] =
        [style("127.0.0.1:5000  127.0.0.2", "13 "), style("127.0.0.2:54240 127", "77 ")];
    assert_eq!(unread, unsent);
    let none = style("127.0.0.1:5000  127.0.0.2:54240", " 0 ");
    assert_ne!(unread.fg, none.fg, "not by its number alone");
    assert!(unread.add_modifier.contains(ratatui::style::Modifier::BOLD));
    assert_ne!(style("LISTEN      listener", "128 ").fg, unread.fg, "a backlog is no queue");
}

#[test]
fn the_header_counts_connections_and_rows_apart_and_says_whose_listeners_there_are() {
    let header = |robot: &mut Robot, size| screen(robot, size).lines().next().unwrap().to_owned();
    let mut robot = two_connections();
    let words = header(&mut robot, WIDE);
    assert!(words.contains("2 connections · rows: 1 LISTEN, 4 ESTABLISHED "), "{words}");
    for size in SIZES {
        assert!(!header(&mut robot, size).contains("connections:"), "{size:?}");
    }
    let mut robot = Robot::new();
    robot.press("w");
    robot.kernel_afresh("tcp 0 128 127.0.0.1:5000 0.0.0.0:* LISTEN inode=21");
    let owner = fivetuple::tcp::Owner::new(812, b"nginx", 3);
    robot.state.sockets.owners.insert(21, owner);
    let words = header(&mut robot, WIDE);
    assert!(words.contains("not listening") && words.contains("1 LISTEN (nginx)"), "{words}");
    robot.kernel_afresh(&joined(&[LISTEN, "tcp 0 128 127.0.0.1:80 0.0.0.0:* LISTEN inode=22"]));
    assert!(header(&mut robot, WIDE).contains("2 LISTEN (other programs)"));
    robot.state.held_sockets.push(own(LISTEN, 9));
    robot.kernel_afresh(LISTEN);
    assert!(header(&mut robot, WIDE).contains("1 LISTEN (staged by S)"));
}

#[test]
fn no_text_of_the_listener_touches_its_frame() {
    for make in [Robot::new, Robot::listening, two_connections, held] {
        let mut robot = make();
        for wide in (60..=200).step_by(7) {
            let text = screen(&mut robot, (wide, 36));
            let lines = pane(&text, "Listener");
            assert!(lines.iter().all(|line| line.ends_with(' ')), "{text}");
        }
    }
}

#[test]
fn the_port_and_the_count_can_be_read_in_a_small_picture() {
    let is_large = |line: &String| line.contains(|c| ('▀'..='▟').contains(&c));
    let large = |robot: &mut Robot, size, title| {
        let text = screen(robot, size);
        pane(&text, title).iter().filter(|line| is_large(line)).count()
    };
    for (size, high) in [((100, 30), 3), (WIDE, 3), ((140, 40), 5), ((160, 50), 5), ((200, 60), 5)]
    {
        for title in ["Listener", "Computers"] {
            assert_eq!(large(&mut two_connections(), size, title), high, "{size:?} {title}");
            assert_eq!(large(&mut Robot::new(), size, title), 0, "{size:?} {title}");
        }
    }
    // On a small screen the text itself is large enough.
    shows(&mut two_connections(), &[SMALL, USUAL], &["127.0.0.1:5000", "2 connections"]);
}

#[test]
fn an_empty_screen_names_the_first_four_keys_and_what_they_show() {
    let keys = ["l   ", "c   ", "d   ", "N lab", "? keys", ": actions", "is unused"];
    shows(&mut Robot::new(), &SIZES, &keys);
    shows(
        &mut Robot::new(),
        &[USUAL, WIDE],
        &["Press l to listen.", "the server listens: one row", "TIME_WAIT"],
    );
    for size in SIZES {
        let text = screen(&mut Robot::new(), size);
        assert!(!pane(&text, "Sockets").join("").contains('…'), "{text}");
    }
    // It is about the first steps: not of a search, or of other programs' sockets.
    let mut robot = Robot::new();
    robot.press("w");
    robot.kernel_afresh("");
    shows_not(&mut robot, &[WIDE], &["N lab  ? keys"]);
}

#[test]
fn ports_that_have_no_room_are_counted() {
    let mut robot = two_connections();
    let second = "tcp 0 0 127.0.0.3:47120 127.0.0.1:5000 ESTABLISHED inode=15";
    robot.press("c");
    robot.hear(SocketEvent::Connected(own(second, 15)));
    robot.kernel(&joined(&[LISTEN, LAPTOP[0], LAPTOP[1], PHONE[0], PHONE[1], second]));
    shows(&mut robot, &[WIDE], &["47120 + 1 more"]);
    shows(&mut robot, &[(160, 50)], &["ports 47120 47118"]);
}

#[test]
fn quitting_says_what_it_closed() {
    let said = |robot: &Robot| {
        let what = robot.state.closes_at_the_end();
        what.map(|what| fivetuple::app::explain::words(&what)).unwrap_or_default()
    };
    assert_eq!(said(&Robot::new()), "");
    assert_eq!(said(&Robot::listening()), "fivetuple closed its listener.");
    assert_eq!(said(&two_connections()), "fivetuple closed 2 connections and its listener.");
    let mut robot = two_connections();
    robot.hear(SocketEvent::StoppedListening { id: ListenerId::FIRST, why: None });
    assert_eq!(said(&robot), "fivetuple closed 2 connections.");
}
