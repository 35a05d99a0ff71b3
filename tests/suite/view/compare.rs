//! Two rows side by side.

use crate::robot::{LISTEN, Robot, end, own};
use fivetuple::app::{Action, Comparison, MainView, explain};
use fivetuple::tcp::{Host, SocketId, SocketRow};

use crate::view::{
    ALL, LAPTOP, PHONE, USUAL, WIDE, goodbyes, joined, screen, shows, two_connections,
};

/// Two connections of the laptop.
pub(crate) fn laptop_twice() -> Robot {
    let mut robot = Robot::listening();
    let newer = [
        "tcp 0 0 127.0.0.1:5000 127.0.0.2:54242 ESTABLISHED inode=16",
        "tcp 0 0 127.0.0.2:54242 127.0.0.1:5000 ESTABLISHED inode=15",
    ];
    robot.kernel(&joined(&[LISTEN, LAPTOP[0], LAPTOP[1]]));
    robot.kernel(&joined(&[LISTEN, LAPTOP[0], LAPTOP[1], newer[0], newer[1]]));
    robot
}

#[track_caller]
fn says_once(robot: &mut Robot, words: &str) {
    for size in ALL {
        let text = screen(robot, size);
        assert_eq!(text.matches(words).count(), 1, "{size:?}:\n{text}");
    }
}

#[test]
fn one_key_compares_the_newest_connection_with_the_one_before() {
    let mut robot = laptop_twice();
    robot.press("V");
    says_once(&mut robot, "Two different connections: the foreign port differs.");
    let mut robot = two_connections();
    robot.press("V");
    says_once(&mut robot, "Two different connections: the foreign end differs.");
}

#[test]
fn a_marked_row_is_compared_with_the_next_one() {
    let mut robot = two_connections();
    robot.ask(Action::SelectRow(own(LAPTOP[1], 11).name));
    robot.press("v");
    shows(&mut robot, &[WIDE], &["◆tcp"]);
    robot.says("Marked ");
    robot.press("Esc");
    let ui = &robot.state.ui;
    assert_eq!(ui.marked, None, "Esc takes the mark off first");
    assert!(ui.selected.is_some());
}

#[test]
fn the_second_row_is_seen_from_the_same_side() {
    let mut robot = two_connections();
    robot.ask(Action::SelectRow(own(LAPTOP[1], 11).name));
    robot.press("v");
    robot.ask(Action::SelectRow(own(PHONE[0], 14).name));
    robot.press("v");
    says_once(&mut robot, "Two different connections: the local end differs.");
    shows(&mut robot, &[USUAL], &["▶ phone"]);
    robot.press("v");
    assert_eq!((robot.state.ui.main_view, robot.state.ui.marked), (MainView::Table, None));
}

#[test]
fn rows_of_every_kind_can_be_compared() {
    let [server, client] = LAPTOP.map(|row| own(row, 1).name);
    let more = [10, 11].map(|inode| LISTEN.replace("inode=9", &format!("inode={inode}")));
    let listeners = [LISTEN, &more[0], &format!("{} interface=2", more[1])];
    let [listener, other, bound] = listeners.map(|row| row.parse::<SocketRow>().unwrap().name());
    let udp: SocketRow = "udp 0 0 127.0.0.1:5000 127.0.0.2:54240 ESTABLISHED".parse().unwrap();
    let udp_here = |inode| {
        let row = format!("udp 0 0 127.0.0.1:5000 0.0.0.0:* CLOSED inode={inode}");
        row.parse::<SocketRow>().unwrap().name()
    };
    let elsewhere = SocketId { host: Host::SERVER, ..listener };
    let pairs = [
        (server, client, "One connection seen from both ends: local and foreign are swapped."),
        (server, server, "One row, compared with itself."),
        (listener, server, "A listener and a connection: a listener has no foreign end."),
        (listener, other, "Two sockets on one address: both set SO_REUSEPORT."),
        (listener, bound, "Two different sockets: the interface differs."),
        (
            listener,
            elsewhere,
            "Two sockets of different computers, each of which has its own addresses and ports.",
        ),
        (
            udp_here(1),
            udp_here(2),
            "Two sockets on one address: both set SO_REUSEPORT or SO_REUSEADDR.",
        ),
        (server, udp.name(), "Two different connections: the protocol differs."),
        (
            client,
            end("127.0.0.2:54240", "127.0.0.1:5001"),
            "Two different connections: the foreign port differs.",
        ),
        (
            client,
            end("127.0.0.3:54240", "127.0.0.9:5000"),
            "Two different connections: the local address and the foreign address differ.",
        ),
    ];
    let mut robot = two_connections();
    robot.kernel(&joined(&[listeners, [LAPTOP[0], LAPTOP[1], ""]].concat()));
    for (one, other, words) in pairs {
        let comparison = Comparison::of(&robot.state, one, other);
        assert_eq!(explain::words(&comparison.statement()), words);
    }
}

#[test]
fn long_addresses_are_compared_in_a_list() {
    let mut robot = two_connections();
    let far = end(
        "[2001:db8:aaaa:bbbb:cccc:dddd:eeee:1]:443",
        "[2001:db8:aaaa:bbbb:cccc:dddd:eeee:2]:50000",
    );
    robot.state.ui.marked = Some(far);
    robot.state.ui.selected = Some(far);
    robot.ask(Action::Show(MainView::Compare));
    shows(
        &mut robot,
        &ALL,
        &["One row, compared with itself.", "2001:db8:aaaa:bbbb:cccc:dddd:eeee:2"],
    );
}

#[test]
fn comparing_needs_two_connections() {
    let mut robot = Robot::listening();
    robot.press("V");
    robot.says("Comparing needs two connections");
    let mut robot = goodbyes();
    robot.press("V");
}
