//! Ladders that are made of captured segments: of one connection, and of all.

use std::time::Duration;

use fivetuple::app::history::ladder::{as_text, of};
use fivetuple::app::history::{Ladder, StateMark};
use fivetuple::tcp::{
    CloseKind, Delivery, DropReason, Errno, Flags, Host, Moment, Segment, WireEvent, WireSegment,
    WireStatus,
};

use crate::app::events::lab::connected;
use crate::app::history::ladder_inferred::rungs;
use crate::app::laptop_connected;
use crate::computers::{self, LAPTOP};
use crate::robot::{Robot, own};

pub(crate) fn segment(
    number: u64,
    is_clients: bool,
    flags: Flags,
    numbers: (u32, u32),
    length: u32,
) -> Segment {
    let ends = [CALLS, SERVES];
    let ends = if is_clients { ends } else { [ends[1], ends[0]] };
    Segment { length, ..computers::segment(number, ends, flags, numbers, b"") }
}

fn after(millis: u64) -> Moment {
    Moment::at(Duration::from_millis(millis))
}

/// Half a second one way; the SYN is dropped once, the payload is still in flight, and the last one fell off a cut wire.
fn crossings() -> Vec<WireSegment> {
    const LAST: u32 = u32::MAX;
    let syn_ack = Flags::SYN.and(Flags::ACK);
    let data = Flags::PSH.and(Flags::ACK);
    let origin = |host: Host| if host == Host(2) { LAST } else { 7000 };
    let lost = |at, how| Delivery::Lost(after(at), how);
    let arrived = |at| Delivery::Arrived(after(at));
    let table = [
        (true, Flags::SYN, (LAST, 0), 0, 0, lost(0, DropReason::Dropped)),
        (true, Flags::SYN, (LAST, 0), 0, 1000, arrived(1500)),
        (false, syn_ack, (7000, 0), 0, 1500, arrived(2000)),
        (true, Flags::ACK, (0, 7001), 0, 2000, arrived(2001)),
        (true, data, (0, 7001), 13, 2001, Delivery::OnTheWay),
        (false, data, (7001, 0), 5, 2002, lost(2002, DropReason::Cut)),
    ];
    let rows =
        (1..).zip(table).map(|(number, (is_clients, flags, numbers, length, sent, fate))| {
            let segment = segment(number, is_clients, flags, numbers, length);
            let [seq, ack] = [(segment.seq, segment.from), (segment.ack, segment.to)]
                .map(|(number, host)| number.wrapping_sub(origin(host)));
            let again = number == 2;
            let (sent_again, held) = (Vec::new(), Duration::ZERO);
            let (relative, sent) = ((seq, ack), after(sent));
            WireSegment {
                segment,
                sent,
                fate,
                relative,
                again,
                spare: false,
                nth: 0,
                sent_again,
                held,
            }
        });
    rows.collect()
}

fn of_segments(absolute: bool) -> Ladder {
    let mut robot = Robot::listening_in_lab();
    let states = [
        ("SYN_SENT", None, 10),
        ("SYN_SENT", Some("SYN_RECV"), 1490),
        ("ESTABLISHED", Some("SYN_RECV"), 500),
        ("ESTABLISHED", Some("ESTABLISHED"), 10),
    ];
    for (client, server, wait) in states {
        robot.later(Duration::from_millis(wait));
        let client = computers::CLIENT.replace("ESTABLISHED", client);
        let server = server.map(|state| computers::SERVES.replace("ESTABLISHED", state));
        let server = [computers::LISTEN].into_iter().chain(server.as_deref());
        robot.tables(&server.collect::<Vec<_>>(), &[&client]);
    }
    robot.state.lab.crossings = crossings().into();
    robot.state.lab.absolute = absolute;
    of(&robot.state).unwrap()
}

#[test]
fn segments_that_were_captured_have_their_numbers_and_their_fate() {
    let ladder = of_segments(false);
    assert!(ladder.captured);
    assert_eq!(
        rungs(&ladder),
        [
            "SYN_SENT > SYN, seq 0, lost",
            "> again: SYN, seq 0, took 0.50 s",
            "< SYN+ACK, seq 0 ack 1, took 0.50 s SYN_RECV",
            "ESTABLISHED > ACK, seq 1 ack 1 ESTABLISHED",
            "> data 13 B, PSH+ACK seq 1 ack 1, in flight",
            "< data 5 B, PSH+ACK seq 1 ack 1, lost: cut",
        ]
    );
    let absolute = rungs(&of_segments(true));
    assert_eq!(absolute[2], "< SYN+ACK, seq 7000 ack 0, took 0.50 s SYN_RECV");
    insta::assert_snapshot!("ladder_captured", as_text(&ladder));
}

#[test]
fn arrows_fit_into_any_width() {
    for ladder in [of_segments(false), of(&laptop_connected().state).unwrap()] {
        for rung in &ladder.rungs {
            let arrow = rung.arrow.as_ref().unwrap();
            for columns in 12..60 {
                let drawn = arrow.drawn(columns);
                assert_eq!(drawn.chars().count(), columns, "{drawn}");
                assert_eq!(drawn.contains('✗'), arrow.is_lost());
            }
        }
    }
}

#[test]
fn where_there_is_hardly_room_the_numbers_go_before_the_fate() {
    let ladder = of_segments(false);
    let answer = &ladder.rungs[2];
    let label = |columns| answer.arrow.as_ref().unwrap().label(columns);
    let table = [
        (34, "SYN+ACK, seq 0 ack 1, took 0.50 s"),
        (20, "SYN+ACK, took 0.50 s"),
        (14, "SYN+ACK"),
        (5, "SYN+…"),
    ];
    for (columns, text) in table {
        assert_eq!(label(columns), text);
    }
}

const SERVES: (Host, &str) = (computers::SERVER, "192.168.1.10:500");
const CALLS: (Host, &str) = (LAPTOP, "192.168.1.13:44506");
const PHONES: (Host, &str) = (Host(3), "192.168.1.14:80");

#[test]
fn a_client_that_is_called_is_not_the_server() {
    let mut robot = Robot::listening_in_lab();
    robot.crosses(1, CALLS, PHONES, Flags::SYN);
    robot.crosses(2, PHONES, CALLS, Flags::RST);
    robot.press("O");
    let ladder = of(&robot.state).unwrap();
    assert_eq!(ladder.ends, ["phone 192.168.1.14", "laptop 192.168.1.13"]);
    robot.crosses(3, CALLS, SERVES, Flags::SYN);
    let ladder = of(&robot.state).unwrap();
    assert_eq!(ladder.ends, ["all clients", "destinations"]);
    let text = as_text(&ladder);
    for [left, right] in [["phone:80 ", "laptop:44506"], ["laptop:44506", "server:500"]] {
        let whose = |line: &&str| line.contains(left) && line.contains(right);
        assert!(text.lines().any(|line| whose(&line)), "{text}");
    }
}

#[test]
fn segments_that_are_not_shown_are_counted() {
    let mut robot = Robot::listening_in_lab();
    for number in 1..=600 {
        robot.crosses(number, CALLS, SERVES, Flags::ACK);
    }
    let tally = WireStatus { unreported: 50_000, ..WireStatus::default() };
    robot.wire(WireEvent::Status(tally));
    robot.press("O");
    let ladder = of(&robot.state).unwrap();
    assert_eq!((ladder.rungs.len(), ladder.hidden), (512, 50_088));
    let text = as_text(&ladder);
    assert!(text.contains("50,088 more segments not shown"), "{text}");
}

/// The ladder of the laptop's connection, whose wire carried so many segments without data after its SYN.
fn after_a_flood(robot: &mut Robot, many: u64) -> Ladder {
    robot.crosses(1, CALLS, SERVES, Flags::SYN);
    for number in 2..many + 2 {
        robot.later(Duration::from_millis(1));
        robot.crosses(number, CALLS, SERVES, Flags::ACK);
    }
    robot.tables(&[computers::LISTEN], &[computers::CLIENT]);
    of(&robot.state).unwrap()
}

#[test]
fn a_gap_in_one_connection_is_counted_where_it_is() {
    let mut robot = Robot::listening_in_lab();
    after_a_flood(&mut robot, 2);
    let (tuple, from) = (segment(0, true, Flags::ACK, (0, 0), 0).tuple, CALLS.0);
    let unreported = |robot: &mut Robot, count| {
        robot.later(Duration::from_millis(1));
        robot.wire(WireEvent::Unreported { at: robot.state.now, from, tuple, count });
    };
    unreported(&mut robot, 1200);
    unreported(&mut robot, 34);
    robot.crosses(4, CALLS, SERVES, Flags::FIN.and(Flags::ACK));
    unreported(&mut robot, 1);
    let ladder = of(&robot.state).unwrap();
    let words: Vec<String> = rungs(&ladder);
    let gap = words.iter().position(|rung| rung.starts_with("> 1234 more segments"));
    assert!(words[gap.unwrap() + 1].contains("FIN+ACK"), "{words:?}");
    assert_eq!(words.last().unwrap(), "> 1 more segment");
    assert_eq!(ladder.hidden, 1235);
    assert!(as_text(&ladder).contains("1,235 more segments not shown"));
}

#[test]
fn what_one_connection_floods_the_list_with_makes_no_other_forgotten() {
    let mut robot = Robot::listening_in_lab();
    robot.crosses(0, (Host(3), "192.168.1.14:50000"), SERVES, Flags::ACK);
    let flood = after_a_flood(&mut robot, 9000);
    let crossings = &robot.state.lab.crossings;
    assert_eq!(crossings[0].segment.from, Host(3));
    assert_eq!(crossings[1].segment.flags, Flags::SYN);
    // The SYN, the gap, and the rest.
    assert_eq!(flood.hidden + crossings.len() as u64, 9002);
    assert_eq!(rungs(&flood)[1], format!("> {} more segments", flood.hidden));
}

#[test]
fn a_segment_that_a_router_forwards_is_no_retransmission_and_has_no_state_there() {
    let mut robot = Robot::listening_in_lab();
    let phone = Host(3);
    let far = "10.0.2.1:500";
    robot.crosses(1, CALLS, (phone, far), Flags::SYN);
    robot.crosses(2, (phone, CALLS.1), (computers::SERVER, far), Flags::SYN);
    robot.crosses(3, (computers::SERVER, far), (phone, CALLS.1), Flags::SYN.and(Flags::ACK));
    robot.crosses(4, (phone, far), CALLS, Flags::SYN.and(Flags::ACK));
    robot.crosses(5, CALLS, (phone, far), Flags::ACK);
    assert!(robot.state.lab.crossings.iter().all(|crossing| !crossing.again));
    robot.press("O");
    let ladder = of(&robot.state).unwrap();
    let marks = ladder.rungs.iter().flat_map(|rung| rung.states).flatten();
    let marks: Vec<String> = marks.map(StateMark::word).collect();
    assert_eq!(marks, ["(SYN_SENT)", "(SYN_RECV)", "(ESTABLISHED)"]);
}

#[test]
fn a_forged_rst_is_its_senders() {
    let mut robot = connected();
    robot.crosses(1, SERVES, CALLS, Flags::ACK);
    let forged = Segment { from: Host(3), ..segment(2, false, Flags::RST, (0, 0), 0) };
    robot.put(forged);
    robot.arrives(2);
    let name = own(computers::CLIENT, 11).name;
    robot.vanish(LAPTOP, &[computers::CLIENT]);
    robot.closes(name, CloseKind::Broken(Errno::ECONNRESET));
    let said = robot.said_in_the_end();
    assert!(said.contains("but another computer sent it"), "{said}");
    let ladder = rungs(&of(&robot.state).unwrap());
    assert!(ladder.iter().any(|rung| rung.contains("< RST, by phone")), "{ladder:?}");
}

#[test]
fn an_rst_that_a_router_forwards_is_not_forged() {
    let mut robot = connected();
    robot.crosses(1, SERVES, CALLS, Flags::ACK);
    let reset = segment(2, false, Flags::RST, (7, 0), 0);
    robot.put(reset.clone());
    robot.put(Segment { from: Host(3), number: 3, ..reset });
    robot.arrives(3);
    let name = own(computers::CLIENT, 11).name;
    robot.vanish(LAPTOP, &[computers::CLIENT]);
    robot.closes(name, CloseKind::Broken(Errno::ECONNRESET));
    let said = robot.said_in_the_end();
    assert!(said.contains("ECONNRESET") && !said.contains("another computer"), "{said}");
}

#[test]
fn a_file_has_room_for_all_numbers() {
    let mut robot = Robot::listening_in_lab();
    let push = Flags::PSH.and(Flags::ACK);
    robot.sends(1, (LAPTOP, push), (1, 1), b"Test payload.");
    robot.crosses(2, PHONES, SERVES, Flags::SYN);
    robot.press("R O");
    robot.later(std::time::Duration::from_secs(13));
    robot.arrives(1);
    let text = as_text(&of(&robot.state).unwrap());
    let line = text.lines().find(|line| line.contains("PSH+ACK"));
    let line = line.expect(&text);
    assert!(line.contains("13 B, PSH+ACK seq 2893040113 ack 1117208641, took 13 s"), "{line}");
}
