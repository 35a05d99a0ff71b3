//! Laws that hold for every screen.

use crate::robot::{Robot, own};
use fivetuple::app::{
    Action, Field, Form, FormKind, Overlay, Pane, PressedKey, Statement, Tone, Value,
};
use fivetuple::cli::ThemeName;
use fivetuple::tcp::{Owner, SocketEvent, SocketRow, TcpState};
use fivetuple::view::{ColourDepth, LEAST, Theme, glyph, hit, in_ascii, wheel};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Color;

use crate::app::explain::why_not::refused;
use crate::view::myth::tried;
use crate::view::syscalls::with_calls;
use crate::view::{
    DARK, PHONE, SMALL, USUAL, WIDE, goodbyes, paint, screen, shows, text_of, two_connections,
    whole_machine,
};

#[test]
fn ascii_mode_draws_nothing_else() {
    for make in [two_connections, goodbyes, || whole_machine(200), with_calls, refused, tried] {
        let mut robot = make();
        for keys in [
            "", "z", "z ?", "Esc L", "Esc n", "n K x", ":", "Esc i", "y", "Esc M", "Esc", "g", "t",
            ",", "m", "+ +", "V",
        ] {
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
fn the_newest_sentence_is_whole_or_marked_as_cut() {
    let long = "Cannot listen on 127.0.0.1:5000: bind() failed: Address already in use (EADDRINUSE). Row 2 is in TIME_WAIT, 47 s left, \
                because the server closed first. Wait, or set SO_REUSEADDR on both runs.";
    for keys in ["", "z"] {
        let mut robot = two_connections();
        robot.press(keys);
        let at = robot.state.now;
        robot.state.notices.blame(at, Statement::verbatim(long), &[]);
        for size in [WIDE, USUAL, SMALL] {
            let text = screen(&mut robot, size);
            let whole = text.contains("runs.") || keys == "z" && text.contains('…');
            assert!(whole, "{size:?} {text}");
        }
        robot.state.notices.say(at, Tone::Plain, Statement::verbatim("word ".repeat(2000)));
        for size in [WIDE, USUAL, SMALL, LEAST] {
            let text = screen(&mut robot, size);
            let is_whole = text.matches("word").count() == 200;
            assert!(is_whole || text.contains("word…"), "{size:?} {text}");
            assert!(is_whole || !text.contains("runs."), "{size:?} {text}");
        }
    }
}

#[test]
fn no_size_is_too_odd() {
    let robots = [Robot::new, goodbyes, || whole_machine(200), with_calls, refused, tried];
    let widths = [0, 1, 2, 20, 59, 60, 80, 100, 111, 160];
    let heights = [0, 1, 2, 10, 15, 16, 17, 21, 24, 40];
    let grid = widths.into_iter().flat_map(|w| heights.map(|h| (w, h)));
    let sizes: Vec<(u16, u16)> = grid.chain([(500, 200), (200, 60)]).collect();
    for make in robots {
        let robot = &mut make();
        let keys =
            "|?|Esc L|Esc C|Esc Enter|Esc n|/|Enter z|K|z :|Esc i|Esc y|Esc M|g|m|+|+|V|t|+|,";
        for keys in keys.split('|') {
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
    shows(&mut Robot::new(), &[(LEAST.0 - 1, LEAST.1)], &["have 59 x 16", "need 60 x 16"]);
}

#[test]
fn strangers_bytes_are_shown_and_not_obeyed() {
    let hostile = "\u{1b}]0;x\u{7}\u{202e}e\u{301}\u{200d}";
    let mut robot = two_connections();
    let row: SocketRow = PHONE[1].parse().unwrap();
    let owner = Owner { program: hostile.to_owned(), ..Owner::new(666, b"", 3) };
    robot.state.sockets.owners.insert(row.inode, owner);
    robot.hear(SocketEvent::Received {
        at: own(PHONE[0], 14).name,
        bytes: 9,
        first: b"\x1b[2J\x00\xff\r\n\t".to_vec(),
    });
    robot.state.ui.find.text = tui_input::Input::new(String::new());
    let at = robot.state.now;
    robot.state.notices.say(at, Tone::Plain, Statement::verbatim(hostile));
    robot.press("K");
    let key = PressedKey { at, keys: hostile.to_owned(), words: String::new() };
    robot.state.ui.pressed.push_back(key);
    for keys in ["", "n", "n z", "z", "i", "M", "g", "t", "m", "+ +", "V"] {
        robot.press(keys);
        robot.state.ui.selected = Some(row.name());
        for overlay in [None, Some(Overlay::Details(row.name()))] {
            robot.state.ui.overlay = overlay;
            let text = screen(&mut robot, (160, 40));
            let foreign =
                |c: char| c.is_control() && c != '\n' || "\u{202e}\u{301}\u{200d}".contains(c);
            assert!(!text.contains(foreign), "{text}");
        }
        robot.state.ui.overlay = None;
    }
    robot.press("Esc");
    let text = screen(&mut robot, (140, 40));
    assert!(text.contains(r"\x1b[2J\x00\xff\r\n\t"), "{text}");
    assert!(text.contains(r"666/\x1b]0;x\x07"), "{text}");
    let value = Value::Text(hostile.into());
    let field = Field {
        group: "Data",
        label: "Payload",
        value,
        hint: "any text".into(),
        call: String::new(),
    };
    robot.state.ui.overlay = Some(Overlay::Form(FormKind::Connect, Form::new(vec![field])));
    assert!(screen(&mut robot, WIDE).contains(r"\x1b]0;x\x07"));
}

#[test]
fn a_click_selects_what_is_drawn_there() {
    let mut robot = two_connections();
    let (buffer, scroll) = paint(&mut robot, DARK, WIDE);
    let find = |buffer: &Buffer, what: &str| {
        let text = text_of(buffer);
        let y = text.lines().position(|line| line.contains(what)).expect(what);
        u16::try_from(y).unwrap()
    };
    let area = Rect::new(0, 0, 120, 36);
    let y = find(&buffer, "127.0.0.3:47118 127.0.0.1:5000");
    let row = Action::SelectRow(own(PHONE[1], 13).name);
    let sockets = Action::Focus(Pane::Sockets);
    assert_eq!(hit(area, &robot.state, &scroll, 20, y), [sockets, row]);
    assert_eq!(wheel(area, &robot.state, (20, y), true), [Action::Next]);
    let y = find(&buffer, "tablet");
    assert_eq!(hit(area, &robot.state, &scroll, 80, y), [Action::SelectComputer(2)]);
    assert_eq!(hit(area, &robot.state, &scroll, 20, y), []);
    assert_eq!(wheel(area, &robot.state, (20, y), false), []);
    assert_eq!(wheel(area, &robot.state, (80, y), false), [Action::PreviousComputer]);
    let y = find(&buffer, "What happened");
    let sentences = [Action::Focus(Pane::Notices), Action::PageUp];
    assert_eq!(wheel(area, &robot.state, (80, y), false), sentences);
    assert_eq!(scroll.visible(), robot.state.ui.shown);
    robot.press("z");
    let (buffer, scroll) = paint(&mut robot, DARK, WIDE);
    let y = find(&buffer, "phone 127.0.0.3");
    let row = Action::SelectRow(own(PHONE[0], 14).name);
    assert_eq!(hit(area, &robot.state, &scroll, 20, y), [sockets, row]);
    // The ends that are not drawn apart are watched, too.
    assert_eq!(scroll.visible().len(), robot.state.ui.shown.len());
}
