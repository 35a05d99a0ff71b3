//! The details of one connection.

use std::time::Duration;

use crate::computers::{self, ANSWERS, CALLS, CLIENT, SERVES};
use crate::robot::{LISTEN, Robot, end, own};
use fivetuple::app::{Action, Event};
use fivetuple::tcp::{CloseKind, Host, SocketEvent, TcpInfo};

use crate::view::{
    ALL, LAPTOP, PHONE, USUAL, WIDE, check, check_mono, goodbyes, joined, look_inside, shows,
    shows_not, two_connections,
};

fn info(bytes: [u64; 2]) -> TcpInfo {
    TcpInfo {
        rtt: Duration::from_micros(43),
        rttvar: Duration::from_micros(20),
        snd_cwnd: 10,
        snd_mss: 32_768,
        total_retrans: 0,
        bytes_received: Some(bytes[0]),
        bytes_sent: Some(bytes[1]),
        segs_in: Some(3),
        segs_out: Some(4),
        snd_wnd: Some(65_536),
        rcv_wnd: Some(65_536),
    }
}

#[test]
fn kernel_facts_of_both_ends_are_explained() {
    let ends = PHONE.map(|row| own(row, 1).name);
    let mut robot = two_connections();
    look_inside(&mut robot, PHONE[1]);
    assert_eq!(robot.state.shown_in_details(), [ends[1], ends[0]]);
    robot.tell(Event::Inspected {
        host: Host::THIS,
        found: vec![(ends[0], info([13, 0])), (ends[1], info([0, 13]))],
    });
    check("card_inside", &mut robot, &ALL);
    check_mono("card_inside", &mut robot);
    let words = [
        "phone (127.0.0.3) connected to 127.0.0.1:5000 from port 47118",
        "Neither end has closed.",
        "0.043 ms, variation 0.020 ms",
        "0 B in, 13 B out",
        "$ ss -tanpio 'sport = :47118 and dport = :5000'",
        "$ nc -s 127.0.0.3 127.0.0.1 5000",
    ];
    shows(&mut robot, &[WIDE], &words);
    robot.press("Esc");
    assert!(robot.state.shown_in_details().is_empty(), "it is asked for no longer");
}

#[test]
fn a_paused_card_does_not_change() {
    let name = own(PHONE[1], 1).name;
    let mut robot = two_connections();
    robot.press("p");
    look_inside(&mut robot, PHONE[1]);
    robot.tell(Event::Inspected { host: Host::THIS, found: vec![(name, info([1, 2]))] });
    assert_eq!(robot.state.ui.info(name), None);
}

#[test]
fn queues_and_timers_say_what_they_mean_for_this_row() {
    let mut robot = Robot::listening();
    let table = [
        "tcp 1 128 127.0.0.1:5000 0.0.0.0:* LISTEN inode=9",
        "tcp 13 0 127.0.0.1:5000 127.0.0.2:54240 ESTABLISHED",
        "tcp 0 36 127.0.0.2:54240 127.0.0.1:5000 ESTABLISHED inode=11 retransmit=2100ms/3",
        "tcp 0 9 127.0.0.3:40000 127.0.0.1:5000 ESTABLISHED inode=12 probe=4000ms/0",
        "tcp 0 0 127.0.0.4:40000 127.0.0.1:5000 ESTABLISHED inode=13 keepalive=60000ms/0",
    ];
    robot.kernel(&joined(&table));
    let told = [
        (0, "1 waiting for accept()"),
        (0, "128 may wait (backlog)"),
        (1, "13 B, received before accept()"),
        (2, "36 B, unacknowledged"),
        (2, "resent 3 times, no answer; next in 2 s"),
        (3, "4 s left, then a window probe"),
        (4, "60 s left, then a keepalive probe"),
    ];
    for (row, words) in told {
        look_inside(&mut robot, table[row]);
        shows(&mut robot, &[WIDE], &[words]);
        robot.press("Esc");
    }
    look_inside(&mut robot, LISTEN);
    shows(&mut robot, &[USUAL], &["$ nc 127.0.0.1 5000"]);
}

#[test]
fn an_unacknowledged_syn_or_fin_is_named() {
    let table = [
        ("tcp 0 1 127.0.0.2:54240 127.0.0.1:5000 SYN_SENT inode=11", "1 B: the SYN counts as one"),
        ("tcp 0 1 127.0.0.3:54240 127.0.0.1:5000 FIN_WAIT1", "1 B: the FIN counts as one"),
        (
            "tcp 0 14 127.0.0.4:54240 127.0.0.1:5000 LAST_ACK",
            "14 B: 13 unacknowledged, and the FIN",
        ),
        ("tcp 0 13 127.0.0.5:54240 127.0.0.1:5000 ESTABLISHED inode=12", "13 B, unacknowledged"),
    ];
    for (row, words) in table {
        let mut robot = Robot::listening();
        robot.kernel(&joined(&[LISTEN, row]));
        look_inside(&mut robot, row);
        shows(&mut robot, &[WIDE], &[words]);
    }
}

#[test]
fn an_end_that_is_not_born_yet_is_not_gone() {
    let mut robot = Robot::calling_in_lab();
    look_inside(&mut robot, CALLS);
    shows(&mut robot, &[WIDE], &["no row yet"]);
    shows_not(&mut robot, &[WIDE], &["gone"]);
    let mut robot = Robot::calling_in_lab();
    robot.tables(&[computers::LISTEN, ANSWERS], &[CALLS]);
    look_inside(&mut robot, ANSWERS);
    let words = ["has not received the final ACK", "0 B, without the SYN+ACK"];
    shows(&mut robot, &[WIDE], &words);
    shows_not(&mut robot, &[WIDE], &["in the accept queue"]);
}

#[test]
fn a_row_whose_other_end_was_reset_unheard_is_half_open() {
    let mut robot = Robot::calling_in_lab();
    robot.hear(SocketEvent::Connected(own(CLIENT, 11)));
    robot.accepts(SERVES, 12);
    robot.tables(&[computers::LISTEN, SERVES], &[CLIENT]);
    robot.press("B");
    robot.hear(SocketEvent::Closed { at: own(CLIENT, 11).name, how: CloseKind::Abort });
    robot.vanish(computers::LAPTOP, &[CLIENT]);
    look_inside(&mut robot, SERVES);
    for after in [0, 20] {
        robot.later(Duration::from_secs(after));
        shows(&mut robot, &[WIDE], &["Half-open", "as far as this end knows"]);
        shows_not(&mut robot, &[WIDE], &["An RST ended it.", "another machine"]);
    }
    // However many others go after it.
    let others = (0..100).map(|n| {
        let row = CLIENT.replace("44506", &(50_000 + n).to_string());
        row.replace("cookie=7", &format!("cookie={}", 100 + n))
    });
    let others: Vec<String> = others.collect();
    let others: Vec<&str> = others.iter().map(String::as_str).collect();
    robot.tables(&[computers::LISTEN, SERVES], &others);
    robot.vanish(computers::LAPTOP, &others);
    robot.later(Duration::from_secs(20));
    shows(&mut robot, &[WIDE], &["Half-open"]);
}

#[test]
fn earlier_states_have_durations_or_brackets() {
    let mut robot = two_connections();
    for state in ["FIN_WAIT2", "TIME_WAIT"] {
        robot.later(Duration::from_secs(3));
        let row = format!("tcp 0 0 127.0.0.2:54240 127.0.0.1:5000 {state}");
        robot.kernel(&joined(&[LISTEN, LAPTOP[0], &row]));
    }
    look_inside(&mut robot, LAPTOP[1]);
    shows(
        &mut robot,
        &[(160, 40)],
        &["(SYN_SENT) → ESTABLISHED 20 s", "(FIN_WAIT1) → FIN_WAIT2 3 s", "The client closed"],
    );
    let mut robot = goodbyes();
    robot.ask(Action::SelectRow(end("127.0.0.1:5000", "127.0.0.3:47118")));
    robot.press("Enter");
    shows(&mut robot, &[WIDE], &["An RST ended it."]);
}
