//! Texts are whole, or marked as cut, at every size.

use std::time::Duration;

use fivetuple::app::{Action, Event, Pane, Statement, Tone};
use fivetuple::run::NetstatLine;
use fivetuple::tcp::{CloseKind, Errno, InterfaceNames, Owner, SocketEvent, SocketRow};

use crate::app::laptop_connected;
use crate::robot::{LISTEN, Robot, own};
use crate::view::lab::cut_lines::connections;
use crate::view::{
    ALL, LAPTOP, PHONE, SMALL, USUAL, WIDE, goodbyes, line_with, screen, shows, shows_not,
    two_connections, whole_machine,
};

#[test]
fn the_program_that_has_the_port_is_named_whole() {
    let mut robot = Robot::new();
    robot.kernel_afresh(&LISTEN.replace("inode=9", "inode=21"));
    robot.state.sockets.owners.insert(21, Owner::new(59_437, b"fivetuple", 16));
    robot.press("l");
    robot.bind_fails(Errno::EADDRINUSE);
    robot.press("y");
    let text = screen(&mut robot, WIDE);
    let row = text.lines().find(|line| line.contains("┃  ! tcp")).expect(&text);
    assert!(row.contains("fivetuple listens") && row.contains("59437/fivetuple fd 16"), "{text}");
}

#[test]
fn a_port_of_a_computer_is_shown_whole_or_not_at_all() {
    let mut robot = laptop_connected();
    for wide in 60..=120 {
        let text = screen(&mut robot, (wide, 30));
        let laptop = line_with(&text, "laptop ");
        let numbers = laptop.rsplit("127.0.0.2").next().unwrap();
        let words = numbers.split([' ', '│', '┃']).filter(|word| !word.is_empty());
        for word in words.filter(|word| word.starts_with(|c: char| c.is_ascii_digit())) {
            assert!(["1", "54240"].contains(&word), "{wide}: {laptop}");
        }
    }
}

#[test]
fn netstats_layout_keeps_the_state_whole_at_any_width() {
    let mut lab = connections(1);
    lab.press("n");
    let mut loopback = two_connections();
    loopback.press("n");
    for robot in [&mut lab, &mut loopback] {
        for wide in 60..=130 {
            let text = screen(robot, (wide, 30));
            // The header counts states, too.
            let rows: Vec<&str> = text.lines().filter(|line| line.contains("tcp ")).collect();
            assert!(rows.len() > 2, "{text}");
            for row in rows {
                let whole = row.contains("LISTEN") || row.contains("ESTABLISHED");
                assert!(whole, "{wide}: {text}");
            }
        }
    }
}

#[test]
fn netstats_layout_says_the_same_with_and_without_a_screen() {
    let rows = [
        "tcp 2 128 127.0.0.1:5000 0.0.0.0:* LISTEN inode=9",
        "tcp 13 0 127.0.0.1:5000 127.0.0.2:54240 ESTABLISHED inode=12",
        "tcp 0 7 127.0.0.2:54240 127.0.0.1:5000 CLOSE_WAIT inode=11",
    ];
    let mut robot = Robot::new();
    robot.kernel(&rows.join("\n"));
    robot.press("n");
    let text = screen(&mut robot, WIDE);
    for row in rows.map(|row| row.parse::<SocketRow>().unwrap()) {
        let (interfaces, widths) = (&InterfaceNames::default(), NetstatLine::WIDTHS);
        let line = NetstatLine { row: &row, owner: None, interfaces, widths }.to_string();
        let is_it =
            |shown: &str| shown.trim_matches('│').split_whitespace().eq(line.split_whitespace());
        assert!(text.lines().any(is_it), "{line}\n{text}");
    }
}

#[test]
fn netstats_layout_writes_mapped_addresses_as_netstat_does() {
    let mut robot = Robot::new();
    robot.kernel(
        "tcp 0 128 [::]:5000 [::]:* LISTEN inode=9
         tcp 0 0 [::ffff:127.0.0.1]:5000 [::ffff:127.0.0.2]:54240 ESTABLISHED inode=12
         tcp 0 0 127.0.0.2:54240 127.0.0.1:5000 ESTABLISHED inode=11",
    );
    robot.press("n");
    let text = screen(&mut robot, USUAL);
    let row = |end: &str| {
        let mut rows = text.lines().filter(|line| line.contains("tcp"));
        rows.find(|row| row.contains(end)).expect(&text).to_owned()
    };
    let served = row("54240 ESTABLISHED").replace("  ", " ");
    assert!(served.contains("127.0.0.1:5000 127.0.0.2:54240"), "{text}");
    assert!(row("LISTEN").contains("tcp6       0    128 :::5000 "), "{text}");
    let head = line_with(&text, "Proto");
    let state = head.find("State").unwrap();
    for end in ["LISTEN", "54240 ESTABLISHED"] {
        assert_eq!(row(end).find(end.rsplit(' ').next().unwrap()), Some(state));
    }
    // The heading is no match of grep: the title says so if it fits.
    shows(&mut robot, &[WIDE], &["netstat's heading and the rows of"]);
}

#[test]
fn big_type_says_who_is_connected_and_keeps_what_listens() {
    let mut robot = connections(12);
    robot.press("z");
    shows(&mut robot, &ALL, &["LISTEN on port", "connections", "-25 of 25", "laptop"]);
    let mut robot = two_connections();
    robot.press("z");
    shows(&mut robot, &ALL, &["LISTEN on port", "laptop 127.0.0.2", "phone 127.0.0.3"]);
    shows_not(&mut robot, &ALL, &["of 5", "server end"]);
}

#[test]
fn the_focused_notices_show_the_newest_sentence_whole() {
    let words = "The LISTEN row did not change; ".repeat(8) + "and so on, to omega.";
    for plain in [words.clone(), words.replace(';', ",")] {
        let mut robot = two_connections();
        robot.press("g");
        let (at, tone) = (robot.state.now, Tone::Plain);
        robot.state.notices.say(at, tone, Statement::verbatim(plain));
        assert!(!screen(&mut robot, SMALL).contains("omega."));
        robot.ask(Action::Focus(Pane::Notices));
        shows(&mut robot, &[SMALL], &["omega."]);
        // One that is scrolled back to has the same room.
        robot.state.notices.say(at, tone, Statement::verbatim("Something else."));
        robot.state.notices.back = 1;
        assert!(screen(&mut robot, SMALL).contains("omega."));
    }
}

#[test]
fn on_a_small_screen_the_footer_names_how_to_disconnect() {
    shows(
        &mut two_connections(),
        &[SMALL],
        &["l stop  ", "c connect  ", "d disconnect", "? keys", "q quit"],
    );
    assert!(screen(&mut two_connections(), USUAL).contains("l stop listening"));
}

#[test]
fn an_incomplete_card_says_so() {
    let mut robot = two_connections();
    robot.press("Enter");
    for (size, whole) in [(WIDE, true), (SMALL, false)] {
        let text = screen(&mut robot, size);
        assert_eq!(!text.contains("enlarge the window for more"), whole, "{text}");
    }
}

#[test]
fn an_owners_numbers_are_whole_and_120_columns_show_all() {
    let mapped = "tcp 0 0 [::ffff:127.0.0.1]:5000 [::ffff:127.0.0.2]:54240 ESTABLISHED inode=12";
    let plain = "tcp 0 0 127.0.0.2:54240 127.0.0.1:5000 ESTABLISHED inode=11";
    for (rows, other) in
        [(plain.to_owned(), "7842/curl fd 5"), (format!("{mapped}\n{plain}"), "7842/cu")]
    {
        let mut robot = laptop_connected();
        robot.kernel(&rows);
        let owner = |pid, program: &str, fd| Owner::new(pid, program.as_bytes(), fd);
        robot.state.sockets.owners.insert(12, owner(4121, "fivetuple", 1983));
        robot.state.sockets.owners.insert(11, owner(7842, "curl", 5));
        let text = screen(&mut robot, WIDE);
        for column in ["Proto", "Recv-Q", "Send-Q", "Role", "Age", "Owner", other] {
            assert!(text.contains(column), "{column}: {text}");
        }
        assert!(!rows.contains("ffff") || text.contains("fd 1983"), "{text}");
        for wide in 100..=160 {
            shows_not(&mut robot, &[(wide, 30)], &["curl f…", "198…"]);
        }
    }
}

#[test]
fn the_first_and_the_last_one_say_so() {
    let mut robot = whole_machine(3);
    let table = [
        ("<", "This is the first computer. Press > to go on."),
        ("> > > >", "This is the last computer. Press < to go back."),
        ("k k k k k k k k k", "This is the first row. Press j to go down."),
        ("1000j j", "This is the last row. Press k to go up."),
    ];
    for (keys, words) in table {
        robot.press(keys);
        assert_eq!(robot.said(), words);
        let told = robot.state.notices.len();
        robot.press(keys.rsplit(' ').next().unwrap());
        assert_eq!(robot.state.notices.len(), told, "no flood");
    }
}

#[test]
fn netstats_layout_gives_an_unconnected_udp_socket_no_state() {
    let mut robot = Robot::new();
    robot.kernel("udp 0 0 127.0.0.2:5000 0.0.0.0:* CLOSED inode=9");
    robot.press("w n");
    robot.kernel_afresh("udp 0 0 127.0.0.2:5000 0.0.0.0:* CLOSED inode=9");
    let text = screen(&mut robot, WIDE);
    let row = line_with(&text, "udp ");
    assert!(row.contains("0.0.0.0:*") && !row.contains("CLOSED"), "{text}");
}

#[test]
fn an_owner_is_blank_before_the_first_poll() {
    let mut robot = Robot::listening();
    robot.press("w");
    let stranger = "tcp 0 0 127.0.0.9:7 127.0.0.1:6000 ESTABLISHED inode=77 uid=7";
    let own = "tcp 0 0 127.0.0.9:8 127.0.0.1:6000 ESTABLISHED inode=78";
    robot.kernel_afresh(&[LISTEN, stranger, own].join("\n"));
    let owners = |robot: &mut Robot| {
        let text = screen(robot, (140, 36));
        ["127.0.0.9:7 ", "127.0.0.9:8 "].map(|end| {
            let row = line_with(&text, end);
            row.contains("- (of user 7)") || row.contains("- (of user 0)")
        })
    };
    assert_eq!(owners(&mut robot), [false, false]);
    robot.tell(Event::OwnersHidden(vec![77, 78]));
    assert_eq!(owners(&mut robot), [true, false], "our own user hides nothing");
}

#[test]
fn a_row_in_time_wait_looks_the_same_whether_the_other_end_still_stands_there() {
    for wide in 60..=160 {
        let mut robot = goodbyes();
        let row = |robot: &mut Robot| {
            let text = screen(robot, (wide, 29));
            assert!(!text.contains(['┐', '┘']), "{text}");
            // Its time runs down, and in the end it is lit no more.
            let is_still = |c: char| !c.is_numeric() && c != '~' && c != ' ';
            line_with(&text, "◌ TIME_WAIT").matches(is_still).collect::<String>()
        };
        let before = row(&mut robot);
        robot.later(Duration::from_secs(5));
        assert!(!screen(&mut robot, WIDE).contains("○ gone"));
        assert_eq!(row(&mut robot), before, "{wide}");
    }
}

#[test]
fn the_header_always_has_the_servers_address() {
    let mut busy = two_connections();
    busy.press("w");
    for wide in 60..=130 {
        let text = screen(&mut busy, (wide, 24));
        let header = text.lines().next().unwrap();
        let told =
            header.contains("listening on 127.0.0.1:5000") || header.contains("◎ 127.0.0.1:5000");
        assert!(told, "{wide}: {header}");
    }
}

#[test]
fn a_small_netstat_keeps_the_listen_row() {
    let mut robot = two_connections();
    robot.press("n c");
    for high in 16..=24 {
        let text = screen(&mut robot, (60, high));
        let listens = |line: &&str| line.starts_with("│tcp") && line.contains("LISTEN");
        assert!(text.lines().any(|line| listens(&line)), "{high}: {text}");
    }
}

#[test]
fn the_newest_sentence_can_be_read_to_its_end_on_a_small_screen() {
    let mut robot = two_connections();
    robot.hear(SocketEvent::Closed { at: own(LAPTOP[1], 11).name, how: CloseKind::Close });
    let wait = "tcp 0 0 127.0.0.2:54240 127.0.0.1:5000 TIME_WAIT timewait=60000ms/0";
    robot.kernel(&[LISTEN, wait, PHONE[0], PHONE[1]].join("\n"));
    let row_parts = ["◎ LISTEN      listener", "◌ TIME_WAIT", "phone   ┘"];
    shows(&mut robot, &[SMALL], &["The LISTEN row is unchanged"]);
    shows(&mut robot, &[SMALL], &row_parts);
}
