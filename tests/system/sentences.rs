//! Sentences beside the kernel's own rows.

use fivetuple::app::Notice;
use fivetuple::tcp::{OnData, Port, ServerCloses, SocketRow, SourcePort, TcpState, TimerKind};

use crate::real_robot::Real;
use crate::support::netns::done;

/// The row at port 5000, and the one at the other end.
fn ends(real: &mut Real) -> [SocketRow; 2] {
    let rows = real.rows();
    let is_connected = |row: &&SocketRow| row.tuple.is_connected();
    let rows: Vec<SocketRow> = rows.iter().filter(is_connected).copied().collect();
    let of = |is_servers| rows.iter().find(|row| (row.tuple.local.port.0 == 5000) == is_servers);
    [true, false].map(|is_servers| *of(is_servers).expect("a row of each end"))
}

fn said(real: &Real) -> String {
    real.robot.state.notices.newest_first().map(Notice::text).collect::<Vec<_>>().join("\n")
}

/// Data that is not read waits in both queues, the window has no room for the next segment, and a FIN waits behind it. The FIN counts as
/// a byte once it has come.
#[test]
fn what_is_not_read_is_told_as_the_queues_show_it() {
    Real::alone(|mut real| {
        real.robot.state.servers.selected_mut().spec.on_data = OnData::LeaveUnread;
        real.robot.state.clients.spec.payload = vec![b'x'; 200_000];
        real.connect();
        real.until("a window of 0", |robot| {
            let mut lines = robot.state.sockets.in_order();
            let probes = |timer: fivetuple::tcp::Timer| timer.kind == TimerKind::ZeroWindowProbe;
            lines.any(|line| line.row.timer.is_some_and(probes))
        });
        // What is sent at once belongs to the sentence of connect().
        let connected = real.robot.state.now;
        real.until("a moment", |robot| {
            robot.state.now.since(connected) > std::time::Duration::from_millis(400)
        });
        real.press_until("s", "and its window has no room for the next segment");
        let [server, laptop] = ends(&mut real);
        let [unread, unsent] = [server.queues.recv, laptop.queues.send].map(|n| n.to_string());
        let newest = real.robot.state.notices.newest_first().map(Notice::text);
        let told = newest.map(|text| text.replace(',', "")).find(|text| text.contains("window"));
        let told = told.expect("a sentence on the window");
        assert!(told.contains(&format!("Recv-Q holds {unread} bytes")), "{told} {server:?}");
        assert!(told.contains(&format!("Send-Q holds {unsent} bytes")), "{told} {laptop:?}");
        real.press_until("f", "The FIN has not been sent");
    });
}

/// What the kernel counts in Recv-Q: the FIN, too, until the program has read the end of the data.
#[test]
fn the_fin_counts_as_a_byte_of_recv_q() {
    Real::alone(|mut real| {
        real.robot.state.servers.selected_mut().spec.on_data = OnData::LeaveUnread;
        real.robot.state.servers.selected_mut().spec.closes = ServerCloses::Never;
        real.connect();
        real.press("f");
        real.until("a FIN that has come", |robot| {
            robot.state.sockets.count(TcpState::CloseWait) == 1
        });
        let [server, _] = ends(&mut real);
        assert_eq!((server.queues.recv, server.unread()), (14, 13));
    });
}

/// The kernel ends FIN_WAIT2 by itself where no process holds the socket; its timer has the kind of that of TIME_WAIT.
#[test]
fn a_row_in_fin_wait2_that_timed_out_has_its_reason_and_its_sentence() {
    Real::alone(|mut real| {
        if !done("sysctl", "-qw net.ipv4.tcp_fin_timeout=2") {
            return crate::support::skipped("tcp_fin_timeout cannot be set here");
        }
        real.robot.state.servers.selected_mut().spec.closes = ServerCloses::Never;
        real.connect();
        real.press_until("d", "its row is in FIN_WAIT2");
        let [_, laptop] = ends(&mut real);
        assert_eq!(laptop.timer.map(|timer| timer.kind), Some(TimerKind::TimeWait));
        real.until("timed out", |robot| robot.said().contains("tcp_fin_timeout"));
        let said = said(&real);
        assert!(said.starts_with("laptop's row is gone from FIN_WAIT2: no FIN arrived"), "{said}");
        assert!(real.robot.table().iter().any(|row| row.ends_with("FIN_WAIT2 over")));
    });
}

/// A listener that closes takes with it what accept() has not returned, and nothing else.
#[test]
fn what_waits_for_accept_goes_with_its_listener() {
    Real::alone(|mut real| {
        real.connect();
        real.press_until("a", "accept() is held");
        real.press_until("2c", "laptop opened 2 connections");
        real.until("rows", |robot| robot.state.sockets.count(TcpState::Established) == 6);
        real.press_until("l", "the kernel resets those in the accept queue");
        real.until("reset", |robot| robot.state.sockets.connections() == 1);
        assert_eq!(ends(&mut real).map(|row| row.state), [TcpState::Established; 2]);
        assert_eq!(real.rows().len(), 2);
    });
}

/// A client that binds its port with SO_REUSEADDR may connect from it again while its last connection is in TIME_WAIT.
#[test]
fn a_connection_that_takes_a_five_tuple_over_from_time_wait_says_so() {
    Real::alone(|mut real| {
        real.robot.state.clients.spec.source_port = SourcePort::Fixed(Port(45_000));
        real.robot.state.clients.spec.reuse_addr = true;
        real.connect();
        real.press_until("d", "its row is in TIME_WAIT");
        real.press_until("c", "A row in TIME_WAIT had this 5-tuple");
    });
}
