//! Who has the room of the screen: the table takes what it needs, the sentences have the rest, and wide or high screens have pictures.

use fivetuple::app::{Action, Pane, Statement, Tone};
use fivetuple::tcp::{ListenerId, SocketEvent};
use fivetuple::view::hit;
use ratatui::layout::Rect;

use crate::robot::{Robot, own};
use crate::view::lab::cut_lines::connections;
use crate::view::{
    DARK, LAPTOP, PHONE, SMALL, USUAL, WIDE, goodbyes, joined, paint, screen, text_of,
    two_connections, whole_machine,
};

pub(crate) const SIZES: [(u16, u16); 12] = [
    (60, 16),
    (60, 18),
    (70, 21),
    (80, 24),
    (100, 30),
    (120, 36),
    (120, 50),
    (149, 49),
    (150, 30),
    (160, 36),
    (160, 50),
    (200, 60),
];

/// The inside of the pane of that title, line by line; its frame has to be whole.
#[track_caller]
pub(crate) fn pane(text: &str, title: &str) -> Vec<String> {
    let cells: Vec<Vec<char>> = text.lines().map(|line| line.chars().collect()).collect();
    let is_title = |line: &Vec<char>, x: usize| {
        let rest: String = line[x + 1..].iter().collect();
        let rest = rest.trim_start_matches([' ', '▶']);
        ['╭', '┏'].contains(&line[x]) && rest.starts_with(title)
    };
    let mut places = (0..cells.len()).flat_map(|y| (0..cells[y].len()).map(move |x| (x, y)));
    let found = places.find(|(x, y)| is_title(&cells[*y], *x));
    let (left, top) = found.unwrap_or_else(|| panic!("{title}: {text}"));
    let right = (left..cells[top].len()).find(|x| ['╮', '┓'].contains(&cells[top][*x])).unwrap();
    let is_bottom = |y: &usize| ['╰', '┗'].contains(&cells[*y][left]);
    let bottom = (top..cells.len()).find(is_bottom).unwrap();
    assert!(['╯', '┛'].contains(&cells[bottom][right]), "{title}: {text}");
    let lines = top + 1..bottom;
    for line in lines.clone() {
        let sides = [cells[line][left], cells[line][right]];
        assert!(sides.iter().all(|side| "│┃█▲▼║".contains(*side)), "{title}: {text}");
    }
    lines.map(|y| cells[y][left + 1..right].iter().collect()).collect()
}

/// What happened, as one line without times.
fn told(text: &str) -> String {
    let lines = pane(text, "What happened").join(" ");
    lines.split_whitespace().collect::<Vec<_>>().join(" ")
}

pub(crate) fn held() -> Robot {
    let mut robot = Robot::listening();
    robot.press("a");
    robot.hear(SocketEvent::AcceptHeld(ListenerId::FIRST, true));
    robot.hear(SocketEvent::Connected(own(LAPTOP[1], 11)));
    let waits = "tcp 13 0 127.0.0.1:5000 127.0.0.2:54240 ESTABLISHED";
    let listens = "tcp 1 4 127.0.0.1:5000 0.0.0.0:* LISTEN inode=9";
    robot.kernel(&joined(&[listens, waits, LAPTOP[1]]));
    robot
}

#[test]
fn the_newest_sentence_is_whole_at_every_size() {
    let makes: [fn() -> Robot; 6] = [
        Robot::listening,
        two_connections,
        goodbyes,
        held,
        || whole_machine(200),
        || connections(2),
    ];
    for make in makes {
        let mut robot = make();
        let newest = robot.said();
        for size in SIZES {
            let text = screen(&mut robot, size);
            assert!(told(&text).ends_with(&newest), "{size:?} {newest}\n{text}");
        }
        // A long one, too, as long as LISTEN and one connection have room.
        let long = "One of many words. ".repeat(14);
        let at = robot.state.now;
        robot.state.notices.say(at, Tone::Plain, Statement::verbatim(long.trim()));
        let high = if robot.state.lab.is_up() { 24 } else { 18 };
        for size in SIZES.into_iter().filter(|size| size.1 >= high) {
            let text = screen(&mut robot, size);
            assert!(told(&text).contains(long.trim()), "{size:?}\n{text}");
        }
    }
}

#[test]
fn no_line_is_blank_while_a_sentence_is_cut_or_left_out() {
    for make in [two_connections, goodbyes, held, || whole_machine(200)] {
        let mut robot = make();
        let at = robot.state.now;
        for n in 0..4 {
            let words =
                format!("Sentence {n} has so many words that it takes a second line of the log.");
            robot.state.notices.say(at, Tone::Plain, Statement::verbatim(words));
            for size in SIZES {
                let text = screen(&mut robot, size);
                let has_blank =
                    pane(&text, "What happened").iter().any(|line| line.trim().is_empty());
                let all = robot
                    .state
                    .notices
                    .newest_first()
                    .all(|notice| told(&text).contains(&notice.text()));
                assert!(all || !has_blank, "{size:?}\n{text}");
            }
        }
    }
}

#[test]
fn the_table_takes_what_it_needs_and_the_log_has_the_rest() {
    for size in [SMALL, USUAL, WIDE] {
        let text = screen(&mut two_connections(), size);
        let rows = pane(&text, "Sockets");
        assert_eq!(rows.len(), 1 + 5, "{size:?}\n{text}");
        let lines = pane(&text, "What happened").len();
        assert!(lines >= if size == SMALL { 5 } else { 6 }, "{size:?}\n{text}");
        // Nothing that happened takes one line, and LISTEN and its hint stay where two connections will be.
        let text = screen(&mut Robot::new(), size);
        assert_eq!(pane(&text, "What happened").len(), 1, "{text}");
    }
    let text = screen(&mut Robot::listening(), WIDE);
    assert_eq!(pane(&text, "Sockets").len(), 1 + 5, "{text}");
    let text = screen(&mut whole_machine(200), (120, 36));
    let log = pane(&text, "What happened");
    assert!(log.iter().all(|line| !line.trim().is_empty()), "{text}");
}

#[test]
fn a_wide_screen_has_a_picture_beside_the_table_and_a_high_one_below_it() {
    let mut robot = two_connections();
    let pictures = |robot: &mut Robot, size| {
        let text = screen(robot, size);
        pane(&text, "What happened");
        let names = ["Sockets", "States", "Timeline", "Ports", "The myth", "System calls"];
        names.into_iter().filter(|name| text.contains(&format!(" {name} "))).collect::<Vec<_>>()
    };
    for (size, shown) in [
        ((149, 49), vec!["Sockets"]),
        ((150, 30), vec!["Sockets", "States"]),
        ((120, 50), vec!["Sockets", "States"]),
        ((160, 50), vec!["Sockets", "States", "Timeline"]),
    ] {
        assert_eq!(pictures(&mut robot, size), shown, "{size:?}");
    }
    robot.press("m");
    for (size, shown) in [
        ((120, 36), vec!["Ports"]),
        ((160, 36), vec!["Sockets", "Ports"]),
        ((120, 50), vec!["Sockets", "Ports"]),
        ((160, 50), vec!["Sockets", "Timeline", "Ports"]),
    ] {
        assert_eq!(pictures(&mut robot, size), shown, "{size:?}");
    }
    robot.press("Esc");
    assert_eq!(pictures(&mut robot, (160, 36)), ["Sockets", "States"]);
    // What a key opened is there however many rows there are; the other picture gives way to them.
    let mut robot = whole_machine(200);
    assert_eq!(pictures(&mut robot, (160, 50)), ["Sockets", "States"]);
    robot.press("t");
    assert_eq!(pictures(&mut robot, (120, 50)), ["Sockets", "Timeline"]);
    assert_eq!(pictures(&mut robot, (160, 50)), ["Sockets", "Timeline"]);
}

#[test]
fn a_click_on_the_table_or_a_picture_beside_it_selects_what_is_drawn_there() {
    let mut robot = two_connections();
    let (buffer, scroll) = paint(&mut robot, DARK, (160, 50));
    let text = text_of(&buffer);
    let row = Action::SelectRow(own(PHONE[1], 13).name);
    let place = |[words, others]: [&str; 2]| {
        let is_it = |line: &str| line.contains(words) && line.contains(others);
        let (y, line) = text.lines().enumerate().find(|(_, line)| is_it(line)).expect(&text);
        let x = line[..line.find(words).unwrap()].chars().count();
        (u16::try_from(x).unwrap(), u16::try_from(y).unwrap())
    };
    // The row of the table, and the one of the timeline.
    for words in [["127.0.0.3:47118 127.0.0.1:5000", ""], ["phone ", "━━━ ●"]] {
        let (x, y) = place(words);
        let actions = hit(Rect::new(0, 0, 160, 50), &robot.state, &scroll, x, y);
        assert_eq!(actions, [Action::Focus(Pane::Sockets), row], "{words:?}: {text}");
    }
    let (x, y) = place(["CLOSING", ""]);
    let actions = hit(Rect::new(0, 0, 160, 50), &robot.state, &scroll, x, y);
    assert_eq!(actions, [Action::Focus(Pane::Sockets)]);
}

#[test]
fn the_picture_beside_a_long_table_leaves_it_where_it_was_scrolled_to() {
    let mut robot = whole_machine(2_000);
    robot.ask(Action::Focus(Pane::Sockets));
    robot.ask(Action::SelectRow(robot.state.ui.shown[1_000]));
    for keys in ["", "t", "g"] {
        robot.press(keys);
        let (buffer, scroll) = paint(&mut robot, DARK, (160, 60));
        assert!(scroll.visible().contains(&robot.state.ui.shown[1_000]), "{keys}");
        let rows = pane(&text_of(&buffer), "Sockets");
        assert!(rows.iter().any(|row| row.contains("▶") && row.contains(":20997")), "{rows:?}");
        assert!(scroll.visible().len() < 100, "only what is seen is looked up");
    }
}
