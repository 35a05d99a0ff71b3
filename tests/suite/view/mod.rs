//! Screens as text at three sizes, and laws that hold for every screen.

pub(crate) mod colours;
pub(crate) mod compare;
pub(crate) mod connection;
pub(crate) mod cut_lines;
pub(crate) mod diagram;
pub(crate) mod keys;
pub(crate) mod lab;
pub(crate) mod laws;
pub(crate) mod lesson;
pub(crate) mod listeners;
pub(crate) mod lists;
pub(crate) mod lit_rows;
pub(crate) mod myth;
pub(crate) mod panes;
pub(crate) mod pictures;
pub(crate) mod ports;
pub(crate) mod segment_labels;
pub(crate) mod space;
pub(crate) mod syscalls;
pub(crate) mod timeline;

use crate::robot::{LISTEN, Robot, own};
use fivetuple::app::Action;
use fivetuple::cli::ThemeName;
use fivetuple::tcp::{CloseKind, Errno, Owner, SocketEvent};
use fivetuple::view::{ColourDepth, Scroll, Theme, draw};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::style::Color;
use std::time::Duration;

pub(crate) const DARK: Theme = Theme::new(ThemeName::Dark, ColourDepth::True, false);
pub(crate) const LAPTOP: [&str; 2] = [
    "tcp 0 0 127.0.0.1:5000 127.0.0.2:54240 ESTABLISHED inode=12",
    "tcp 0 0 127.0.0.2:54240 127.0.0.1:5000 ESTABLISHED inode=11",
];
pub(crate) const PHONE: [&str; 2] = [
    "tcp 0 0 127.0.0.1:5000 127.0.0.3:47118 ESTABLISHED inode=14",
    "tcp 0 0 127.0.0.3:47118 127.0.0.1:5000 ESTABLISHED inode=13",
];

pub(crate) fn paint(
    robot: &mut Robot,
    theme: Theme,
    (width, height): (u16, u16),
) -> (Buffer, Scroll) {
    robot.state.arrange();
    let mut scroll = Scroll::default();
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal.draw(|frame| draw(frame, &robot.state, &theme, &mut scroll)).unwrap();
    (terminal.backend().buffer().clone(), scroll)
}

pub(crate) fn text_of(buffer: &Buffer) -> String {
    let width = usize::from(buffer.area.width).max(1);
    let rows = buffer.content.chunks(width);
    let line = |row: &[ratatui::buffer::Cell]| {
        let text: String = row.iter().map(ratatui::buffer::Cell::symbol).collect();
        text.trim_end().to_owned() + "\n"
    };
    rows.map(line).collect()
}

pub(crate) fn screen(robot: &mut Robot, size: (u16, u16)) -> String {
    text_of(&paint(robot, DARK, size).0)
}

/// Fails unless the screen shows all `words`, at each size.
#[track_caller]
pub(crate) fn shows(robot: &mut Robot, sizes: &[(u16, u16)], words: &[&str]) {
    for size in sizes {
        let text = screen(robot, *size);
        for words in words {
            assert!(text.contains(words), "{words} {size:?}:\n{text}");
        }
    }
}

/// Fails if the screen shows any of `words`, at any size.
#[track_caller]
pub(crate) fn shows_not(robot: &mut Robot, sizes: &[(u16, u16)], words: &[&str]) {
    for size in sizes {
        let text = screen(robot, *size);
        for words in words {
            assert!(!text.contains(words), "{words} {size:?}:\n{text}");
        }
    }
}

/// Looks inside the connection of a row.
pub(crate) fn look_inside(robot: &mut Robot, row: &str) {
    robot.ask(Action::SelectRow(own(row, 1).name));
    robot.press("Enter");
}

/// The first line with these words.
#[track_caller]
pub(crate) fn line_with<'a>(text: &'a str, words: &str) -> &'a str {
    text.lines().find(|line| line.contains(words)).expect(text)
}

/// Compares a screen with the stored ones, at each size.
pub(crate) fn check(name: &str, robot: &mut Robot, sizes: &[(u16, u16)]) {
    for size in sizes {
        let name = format!("{name}_{}x{}", size.0, size.1);
        insta::assert_snapshot!(name, screen(robot, *size));
    }
}

/// Compares a screen without colours with the stored one, at the usual size: no information may be in the colour alone.
pub(crate) fn check_mono(name: &str, robot: &mut Robot) {
    let mono = Theme::new(ThemeName::Mono, ColourDepth::Mono, true);
    let (buffer, _) = paint(robot, mono, USUAL);
    let plain = |cell: &ratatui::buffer::Cell| cell.fg == Color::Reset && cell.bg == Color::Reset;
    assert!(buffer.content.iter().all(plain));
    let text = text_of(&buffer);
    assert!(text.is_ascii(), "{text}");
    insta::assert_snapshot!(format!("{name}_mono"), text);
}

pub(crate) const WIDE: (u16, u16) = (120, 36);
pub(crate) const USUAL: (u16, u16) = (80, 24);
pub(crate) const SMALL: (u16, u16) = (60, 18);
pub(crate) const ALL: [(u16, u16); 3] = [WIDE, USUAL, SMALL];

pub(crate) fn joined(rows: &[&str]) -> String {
    rows.join("\n")
}

/// A listener with two computers connected, half a minute later.
pub(crate) fn two_connections() -> Robot {
    let mut robot = Robot::listening();
    robot.later(Duration::from_secs(32));
    for (n, [server, client]) in (0..).zip([LAPTOP, PHONE]) {
        robot.ask(Action::SelectComputer(n));
        robot.press("c");
        robot.accepts(server, 12);
        robot.hear(SocketEvent::Connected(own(client, 11)));
        let mut rows = vec![LISTEN, LAPTOP[0], LAPTOP[1], PHONE[0], PHONE[1]];
        rows.truncate(3 + 2 * n);
        robot.kernel(&joined(&rows));
        robot.later(Duration::from_secs(8));
    }
    robot.hear(SocketEvent::Received {
        at: own(PHONE[0], 14).name,
        bytes: 13,
        first: b"Test payload.".to_vec(),
    });
    robot.later(Duration::from_millis(1120));
    robot
}

/// The laptop closed first and is in TIME_WAIT; the phone was reset.
pub(crate) fn goodbyes() -> Robot {
    let mut robot = two_connections();
    robot.hear(SocketEvent::Closed {
        at: own(PHONE[0], 14).name,
        how: CloseKind::Broken(Errno::ECONNRESET),
    });
    let wait = "tcp 0 0 127.0.0.2:54240 127.0.0.1:5000 TIME_WAIT timewait=47300ms/0";
    robot.kernel(&joined(&[LISTEN, wait]));
    robot.later(Duration::from_secs(1));
    robot
}

/// The whole machine, with `count` connections of other programs.
pub(crate) fn whole_machine(count: u16) -> Robot {
    let mut robot = Robot::listening();
    robot.press("w");
    let mut table = String::from(LISTEN);
    table += "\ntcp 0 4096 0.0.0.0:22 0.0.0.0:* LISTEN inode=21";
    table += "\ntcp 0 4096 [::]:8080 [::]:* LISTEN inode=22";
    for n in 0..count {
        let (port, inode) = (20_000 + n, 1000 + u32::from(n));
        let row = format!("192.168.100.20:{port} 93.184.216.34:443 ESTABLISHED inode={inode}");
        table.extend(["\ntcp 0 36 ", &row]);
    }
    robot.kernel_afresh(&table);
    let owner = |pid, program: &str, fd| Owner::new(pid, program.as_bytes(), fd);
    let owners = &mut robot.state.sockets.owners;
    owners.insert(21, owner(812, "sshd", 3));
    for n in 0..u64::from(count) {
        owners.insert(1000 + n, owner(31_337, "firefox", 40));
    }
    robot.later(Duration::from_secs(5));
    robot
}
