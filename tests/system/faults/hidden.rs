//! A /proc that hides other people's processes.

use std::net::TcpStream;
use std::process::Command;

use crate::support::pty::command;
use crate::support::skipped;
use crate::terminal::{listen, quit, started};

/// Does as it is told where /proc shows nobody but themselves, in a mount namespace of its own (`hidepid`, proc(5)).
const AS_NOBODY: &str = "mount -t proc -o hidepid=2 proc /proc && \
    exec setpriv --reuid=65534 --regid=65534 --clear-groups \"$@\"";

fn hiding<'a>(line: &[&'a str]) -> Vec<&'a str> {
    [&["-m", "sh", "-c", AS_NOBODY, "sh"], line].concat()
}

#[test]
fn an_owner_that_is_hidden_is_a_dash_with_its_reason_told_once() {
    let program = env!("CARGO_BIN_EXE_fivetuple");
    let tried = Command::new("unshare").args(hiding(&[program, "--version"])).output();
    if !tried.is_ok_and(|output| output.status.success()) {
        return skipped("unshare, mount and setpriv are needed, and root's privileges");
    }
    let line = hiding(&[program, "--port", "0"]);
    let terminal = started(command("unshare", &line));
    let port = listen(&terminal);
    let me = rustix::process::geteuid().as_raw();
    let row =
        format!(r"127\.0\.0\.1:\d+ +127\.0\.0\.1:{port} +● ESTABLISHED - .* - \((of )?user {me}\)");
    let told = format!("The owners of user {me}'s sockets are not shown");
    let _first = TcpStream::connect(("127.0.0.1", port)).unwrap();
    terminal.wait_for(&row);
    terminal.wait_for(&told);
    let _second = TcpStream::connect(("127.0.0.1", port)).unwrap();
    terminal.wait_for(&format!(r"{row}(.*\n){{2}}.*{row}"));
    // Who holds our own sockets is known all the same.
    terminal.wait_for(r"LISTEN +listener .* fd \d+");
    // Another search has come back by the time that a name would have come.
    terminal.press_until("c", "laptop connected");
    assert_eq!(terminal.screen().matches(&told).count(), 1, "{}", terminal.screen());
    quit(terminal);
}
