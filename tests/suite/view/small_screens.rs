//! What a small screen still shows.

use crate::view::{
    LAPTOP, LISTEN, PHONE, SMALL, USUAL, goodbyes, line_with, own, screen, two_connections,
};
use fivetuple::tcp::{CloseKind, SocketEvent};

#[test]
fn the_time_left_and_the_reason_stand_apart_from_the_bracket() {
    let mut robot = goodbyes();
    for wide in 60..=160 {
        let text = screen(&mut robot, (wide, 30));
        let glued = |line: &&str| line.contains("client┐") || line.contains("phone┘");
        assert_eq!(text.lines().find(glued), None, "{wide}");
    }
    let text = screen(&mut robot, USUAL);
    let waits = line_with(&text, "◌ TIME_WAIT");
    let (role, _) = waits.split_once('┘').unwrap();
    assert!(role.contains("laptop 47s left "), "{text}");
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
    let text = screen(&mut robot, SMALL);
    assert!(text.contains("The LISTEN row is unchanged"), "{text}");
    for part in ["◎ LISTEN      listener", "◌ TIME_WAIT", "phone   ┘"] {
        assert!(text.contains(part), "{part:?} is missing in {text}");
    }
}
