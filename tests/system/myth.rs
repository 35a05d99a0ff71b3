//! The myth that a connected client occupies the server's port: beside what is so, and tried for real.

use std::time::Duration;

use fivetuple::app::{MainView, Myth};
use fivetuple::tcp::{
    Call, Command, ConnectId, Endpoint, Errno, Host, ListenSpec, OwnSocket, SocketEvent,
    SourcePort, TcpState,
};

use crate::real_robot::Real;
use crate::robot::{Robot, end, own};

/// What came of each call: `in`, or the errno.
fn outcomes(myth: &Myth) -> Vec<String> {
    let calls = myth.calls.iter().map(|call| {
        let came = match call.answer {
            None => String::from("has not been answered"),
            Some(Ok(_)) => String::from("in"),
            Some(Err(why)) => format!("{} {}", why.call, why.errno.symbol().unwrap_or("?")),
        };
        format!("{} {came}", call.who)
    });
    calls.collect()
}

#[test]
fn the_second_call_of_one_computer_is_refused_and_another_gets_in() {
    Real::alone(|mut real| {
        real.press_until("l", "Listening on");
        real.press_until("c", "laptop connected");
        real.press_until("U", "works once per client address");
        let myth = real.robot.state.ui.myth.clone().unwrap();
        assert_eq!(outcomes(&myth), ["laptop in", "laptop bind() EADDRINUSE", "phone in"]);
        real.until("rows", |robot| robot.state.sockets.count(TcpState::Established) == 6);
        let rows = real.rows();
        for computer in ["127.0.0.2:5000", "127.0.0.3:5000"] {
            let here = rows.iter().filter(|row| row.tuple.local.to_string() == computer);
            assert_eq!(here.count(), 1, "{computer}");
        }
        // Those two are taken now: two others can show it once more, and then no more.
        real.press_until("U", "tablet connected from port 5000, the same number as the server's");
        real.until("an end of the trial", |robot| {
            let myth = robot.state.ui.myth.as_ref();
            myth.is_some_and(|myth| myth.calls.iter().all(|call| call.answer.is_some()))
        });
        real.press_until("U", "no row on port 5000");
        real.press_until("r", "Press r again");
        real.press_until("r", "Reset");
        assert_eq!(real.robot.state.ui.myth, None);
    });
}

fn connected(robot: &mut Robot, from: &str, inode: u32) {
    let row = format!("tcp 0 0 {from} 127.0.0.1:5000 ESTABLISHED inode={inode}");
    robot.hear(SocketEvent::Connected(own(&row, inode)));
}

#[test]
fn each_call_waits_for_the_answer_to_the_one_before() {
    let mut robot = Robot::listening();
    robot.commands();
    robot.press("U");
    assert_eq!(robot.state.ui.main_view, MainView::Myth);
    let from = |robot: &mut Robot| match &robot.commands()[..] {
        [Command::Connect(spec, _)] => {
            assert_eq!(spec.source_port, SourcePort::SameAsServer);
            Some((spec.clone(), spec.from.unwrap().to_string()))
        }
        [] => None,
        other => panic!("{other:?}"),
    };
    let (_, laptop) = from(&mut robot).unwrap();
    assert_eq!(laptop, "127.0.0.2");
    robot.press("U");
    assert!(from(&mut robot).is_none() && robot.said().contains("The test is running"));
    // Another connection is not an answer to it.
    let another = own("tcp 0 0 127.0.0.2:54240 127.0.0.1:5000 ESTABLISHED inode=5", 5);
    robot.hear(SocketEvent::Connected(OwnSocket { order: Some(ConnectId(77)), ..another }));
    assert!(from(&mut robot).is_none());
    connected(&mut robot, "127.0.0.2:5000", 6);
    let (spec, laptop) = from(&mut robot).unwrap();
    assert_eq!(laptop, "127.0.0.2");
    robot.connect_fails(&spec, Call::Bind, Errno::EADDRINUSE);
    assert_eq!(from(&mut robot).unwrap().1, "127.0.0.3");
    connected(&mut robot, "127.0.0.3:5000", 7);
    let myth = robot.state.ui.myth.as_ref().unwrap();
    assert!(myth.is_as_usual());
    assert_eq!(myth.calls[0].answer, Some(Ok(end("127.0.0.2:5000", "127.0.0.1:5000"))));
    robot.later(Duration::from_millis(30));
    robot.says("once per client address");
}

#[test]
fn in_the_lab_each_computer_calls_from_its_own_network() {
    let mut robot = Robot::listening_in_lab();
    robot.commands();
    robot.press("U");
    let mut called = Vec::new();
    while let [Command::Connect(spec, _)] = &robot.commands()[..] {
        let from = spec.from.unwrap();
        called.push((spec.host, from.to_string()));
        robot.connect_fails(spec, Call::Bind, Errno::EADDRINUSE);
    }
    let [laptop, phone] = [(2, "192.168.1.13"), (3, "192.168.1.14")]
        .map(|(host, from)| (Host(host), from.to_owned()));
    assert_eq!(called, [laptop.clone(), laptop, phone]);
}

#[test]
fn where_it_cannot_be_tried_it_says_what_is_needed() {
    let mut robot = Robot::new();
    assert!(robot.commands_by("U").is_empty());
    robot.says("Press l, then U");
    let mut robot = Robot::in_lab(2);
    robot.press("l");
    let at = Endpoint::new([192, 168, 1, 10], 5000);
    let spec = ListenSpec { host: Host(1), ..ListenSpec::at(at) };
    robot.hear(SocketEvent::Listening { spec, sockets: vec![] });
    assert!(robot.commands_by("U").is_empty());
    robot.says("needs two clients");
    robot.says("--computers 2");
}
