//! What happened, in sentences.

use fivetuple::tcp::{Call, ConnectSpec, Ending, Endpoint, Errno, ListenSpec, News, Refusal};

use crate::robot::{Robot, end, own};

#[test]
fn a_flood_of_short_connections_is_one_sentence() {
    let mut robot = Robot::listening();
    let before = robot.state.notices.len();
    for port in 20_000..25_000 {
        let row = format!("tcp 0 0 127.0.0.1:5000 127.0.0.1:{port} ESTABLISHED inode={port}");
        robot.hear(News::Accepted(own(&row, 30)));
        robot.hear(News::PeerClosed(own(&row, 30).name));
        robot.hear(News::Closed {
            at: own(&row, 30).name,
            how: Ending::Close,
        });
    }
    assert!(
        robot.state.notices.len() - before < 20,
        "{}",
        robot.state.notices.len()
    );
    assert!(
        robot
            .state
            .notices
            .newest_first()
            .any(|notice| notice.text.starts_with("5,000 connections came"))
    );
    assert!(robot.state.listener.ends.is_empty());
}

#[test]
fn a_taken_port_blames_the_row_that_has_it() {
    let mut robot = Robot::new();
    let waiting = "tcp 0 0 127.0.0.1:5000 127.0.0.2:54240 TIME_WAIT timewait=47000ms/0";
    robot.kernel(waiting);
    robot.press("l");
    let why = Refusal {
        call: Call::Bind,
        errno: Errno::EADDRINUSE,
    };
    robot.hear(News::ListenFailed {
        spec: ListenSpec::at(Endpoint::new([127, 0, 0, 1], 5000)),
        why,
    });
    let said = robot.said();
    for part in [
        "127.0.0.1:5000",
        "EADDRINUSE",
        "TIME_WAIT, 47 s left",
        "SO_REUSEADDR on both runs",
    ] {
        assert!(said.contains(part), "{part:?} is missing in: {said}");
    }
    assert_eq!(
        robot.state.blamed(),
        [end("127.0.0.1:5000", "127.0.0.2:54240")]
    );
}

#[test]
fn refusals_say_what_helps() {
    let at = Endpoint::new([127, 0, 0, 1], 80);
    let spec = ConnectSpec {
        from: Some([127, 0, 0, 2].into()),
        ..ConnectSpec::to(at.into())
    };
    let failed = |errno, call| News::ConnectFailed {
        spec: spec.clone(),
        to: Some(at),
        local: None,
        why: Refusal { call, errno },
    };
    let cases = [
        (
            failed(Errno::ECONNREFUSED, Call::Connect),
            "nobody listens there. Press l",
        ),
        (
            failed(Errno::EADDRNOTAVAIL, Call::Connect),
            "All 28,232 ports of 32768-60999 are taken",
        ),
        (failed(Errno::EMFILE, Call::Socket), "20,000 descriptors"),
        (
            failed(Errno::ETIMEDOUT, Call::Connect),
            "accept queue may be full",
        ),
        (
            failed(Errno::EPERM, Call::Remote([9, 9, 9, 9].into())),
            "--allow-remote",
        ),
        (
            News::ListenFailed {
                spec: ListenSpec::at(at),
                why: Refusal {
                    call: Call::Bind,
                    errno: Errno::EACCES,
                },
            },
            "Ports below 1024",
        ),
        (
            News::ListenFailed {
                spec: ListenSpec::at(Endpoint::new([10, 9, 9, 9], 80)),
                why: Refusal {
                    call: Call::Bind,
                    errno: Errno::EADDRNOTAVAIL,
                },
            },
            "10.9.9.9 is not an address of this machine",
        ),
    ];
    for (news, part) in cases {
        let mut robot = Robot::new();
        robot.hear(news);
        assert!(
            robot.said().contains(part),
            "{part:?} is missing in: {}",
            robot.said()
        );
    }
}

#[test]
fn a_name_without_an_address_and_a_refused_datagram_are_told_as_what_they_are() {
    let mut robot = Robot::listening();
    let spec = ConnectSpec::to("nosuchhost.invalid:53".parse().unwrap());
    let why = Refusal {
        call: Call::Resolve,
        errno: Errno::EADDRNOTAVAIL,
    };
    robot.hear(News::ConnectFailed {
        spec,
        to: None,
        local: None,
        why,
    });
    assert!(
        robot.said().contains("no address is known for that name"),
        "{}",
        robot.said()
    );
    let datagram = own(
        "udp 0 0 127.0.0.2:40000 127.0.0.1:5000 ESTABLISHED inode=11",
        11,
    );
    robot.hear(News::Connected(datagram));
    robot.hear(News::Closed {
        at: datagram.name,
        how: Ending::Broken(Errno::ECONNREFUSED),
    });
    assert!(
        robot.said().contains("nobody has UDP port 5000"),
        "{}",
        robot.said()
    );
    assert!(
        robot
            .table()
            .contains(&"127.0.0.2:40000 127.0.0.1:5000 ESTABLISHED refused".to_owned())
    );
}
