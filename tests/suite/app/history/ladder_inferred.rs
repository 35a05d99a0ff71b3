//! The ladder of a connection, worked out from states and calls.

use std::time::Duration;

use fivetuple::app::history::ladder::of;
use fivetuple::app::history::{Ladder, Rung, Side, StateMark};
use fivetuple::app::{Action, Effect, Event, MainView};
use fivetuple::tcp::{CloseKind, Errno, SocketEvent};

use crate::app::{LAPTOP_END, SERVER_END, laptop_connected};
use crate::robot::{LISTEN, Robot, end, own};

pub(crate) const CLIENT: (&str, &str) = ("127.0.0.2:54240", "127.0.0.1:5000");
pub(crate) const SERVER: (&str, &str) = ("127.0.0.1:5000", "127.0.0.2:54240");

/// The rungs as `client's state > words, server's state`; `<` is sent by the server.
pub(crate) fn rungs(ladder: &Ladder) -> Vec<String> {
    let rung = |rung: &Rung| {
        let [client, server] =
            rung.states.map(|state| state.map(StateMark::word).unwrap_or_default());
        let arrow = rung.arrow.as_ref().map_or_else(String::new, |arrow| {
            let tip = if arrow.from == Side::Client { ">" } else { "<" };
            format!("{tip} {}", arrow.label(rung.at, 80))
        });
        format!("{client} {arrow} {server}").trim().to_owned()
    };
    ladder.rungs.iter().map(rung).collect()
}

fn worked_out(robot: &Robot) -> Vec<String> {
    let ladder = of(&robot.state).unwrap();
    assert!(!ladder.captured);
    assert!(ladder.rungs.is_sorted_by_key(|rung| rung.at), "{ladder:?}");
    rungs(&ladder)
}

const HANDSHAKE: [&str; 3] =
    ["(SYN_SENT) > SYN", "ESTABLISHED < SYN+ACK (SYN_RECV)", "> ACK ESTABLISHED"];

fn closed(robot: &mut Robot, end_of: (&str, &str), how: CloseKind) {
    robot.hear(SocketEvent::Closed { at: end(end_of.0, end_of.1), how });
}

#[test]
fn the_client_hangs_up_first() {
    let mut robot = laptop_connected();
    robot.later(Duration::from_secs(1));
    robot.hear(SocketEvent::Sent { at: end(CLIENT.0, CLIENT.1), bytes: 13 });
    robot.hear(SocketEvent::Received { at: end(SERVER.0, SERVER.1), bytes: 13, first: vec![] });
    robot.later(Duration::from_secs(1));
    closed(&mut robot, CLIENT, CloseKind::Close);
    closed(&mut robot, SERVER, CloseKind::Close);
    let waits = "tcp 0 0 127.0.0.2:54240 127.0.0.1:5000 TIME_WAIT timewait=60000ms/0";
    robot.kernel(&[LISTEN, waits].join("\n"));
    let goodbye = [
        "> PSH+ACK, 13 B",
        "(FIN_WAIT1) > FIN+ACK (CLOSE_WAIT)",
        "TIME_WAIT < FIN+ACK (LAST_ACK)",
        "> ACK gone",
    ];
    assert_eq!(worked_out(&robot), [&HANDSHAKE[..], &goodbye].concat());
    robot.later(Duration::from_secs(70));
    robot.kernel(LISTEN);
    assert_eq!(worked_out(&robot).last().unwrap(), "gone");
    robot.later(Duration::from_secs(10));
    assert_eq!(robot.table().len(), 1);
    assert_eq!(worked_out(&robot).len(), 8, "what went a while ago is still known");
}

#[test]
fn the_server_hangs_up_first_and_the_client_takes_its_time() {
    let mut robot = laptop_connected();
    robot.later(Duration::from_secs(1));
    closed(&mut robot, SERVER, CloseKind::Close);
    let rows = [
        "tcp 0 0 127.0.0.1:5000 127.0.0.2:54240 FIN_WAIT2",
        "tcp 0 0 127.0.0.2:54240 127.0.0.1:5000 CLOSE_WAIT inode=11",
    ];
    robot.kernel(&[LISTEN, rows[0], rows[1]].join("\n"));
    let half = ["CLOSE_WAIT < FIN+ACK (FIN_WAIT1)", "> ACK FIN_WAIT2"];
    assert_eq!(worked_out(&robot), [&HANDSHAKE[..], &half].concat());
}

#[test]
fn after_a_half_close_data_still_comes_the_other_way() {
    let mut robot = laptop_connected();
    robot.later(Duration::from_secs(1));
    robot.hear(SocketEvent::HalfClosed(end(CLIENT.0, CLIENT.1)));
    let rows = [
        "tcp 0 0 127.0.0.2:54240 127.0.0.1:5000 FIN_WAIT2 inode=11",
        "tcp 0 0 127.0.0.1:5000 127.0.0.2:54240 CLOSE_WAIT inode=12",
    ];
    robot.kernel(&[LISTEN, rows[0], rows[1]].join("\n"));
    robot.later(Duration::from_secs(1));
    robot.hear(SocketEvent::Sent { at: end(SERVER.0, SERVER.1), bytes: 5 });
    let half = ["(FIN_WAIT1) > FIN+ACK CLOSE_WAIT", "FIN_WAIT2 < ACK", "< PSH+ACK, 5 B"];
    assert_eq!(worked_out(&robot), [&HANDSHAKE[..], &half].concat());
}

#[test]
fn an_abort_is_one_segment() {
    let mut robot = laptop_connected();
    closed(&mut robot, CLIENT, CloseKind::Abort);
    closed(&mut robot, SERVER, CloseKind::Broken(Errno::ECONNRESET));
    robot.kernel(LISTEN);
    assert_eq!(worked_out(&robot), [&HANDSHAKE[..], &["gone > RST gone"]].concat());
}

#[test]
fn a_call_without_an_answer_has_half_a_ladder() {
    let mut robot = Robot::listening();
    let calls = "tcp 0 1 127.0.0.2:54240 127.0.0.1:5000 SYN_SENT inode=11 retransmit=1000ms/2";
    robot.kernel(&[LISTEN, calls].join("\n"));
    assert_eq!(worked_out(&robot), ["SYN_SENT > SYN", "> again: SYN, 2 times"]);
}

#[test]
fn how_a_connection_came_about_that_was_there_before_nobody_knows() {
    let mut robot = Robot::new();
    robot.kernel_afresh(&[LISTEN, LAPTOP_END, SERVER_END].join("\n"));
    assert_eq!(worked_out(&robot), ["ESTABLISHED  ESTABLISHED"]);
    let mut robot = Robot::new();
    robot.hear(SocketEvent::Connected(own(LAPTOP_END, 11)));
    robot.kernel_afresh(&[LISTEN, LAPTOP_END, SERVER_END].join("\n"));
    assert_eq!(worked_out(&robot), HANDSHAKE, "our own call tells how");
}

#[test]
fn what_was_sent_before_the_first_look_has_no_place_in_a_ladder() {
    let mut robot = Robot::new();
    let waits = "tcp 0 0 127.0.0.2:54240 127.0.0.1:5000 TIME_WAIT timewait=47300ms/0";
    robot.kernel_afresh(waits);
    assert_eq!(worked_out(&robot), ["TIME_WAIT"]);
    let mut robot = Robot::new();
    let half = [
        "tcp 0 0 127.0.0.2:54240 127.0.0.1:5000 FIN_WAIT2 inode=11",
        "tcp 1 0 127.0.0.1:5000 127.0.0.2:54240 CLOSE_WAIT inode=12",
    ];
    robot.kernel_afresh(&half.join("\n"));
    assert_eq!(worked_out(&robot), ["FIN_WAIT2  CLOSE_WAIT"]);
    robot.later(Duration::from_secs(1));
    robot.kernel(waits);
    let last = "TIME_WAIT < FIN+ACK (LAST_ACK)";
    assert!(worked_out(&robot).contains(&last.to_owned()), "{:?}", worked_out(&robot));
}

#[test]
fn a_listening_socket_has_no_ladder() {
    let mut robot = Robot::listening();
    assert!(of(&robot.state).is_none());
    robot.press_says("E", "No connection to save a ladder of");
}

#[test]
fn the_ladder_of_the_past_ends_there() {
    let mut robot = laptop_connected();
    robot.later(Duration::from_secs(1));
    closed(&mut robot, CLIENT, CloseKind::Abort);
    robot.kernel(LISTEN);
    robot.press(",");
    assert_eq!(worked_out(&robot), HANDSHAKE);
}

#[test]
fn the_chosen_connections_ladder_is_saved_as_text_and_that_is_said() {
    let mut robot = laptop_connected();
    robot.ask(Action::Show(MainView::Timeline));
    let orders = robot.orders_by("E");
    let [Effect::Save { name, texts }] = &orders[..] else { panic!("{orders:?}") };
    assert_eq!(name, "fivetuple-ladder");
    assert_eq!(texts[0].0, "txt");
    insta::assert_snapshot!("ladder_worked_out", texts[0].1);
    robot.tell(Event::Saved(Ok(vec!["fivetuple-ladder-2.txt".into()])));
    robot.says("as fivetuple-ladder-2.txt");
    robot.tell(Event::Saved(Err("fivetuple-ladder.txt: Permission denied".into())));
    robot.says("Cannot save the file: fivetuple-ladder.txt: Permission");
}
