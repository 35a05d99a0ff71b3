//! The system calls behind the rows.

use crate::view::{
    ALL, LAPTOP, LISTEN, PHONE, Robot, WIDE, own, shows, shows_not, two_connections,
};
use fivetuple::app::Action;
use fivetuple::tcp::{
    Endpoint, Errno, Port, Protocol, Purpose, SockOpt, SocketEvent, SocketId, Syscall,
    SyscallRecord, SyscallResult, SyscallTrace,
};

fn call(on: u32, asked: Syscall, answer: SyscallResult) -> SyscallRecord {
    let on = (!matches!(asked, Syscall::Socket { .. })).then_some(on);
    SyscallRecord { on, asked, answer }
}

fn socket(fd: u32) -> SyscallRecord {
    let protocol = Protocol::Tcp;
    let asked = Syscall::Socket { v6: false, protocol };
    call(fd, asked, SyscallResult::Descriptor(fd))
}

fn told(robot: &mut Robot, purpose: Purpose, row: Option<SocketId>, calls: Vec<SyscallRecord>) {
    robot.hear(SocketEvent::SyscallsTraced(SyscallTrace { purpose, row, calls }));
}

fn client(fd: u32, row: SocketId, bound: bool) -> Vec<SyscallRecord> {
    let (local, remote) = (row.tuple.local, row.tuple.remote);
    let bind = [
        call(fd, Syscall::SetSockOpt(SockOpt::BindAddressNoPort), SyscallResult::Done),
        call(fd, Syscall::Bind(Endpoint { port: Port::ANY, ..local }), SyscallResult::Done),
    ];
    let before = [socket(fd)].into_iter().chain(bind.into_iter().filter(|_| bound));
    let after = [
        call(fd, Syscall::Connect(remote), SyscallResult::Failed(Errno::EINPROGRESS)),
        call(fd, Syscall::ConnectAnswer, SyscallResult::Done),
        call(fd, Syscall::GetSockName, SyscallResult::End(local)),
    ];
    before.chain(after).collect()
}

/// A listener and two clients, the second without bind(); then a listener that failed.
pub(crate) fn with_calls() -> Robot {
    let mut robot = two_connections();
    let at: Endpoint = "127.0.0.1:5000".parse().unwrap();
    let listens = vec![
        socket(9),
        call(9, Syscall::SetSockOpt(SockOpt::ReuseAddr), SyscallResult::Done),
        call(9, Syscall::Bind(at), SyscallResult::Done),
        call(9, Syscall::Listen(128), SyscallResult::Done),
    ];
    told(&mut robot, Purpose::Listen, Some(own(LISTEN, 9).name), listens);
    for (n, [server, client_end]) in (0..).zip([LAPTOP, PHONE]) {
        let (server, client_end) = (own(server, 12), own(client_end, 11));
        let calls = client(11 + 2 * n, client_end.name, n == 0);
        told(&mut robot, Purpose::Connect, Some(client_end.name), calls);
        let caller = SyscallResult::Caller(12 + 2 * n, client_end.name.tuple.local);
        let calls = vec![call(9, Syscall::Accept, caller)];
        told(&mut robot, Purpose::Accept, Some(server.name), calls);
    }
    let refused = vec![
        socket(15),
        call(15, Syscall::Bind(at), SyscallResult::Failed(Errno::EADDRINUSE)),
        call(15, Syscall::Close, SyscallResult::Unread),
    ];
    told(&mut robot, Purpose::Listen, None, refused);
    robot
}

#[test]
fn the_selected_rows_calls_stand_out() {
    let mut robot = with_calls();
    robot.press("i");
    robot.ask(Action::SelectRow(own(LAPTOP[1], 11).name));
    let stranger = own("tcp 0 0 127.0.0.9:1 127.0.0.1:5000 ESTABLISHED inode=77", 3);
    robot.ask(Action::SelectRow(stranger.name));
    shows(&mut robot, &ALL, &["No calls for this row"]);
}

#[test]
fn both_ends_of_the_newest_connection_stand_out() {
    let mut robot = with_calls();
    robot.press("i");
    let closed = vec![call(13, Syscall::Close, SyscallResult::Unread)];
    told(&mut robot, Purpose::Close, Some(own(PHONE[1], 13).name), closed);
    shows(&mut robot, &[WIDE], &["▶ phone closes", "▶ phone: ", "▶ the server's end, for phone"]);
    shows_not(&mut robot, &[WIDE], &["▶ laptop", "▶ the server's end, for laptop"]);
}

#[test]
fn similar_calls_are_counted_and_old_ones_dropped() {
    let mut robot = with_calls();
    robot.press("i");
    robot.hear(SocketEvent::SyscallsOmitted { purpose: Purpose::Connect, count: 9_895 });
    shows(&mut robot, &[WIDE], &["and 9,895 more like this one"]);
    let row = own(PHONE[1], 13).name;
    for _ in 0..400 {
        told(&mut robot, Purpose::Connect, Some(row), client(13, row, true));
    }
    assert!(robot.state.calls.count <= 1000);
    shows(&mut robot, &[WIDE], &["older ones forgotten"]);
    let listens = robot.state.calls.entries.iter().filter(|e| e.record.purpose == Purpose::Listen);
    assert_eq!(listens.count(), 1, "how the listener was made is kept");
}

#[test]
fn remarks_say_which_call_chose_the_port() {
    let row = own(LAPTOP[1], 11).name;
    let any = Endpoint { port: Port::ANY, ..row.tuple.local };
    let bound = [
        socket(20),
        call(20, Syscall::Bind(any), SyscallResult::Done),
        call(20, Syscall::Connect(row.tuple.remote), SyscallResult::Done),
        call(20, Syscall::GetSockName, SyscallResult::End(row.tuple.local)),
    ];
    let late = call(20, Syscall::SetSockOpt(SockOpt::BindAddressNoPort), SyscallResult::Done);
    for (option, when) in [(None, "in bind()"), (Some(late), "in connect()")] {
        let mut robot = two_connections();
        robot.press("i");
        let calls = bound[..1].iter().copied().chain(option).chain(bound[1..].iter().copied());
        told(&mut robot, Purpose::Connect, Some(row), calls.collect());
        let text = crate::view::screen(&mut robot, WIDE);
        let words = format!("the kernel chose the port, {when}");
        assert!(text.contains(&words), "{text}");
        assert_eq!(text.contains("the address only, no port"), option.is_some(), "{text}");
    }
}
