//! What stands on the screen: pictures as text at three sizes, and laws that hold for every picture.

use std::time::Duration;

use fivetuple::app::{Action, Clients, Form, Notices, Overlay, Pane, PointOfView, Tone};
use fivetuple::cli::ThemeName;
use fivetuple::tcp::{
    ConnectSpec, Ending, Endpoint, Errno, ListenSpec, News, Owner, SocketRow, TcpState,
};
use fivetuple::view::{
    ColourDepth, LEAST, PARTS, Scroll, Theme, draw, glyph, hit, in_ascii, pane_at,
};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Color;

use crate::robot::{LISTEN, Robot, end, own};

const DARK: Theme = Theme::new(ThemeName::Dark, ColourDepth::True, false);
const LAPTOP: [&str; 2] = [
    "tcp 0 0 127.0.0.1:5000 127.0.0.2:54240 ESTABLISHED inode=12",
    "tcp 0 0 127.0.0.2:54240 127.0.0.1:5000 ESTABLISHED inode=11",
];
const PHONE: [&str; 2] = [
    "tcp 0 0 127.0.0.1:5000 127.0.0.3:47118 ESTABLISHED inode=14",
    "tcp 0 0 127.0.0.3:47118 127.0.0.1:5000 ESTABLISHED inode=13",
];

fn paint(robot: &mut Robot, theme: Theme, (width, height): (u16, u16)) -> (Buffer, Scroll) {
    robot.state.arrange();
    let mut scroll = Scroll::default();
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal
        .draw(|frame| draw(frame, &robot.state, &theme, &mut scroll))
        .unwrap();
    (terminal.backend().buffer().clone(), scroll)
}

fn text_of(buffer: &Buffer) -> String {
    let width = usize::from(buffer.area.width).max(1);
    let rows = buffer.content.chunks(width);
    let line = |row: &[ratatui::buffer::Cell]| {
        let text: String = row.iter().map(ratatui::buffer::Cell::symbol).collect();
        text.trim_end().to_owned() + "\n"
    };
    rows.map(line).collect()
}

fn screen(robot: &mut Robot, size: (u16, u16)) -> String {
    text_of(&paint(robot, DARK, size).0)
}

/// Checks a picture against the stored ones, at each size.
fn check(name: &str, robot: &mut Robot, sizes: &[(u16, u16)]) {
    for size in sizes {
        let name = format!("{name}_{}x{}", size.0, size.1);
        insta::assert_snapshot!(name, screen(robot, *size));
    }
}

const WIDE: (u16, u16) = (120, 36);
const USUAL: (u16, u16) = (80, 24);
const SMALL: (u16, u16) = (60, 18);
const ALL: [(u16, u16); 3] = [WIDE, USUAL, SMALL];

fn joined(rows: &[&str]) -> String {
    rows.join("\n")
}

/// A listener with two computers connected, half a minute later.
fn two_connections() -> Robot {
    let mut robot = Robot::listening();
    robot.later(Duration::from_secs(32));
    for (n, [server, client]) in (0..).zip([LAPTOP, PHONE]) {
        robot.ask(Action::SelectComputer(n));
        robot.press("c");
        robot.hear(News::Accepted(own(server, 12)));
        robot.hear(News::Connected(own(client, 11)));
        let mut rows = vec![LISTEN, LAPTOP[0], LAPTOP[1], PHONE[0], PHONE[1]];
        rows.truncate(3 + 2 * n);
        robot.kernel(&joined(&rows));
        robot.later(Duration::from_secs(8));
    }
    robot.hear(News::Received {
        at: own(PHONE[0], 14).name,
        bytes: 13,
        first: b"Test payload.".to_vec(),
    });
    robot.later(Duration::from_millis(1120));
    robot
}

/// The laptop closed first and waits; the phone was reset.
fn goodbyes() -> Robot {
    let mut robot = two_connections();
    robot.hear(News::Closed {
        at: own(PHONE[0], 14).name,
        how: Ending::Broken(Errno::ECONNRESET),
    });
    let wait = "tcp 0 0 127.0.0.2:54240 127.0.0.1:5000 TIME_WAIT timewait=47300ms/0";
    robot.kernel(&joined(&[LISTEN, wait]));
    robot.later(Duration::from_secs(1));
    robot
}

/// The whole machine, with `count` connections of others.
fn whole_machine(count: u16) -> Robot {
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
    let owner = |pid, program: &str, fd| Owner {
        pid,
        program: program.to_owned(),
        fd,
    };
    let owners = &mut robot.state.sockets.owners;
    owners.insert(21, owner(812, "sshd", 3));
    for n in 0..u64::from(count) {
        owners.insert(1000 + n, owner(31_337, "firefox", 40));
    }
    robot.later(Duration::from_secs(5));
    robot
}

#[test]
fn an_empty_screen_says_why_and_which_key() {
    check("empty", &mut Robot::new(), &ALL);
}

#[test]
fn a_listener_without_clients() {
    let mut robot = Robot::listening();
    robot.later(Duration::from_secs(3));
    check("listening", &mut robot, &ALL);
}

#[test]
fn two_connections_are_four_rows_and_the_listener() {
    let mut robot = two_connections();
    check("two_connections", &mut robot, &ALL);
    robot.press("Tab j j");
    check("chosen_row", &mut robot, &[(80, 24), (200, 50)]);
}

#[test]
fn what_is_gone_stays_for_a_while_with_its_reason() {
    check("goodbyes", &mut goodbyes(), &ALL);
}

#[test]
fn connections_that_nobody_accepts_wait_in_the_queue() {
    let mut robot = Robot::listening();
    robot.press("a");
    robot.hear(News::AcceptHeld(true));
    robot.hear(News::Connected(own(LAPTOP[1], 11)));
    let rows = [
        "tcp 1 128 127.0.0.1:5000 0.0.0.0:* LISTEN inode=9",
        "tcp 13 0 127.0.0.1:5000 127.0.0.2:54240 ESTABLISHED",
        LAPTOP[1],
    ];
    robot.kernel(&joined(&rows));
    check("held", &mut robot, &ALL);
}

#[test]
fn the_whole_machine_scrolls() {
    let mut robot = whole_machine(200);
    check("whole_machine", &mut robot, &[WIDE, USUAL]);
    let last = *robot.state.shown.last().unwrap();
    robot.ask(Action::Focus(Pane::Sockets));
    robot.ask(Action::SelectRow(last));
    check("whole_machine_end", &mut robot, &[USUAL]);
}

#[test]
fn netstats_own_layout() {
    let mut robot = two_connections();
    robot.press("n");
    check("netstat", &mut robot, &[WIDE, USUAL]);
}

#[test]
fn all_keys() {
    let mut robot = Robot::listening();
    robot.press("?");
    check("help", &mut robot, &ALL);
}

#[test]
fn the_forms() {
    let mut robot = Robot::listening();
    robot.press("L Tab");
    robot.type_text("x");
    robot.press("Enter");
    check("listen_form", &mut robot, &ALL);
    robot.press("Esc C");
    check("connect_form", &mut robot, &ALL);
}

#[test]
fn one_connection_as_a_card() {
    let mut robot = two_connections();
    robot.ask(Action::SelectRow(own(PHONE[0], 14).name));
    robot.press("Enter");
    check("card", &mut robot, &ALL);
    let mut robot = goodbyes();
    robot.ask(Action::SelectRow(end("127.0.0.2:54240", "127.0.0.1:5000")));
    robot.press("Enter");
    check("card_time_wait", &mut robot, &[USUAL]);
}

#[test]
fn big_type() {
    let mut robot = two_connections();
    robot.press("z");
    check("big", &mut robot, &ALL);
}

#[test]
fn everybody_is_warned_of_a_server_that_is_open() {
    let mut robot = Robot::new();
    robot.state.machine.addresses = vec![[127, 0, 0, 1].into(), [192, 168, 1, 20].into()];
    robot.hear(News::Listening {
        spec: ListenSpec::at(Endpoint::new([0, 0, 0, 0], 5000)),
        sockets: vec![],
    });
    robot.kernel("tcp 0 128 0.0.0.0:5000 0.0.0.0:* LISTEN inode=9");
    check("open_to_everybody", &mut robot, &[USUAL]);
}

#[test]
fn what_else_there_is_to_know_stands_in_the_title() {
    let mut robot = two_connections();
    robot.state.sockets.source = "procfs";
    robot.state.sockets.torn = true;
    robot.press("/");
    robot.type_text("phone");
    check("find", &mut robot, &[WIDE, USUAL]);
    robot.press("Enter p");
    robot.later(Duration::from_secs(3));
    robot.press("K s 1 2");
    check("paused_with_keys", &mut robot, &[WIDE, USUAL]);
}

#[test]
fn a_refusal_marks_the_rows_to_blame() {
    let mut robot = goodbyes();
    let blame = vec![end("127.0.0.2:54240", "127.0.0.1:5000")];
    let words = "cannot listen at 127.0.0.1:5000: address already in use (EADDRINUSE). Row 2 has it: TIME_WAIT, 47 s left, \
                 because the server closed first. Helps: wait, or SO_REUSEADDR on both runs.";
    let at = robot.state.now;
    robot.state.notices.blame(at, words, blame);
    robot
        .state
        .notices
        .say(at, Tone::Warning, "Somebody should know.");
    check("warning", &mut robot, &[SMALL]);
    robot.state.notices = Notices::default();
    robot
        .state
        .notices
        .blame(at, words, vec![end("127.0.0.2:54240", "127.0.0.1:5000")]);
    check("blamed", &mut robot, &[WIDE, USUAL]);
}

#[test]
fn many_computers_scroll() {
    let mut robot = two_connections();
    let connect = ConnectSpec::to(Endpoint::new([127, 0, 0, 1], 5000).into());
    robot.state.clients = Clients::new(40, connect);
    robot.press("1 5 j");
    check("many_computers", &mut robot, &[USUAL]);
}

#[test]
fn ascii_mode_draws_nothing_else() {
    for mut robot in [two_connections(), goodbyes(), whole_machine(200)] {
        for keys in ["", "z", "z ?", "Esc L", "Esc n", "n K x"] {
            robot.press(keys);
            let theme = Theme::new(ThemeName::Dark, ColourDepth::True, true);
            let (buffer, _) = paint(&mut robot, theme, USUAL);
            assert!(text_of(&buffer).is_ascii(), "{keys}: {}", text_of(&buffer));
        }
    }
    let ascii = Theme::new(ThemeName::Mono, ColourDepth::Mono, true);
    let (buffer, _) = paint(&mut two_connections(), ascii, USUAL);
    insta::assert_snapshot!("ascii_80x24", text_of(&buffer));
}

#[test]
fn states_and_marks_differ_without_colour() {
    let glyphs = TcpState::ALL.map(glyph);
    let ascii = glyphs.map(in_ascii);
    for signs in [glyphs, ascii] {
        let distinct: std::collections::HashSet<char> = signs.into_iter().collect();
        assert_eq!(distinct.len(), TcpState::ALL.len(), "{signs:?}");
    }
    for depth in [ColourDepth::Mono, ColourDepth::True] {
        let mono = Theme::new(ThemeName::Mono, depth, false);
        let (buffer, _) = paint(&mut goodbyes(), mono, USUAL);
        let plain =
            |cell: &ratatui::buffer::Cell| (cell.fg, cell.bg) == (Color::Reset, Color::Reset);
        assert!(buffer.content.iter().all(plain));
    }
}

#[test]
fn every_colour_can_be_read_on_its_ground() {
    for name in Theme::ORDER {
        for depth in [ColourDepth::True, ColourDepth::Ansi256] {
            let theme = Theme::new(name, depth, false);
            let states = TcpState::ALL.map(|state| theme.state(state));
            let ground = luminance(theme.assumed_ground());
            for style in PARTS.map(|part| theme.of(part)).into_iter().chain(states) {
                let Some(colour) = style.fg.and_then(rgb) else {
                    continue;
                };
                let (light, dark) = (luminance(colour).max(ground), luminance(colour).min(ground));
                let contrast = (light + 0.05) / (dark + 0.05);
                let least = if name == ThemeName::HighContrast {
                    7.0
                } else {
                    4.5
                };
                assert!(
                    contrast >= least,
                    "{name:?} {depth:?} {colour:?}: {contrast:.2}"
                );
            }
        }
    }
}

fn rgb(colour: Color) -> Option<[u8; 3]> {
    const STEPS: [u8; 6] = [0, 95, 135, 175, 215, 255];
    if let Color::Rgb(r, g, b) = colour {
        return Some([r, g, b]);
    }
    let Color::Indexed(n) = colour else {
        return None;
    };
    let n = n.checked_sub(16)?;
    if n >= 216 {
        return Some([8 + (n - 216) * 10; 3]);
    }
    Some([n / 36, n / 6 % 6, n % 6].map(|step| STEPS[usize::from(step)]))
}

/// WCAG 2.2, relative luminance.
fn luminance(colour: [u8; 3]) -> f64 {
    let [r, g, b] = colour.map(|part| {
        let part = f64::from(part) / 255.0;
        if part <= 0.040_45 {
            part / 12.92
        } else {
            ((part + 0.055) / 1.055).powf(2.4)
        }
    });
    0.2126 * r + 0.7152 * g + 0.0722 * b
}

#[test]
fn no_size_is_too_odd() {
    let mut robots = [Robot::new(), goodbyes(), whole_machine(200)];
    let widths = [0, 1, 2, 20, 59, 60, 80, 100, 111, 160];
    let heights = [0, 1, 2, 10, 15, 16, 17, 21, 24, 40];
    let grid = widths.into_iter().flat_map(|w| heights.map(|h| (w, h)));
    let sizes: Vec<(u16, u16)> = grid.chain([(500, 200), (200, 60)]).collect();
    for robot in &mut robots {
        for keys in [
            "",
            "?",
            "Esc L",
            "Esc C",
            "Esc Enter",
            "Esc n",
            "/",
            "Enter z",
            "K",
        ] {
            robot.press(keys);
            for size in sizes.iter().copied() {
                let (buffer, scroll) = paint(robot, DARK, size);
                let area = buffer.area;
                for (x, y) in [(0, 0), (size.0 / 2, size.1 / 2), (size.0, size.1)] {
                    let _ = hit(area, &robot.state, &scroll, x, y);
                }
            }
        }
    }
    let text = screen(&mut Robot::new(), (LEAST.0 - 1, LEAST.1));
    assert!(
        text.contains("have 59 x 16") && text.contains("need 60 x 16"),
        "{text}"
    );
}

#[test]
fn strangers_bytes_are_shown_and_not_obeyed() {
    let hostile = "\u{1b}]0;x\u{7}\u{202e}e\u{301}\u{200d}";
    let mut robot = two_connections();
    let row: SocketRow = PHONE[1].parse().unwrap();
    let owner = Owner {
        pid: 666,
        program: hostile.to_owned(),
        fd: 3,
    };
    robot.state.sockets.owners.insert(row.inode, owner);
    robot.hear(News::Received {
        at: own(PHONE[0], 14).name,
        bytes: 9,
        first: b"\x1b[2J\x00\xff\r\n\t".to_vec(),
    });
    robot.state.desk.find.text = tui_input::Input::new(String::new());
    let at = robot.state.now;
    robot.state.notices.say(at, Tone::Plain, hostile);
    robot.press("K");
    robot.state.desk.keys.push_back((at, hostile.to_owned()));
    for keys in ["", "n", "n z", "z"] {
        robot.press(keys);
        robot.state.desk.selected = Some(row.name());
        for overlay in [None, Some(Overlay::Card(row.name()))] {
            robot.state.desk.overlay = overlay;
            let text = screen(&mut robot, (160, 40));
            let foreign =
                |c: char| c.is_control() && c != '\n' || "\u{202e}\u{301}\u{200d}".contains(c);
            assert!(!text.contains(foreign), "{text}");
        }
        robot.state.desk.overlay = None;
    }
    let text = screen(&mut robot, (160, 40));
    assert!(text.contains(r"\x1b[2J\x00\xff\r\n\t"), "{text}");
    assert!(text.contains(r"666/\x1b]0;x\x07"), "{text}");
    let form = Form::new(vec![fivetuple::app::Field::text(
        "payload", hostile, "any text",
    )]);
    robot.state.desk.overlay = Some(Overlay::ConnectForm(form));
    assert!(screen(&mut robot, WIDE).contains(r"\x1b]0;x\x07"));
}

#[test]
fn a_click_chooses_what_stands_under_it() {
    let mut robot = two_connections();
    let (buffer, scroll) = paint(&mut robot, DARK, WIDE);
    let find = |buffer: &Buffer, what: &str| {
        let text = text_of(buffer);
        let y = text
            .lines()
            .position(|line| line.contains(what))
            .expect(what);
        u16::try_from(y).unwrap()
    };
    let area = Rect::new(0, 0, 120, 36);
    let y = find(&buffer, "127.0.0.3:47118   127.0.0.1:5000");
    let row = Action::SelectRow(own(PHONE[1], 13).name);
    let sockets = Action::Focus(Pane::Sockets);
    assert_eq!(hit(area, &robot.state, &scroll, 20, y), [sockets, row]);
    assert_eq!(pane_at(area, &robot.state, 20, y), Some(Pane::Sockets));
    let y = find(&buffer, "tablet");
    let computers = [Action::Focus(Pane::Computers), Action::SelectComputer(2)];
    assert_eq!(hit(area, &robot.state, &scroll, 80, y), computers);
    assert_eq!(
        hit(area, &robot.state, &scroll, 20, y),
        [Action::Focus(Pane::Listener)]
    );
    assert_eq!(scroll.visible(), robot.state.shown);
    robot.press("z");
    let (buffer, scroll) = paint(&mut robot, DARK, WIDE);
    let y = find(&buffer, "47118 → 127.0.0.1:5000");
    assert_eq!(hit(area, &robot.state, &scroll, 20, y), [sockets, row]);
}

#[test]
fn the_point_of_view_is_told_where_the_rows_are_missing() {
    let mut robot = Robot::listening();
    robot.ask(Action::PointOfView);
    robot.ask(Action::PointOfView);
    assert_eq!(robot.state.desk.lens.view, PointOfView::Client);
    let text = screen(&mut robot, USUAL);
    assert!(text.contains("On this computer (laptop)"), "{text}");
}
