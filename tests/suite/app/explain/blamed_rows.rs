//! Who is blamed, and what is said of shortages: only what the table bears out, and only as long as it lasts.

use std::time::Duration;

use fivetuple::app::{Effect, Event, Notice};
use fivetuple::tcp::{
    Burst, Call, Command, ConnectId, ConnectSpec, Endpoint, Errno, ListenSpec, ListenerId,
    SocketEvent, SyscallError, procfs_instead,
};

use crate::robot::{LISTEN, Robot, own};
use crate::view::{USUAL, screen};

const SERVER: Endpoint = Endpoint {
    ip: std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST),
    port: fivetuple::tcp::Port(5000),
};

fn refused(spec: ConnectSpec, errno: Errno) -> SocketEvent {
    SocketEvent::ConnectFailed {
        to: spec.to.endpoint(),
        spec,
        local: None,
        why: SyscallError { call: Call::Connect, errno },
    }
}

#[test]
fn a_pause_of_accept_is_shown_as_long_as_it_lasts() {
    let mut robot = Robot::listening();
    robot.hear(SocketEvent::AcceptFailed {
        id: ListenerId::FIRST,
        why: SyscallError { call: Call::Accept, errno: Errno::EMFILE },
        pause: Duration::from_millis(400),
        times: 1,
    });
    assert!(screen(&mut robot, USUAL).contains("paused: "));
    robot.later(Duration::from_millis(401));
    let after = screen(&mut robot, USUAL);
    assert!(after.contains("accepts at once"), "{after}");
}

#[test]
fn where_proc_is_read_instead_nothing_is_said_to_be_unreadable() {
    let mut robot = Robot::new();
    let why = "socket(AF_NETLINK) failed: Operation not permitted (EPERM)";
    robot.tell(Event::Warned(procfs_instead(why)));
    let said = robot.said();
    assert!(said.contains("Reading /proc/net/tcp instead"), "{said}");
    assert!(said.contains("Operation not permitted"), "{said}");
    assert!(robot.state.sockets.blind.is_empty());
}

#[test]
fn proc_does_not_show_that_an_accept_queue_is_full() {
    let mut robot = Robot::listening();
    robot.kernel(&LISTEN.replace("tcp 0 128", "tcp 1 0"));
    robot.state.sockets.source = "procfs";
    let client = "tcp 0 1 127.0.0.2:40000 127.0.0.1:5000 SYN_SENT";
    robot.hear(SocketEvent::Connecting(own(client, 9)));
    robot.later(Duration::from_secs(1));
    let said = robot.said();
    assert!(said.contains("there is no answer yet. Within one machine"), "{said}");
}

#[test]
fn a_call_typed_with_the_order_to_listen_waits_for_the_port() {
    let mut robot = Robot::anywhere();
    robot.press_at_once("l 3c s");
    let orders = robot.commands();
    assert!(matches!(orders[..], [Command::Listen(_)]), "{orders:?}");
    let at = Endpoint::new([127, 0, 0, 1], 41_000);
    robot.hear(SocketEvent::Listening {
        spec: ListenSpec::at(at),
        sockets: vec![own(&LISTEN.replace("5000", "41000"), 9)],
    });
    robot.kernel(&LISTEN.replace("5000", "41000"));
    let orders = robot.commands();
    let [Command::Connect(spec, Burst { count: 3, .. })] = &orders[..] else {
        panic!("{orders:?}")
    };
    assert_eq!(spec.to.endpoint(), Some(at));
}

#[test]
fn a_call_does_not_wait_for_a_listener_that_nobody_ordered() {
    let mut robot = Robot::anywhere();
    robot.press("c");
    assert!(robot.said().contains("Nothing to connect to yet"));
    robot.press_at_once("l c");
    robot.hear(SocketEvent::ListenFailed {
        spec: ListenSpec::at(Endpoint::new([127, 0, 0, 1], 0)),
        why: SyscallError { call: Call::Bind, errno: Errno::EACCES },
    });
    assert!(robot.said().contains("Nothing to connect to yet"), "{}", robot.said());
}

#[test]
fn a_form_that_changes_nothing_of_the_filter_begins_no_new_watch() {
    let watches = |robot: &mut Robot| {
        let orders = robot.orders();
        let watch = |order: &&Effect| matches!(order, Effect::Watch(_));
        orders.iter().filter(watch).count()
    };
    let mut robot = Robot::listening();
    robot.orders();
    robot.press("C Enter");
    assert_eq!(watches(&mut robot), 0);
    robot.press("L Enter");
    assert_eq!(watches(&mut robot), 0);
    robot.press("C");
    robot.type_text("127.0.0.1:9999");
    robot.press("Enter");
    assert_eq!(watches(&mut robot), 1, "another port belongs to the demo now");
}

#[test]
fn a_second_burst_says_that_it_follows_the_first() {
    let mut robot = Robot::listening();
    robot.press("50c");
    robot.hear(SocketEvent::BurstBegun {
        id: ConnectId::default(),
        burst: Burst { count: 50, every: Duration::ZERO },
        whole_range: false,
    });
    robot.press("60c");
    assert!(robot.said().contains("Queued behind the connects in progress"), "{}", robot.said());
    robot.commands();
    // The listener stops in between: the first burst gives up, the second still follows.
    robot.press("l");
    robot.hear(SocketEvent::StoppedListening { id: ListenerId::FIRST, why: None });
    robot.hear(refused(ConnectSpec::to(SERVER.into()), Errno::ECONNREFUSED));
    robot.hear(SocketEvent::BurstEnded {
        id: ConnectId::default(),
        opened: 20,
        asked: 50,
        took: Duration::from_millis(9),
    });
    let told: Vec<String> = robot.state.notices.newest_first().map(Notice::text).collect();
    assert!(told.iter().any(|text| text.contains("opened 20 connections of 50")), "{told:?}");
    let orders = robot.commands();
    assert!(
        matches!(
            orders[..],
            [
                Command::StopListening(ListenerId::FIRST),
                Command::Connect(_, Burst { count: 60, .. })
            ]
        ),
        "{orders:?}"
    );
}

#[test]
fn why_an_owner_is_not_shown_is_told_once_for_each_user() {
    let mut robot = Robot::listening();
    let stranger = |port: u16, uid: u32| {
        format!("tcp 0 0 127.0.0.1:{port} 127.0.0.1:5000 ESTABLISHED inode={port} uid={uid}")
    };
    let rows = [stranger(40_000, 7), stranger(40_001, 7), stranger(40_002, 0)];
    robot.kernel(&[LISTEN, &rows.join("\n")].join("\n"));
    let before = robot.state.notices.len();
    // The third is a process of our own user that is gone already.
    for inode in [40_000, 40_001, 40_002, 40_003] {
        robot.tell(Event::OwnersHidden(vec![inode]));
    }
    assert_eq!(robot.state.notices.len() - before, 1);
    let said = robot.said();
    assert!(said.starts_with("The owners of user 7's sockets are not shown"), "{said}");
}
