//! Ports that cannot be had, and people who may do little.

use std::net::TcpListener;

use crate::place::{LOCALHOST, listener};
use crate::support::pty::{Terminal, fivetuple};
use crate::support::{netns, skipped};
use crate::terminal::scenario::as_nobody;
use crate::terminal::{broken, dashboard, listen, press_for_rows, quit, wait_rows};

#[test]
fn a_port_that_is_taken_names_who_has_it() {
    netns::alone_if_possible(|| {
        let (taken, at) = listener(LOCALHOST);
        let port = at.port();
        let pid = std::process::id();
        let name = std::fs::read_to_string("/proc/self/comm").unwrap();
        let args = ["--listen", "--port", &port.to_string()];
        let terminal = Terminal::start(fivetuple(&args), 120, 36);
        terminal.wait_for(&broken(&format!("Cannot listen on 127.0.0.1:{port}: bind() failed:")));
        terminal.wait_for("EADDRINUSE");
        terminal.wait_for(&broken(&format!("{} (pid {pid})", name.trim())));
        terminal.wait_for(&format!(r"! +tcp .*127\.0\.0\.1:{port} +0\.0\.0\.0:\* +◎ LISTEN"));
        press_for_rows(&terminal, "c", "ESTABLISHED", 2);
        drop(taken);
        wait_rows(&terminal, "LISTEN", 0);
        terminal.press("0");
        press_for_rows(&terminal, "x", "ESTABLISHED", 0);
        press_for_rows(&terminal, "l", "LISTEN", 1);
        quit(terminal);
    });
}

#[test]
fn a_taken_port_is_explained_after_the_form_too() {
    netns::alone_if_possible(|| {
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = taken.local_addr().unwrap().port().to_string();
        let terminal = dashboard(&[]);
        terminal.press_until("L", "Enter apply");
        terminal.press("Tab");
        terminal.press("ctrl-u");
        terminal.type_text(&port);
        terminal.press_until("Enter", &broken(&format!("(pid {})", std::process::id())));
        terminal.wait_for(&format!(r"! +tcp .*127\.0\.0\.1:{port} "));
        quit(terminal);
    });
}

#[test]
fn two_dashboards_at_one_port_tell_of_each_other() {
    netns::alone_if_possible(|| {
        let first = dashboard(&[]);
        let port = listen(&first);
        let second = Terminal::start(fivetuple(&["--port", &port.to_string()]), 120, 36);
        second.wait_for("fivetuple listens|LISTEN +fivetuple");
        second.press("l");
        let pid = first.pid().as_raw_nonzero();
        second.wait_for("EADDRINUSE");
        second.wait_for(&broken(&format!("fivetuple (pid {pid})")));
        quit(second);
        quit(first);
    });
}

#[test]
fn the_port_can_be_had_again_although_a_client_waits() {
    netns::alone_if_possible(|| {
        let terminal = dashboard(&[]);
        let port = listen(&terminal).to_string();
        quit(terminal);
        let terminal = Terminal::start(fivetuple(&["--port", &port, "--listen"]), 120, 36);
        wait_rows(&terminal, "LISTEN", 1);
        press_for_rows(&terminal, "c", "ESTABLISHED", 2);
        press_for_rows(&terminal, "d", "TIME_WAIT", 1);
        for _ in 0..3 {
            press_for_rows(&terminal, "l", "LISTEN", 0);
            press_for_rows(&terminal, "l", "LISTEN", 1);
        }
        quit(terminal);
    });
}

#[test]
fn nobody_is_told_which_ports_need_a_privilege() {
    let start = std::fs::read_to_string("/proc/sys/net/ipv4/ip_unprivileged_port_start").unwrap();
    let start = start.trim();
    if start == "0" {
        return skipped("every port is unprivileged here");
    }
    let terminal = Terminal::start(as_nobody(&["--port", "1", "--listen"]), 120, 36);
    terminal.wait_for(&broken("Cannot listen on 127.0.0.1:1: bind() failed:"));
    terminal.wait_for("EACCES");
    terminal.wait_for(&broken(&format!("Ports below {start} need root")));
    quit(terminal);
}
