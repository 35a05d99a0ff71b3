//! The programs that are written from the recorded calls: they compile, run, and make the same rows.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use fivetuple::app::Holder;
use fivetuple::tcp::{ListenerId, SocketRow, TcpState};

use crate::real_robot::Real;
use crate::support::{skipped, skipped_none};

/// The rows as far as they can be the same again: ports that the kernel chose are not.
fn shape(rows: &[SocketRow]) -> Vec<String> {
    let end = |end: fivetuple::tcp::Endpoint| match end.port.0 {
        5000 => end.to_string(),
        6000..=6099 => format!("{}:6000-6099", end.ip),
        _ => format!("{}:any", end.ip),
    };
    let row = |row: &SocketRow| {
        let tuple = row.tuple;
        let backlog = if tuple.is_connected() { 0 } else { row.queues.send };
        format!("{} {} {} {backlog}", end(tuple.local), end(tuple.remote), row.state)
    };
    // The program that ran before has left its TIME_WAIT.
    let live = rows.iter().filter(|row| row.state != TcpState::TimeWait);
    let mut shape: Vec<String> = live.map(row).collect();
    shape.sort();
    shape
}

fn start(command: &mut Command) -> Child {
    let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = piped.spawn().unwrap();
    let mut line = String::new();
    let mut said = BufReader::new(child.stdout.as_mut().unwrap());
    said.read_line(&mut line).unwrap();
    assert!(line.contains("netstat -atn | grep ':5000 '"), "{line:?}");
    child
}

fn end(mut child: Child) {
    child.stdin.take().unwrap().write_all(b"\n").unwrap();
    assert!(child.wait().unwrap().success());
}

/// Compiles and runs the written programs one after the other; each makes `wanted`.
fn both_make(real: &mut Real, wanted: &[String]) {
    let texts = real.saved();
    assert_eq!(texts.len(), 2);
    real.press("r r");
    real.until("all closed", |robot| {
        robot.state.ends.of_clients().count() == 0 && !robot.state.server().is_listening()
    });
    let folder = tempfile::tempdir().unwrap();
    for (ending, text) in texts {
        let file = folder.path().join(format!("rows.{ending}"));
        std::fs::write(&file, &text).unwrap();
        let mut command = match ending {
            "c" => match compile(&file) {
                Some(program) => Command::new(program),
                None => continue,
            },
            _ => Command::new("python3"),
        };
        if ending == "py" {
            let there = Command::new("python3").arg("-V").output();
            if !there.is_ok_and(|said| said.status.success()) {
                skipped("no python3 here: the Python program was not run");
                continue;
            }
            command.arg(&file);
        }
        let child = start(&mut command);
        assert_eq!(shape(&real.rows()), wanted, "{text}");
        end(child);
    }
}

fn compile(file: &Path) -> Option<std::path::PathBuf> {
    let program = file.with_extension("");
    let cc = Command::new("cc")
        .args(["-std=gnu11", "-Wall", "-Wextra", "-Werror", "-o"])
        .args([&program, file])
        .output();
    let Ok(cc) = cc else { return skipped_none("no cc here: the C program was not compiled") };
    assert!(cc.status.success(), "{}", String::from_utf8_lossy(&cc.stderr));
    Some(program)
}

#[test]
fn a_listener_and_two_computers() {
    Real::alone(|mut real| {
        real.press_until("l", "Listening on");
        real.press_until("c", "laptop connected");
        real.press_until("> c", "phone connected");
        real.until("accepted", |robot| {
            robot.state.ends.count(Holder::Server(ListenerId::FIRST)) == 2
        });
        let wanted = shape(&real.rows());
        assert_eq!(wanted.len(), 5);
        real.press("W");
        both_make(&mut real, &wanted);
    });
}

#[test]
fn options_held_accept_and_a_burst() {
    Real::alone(|mut real| {
        let state = &mut real.robot.state;
        state.servers.selected_mut().spec.reuse_addr = true;
        state.servers.selected_mut().spec.reuse_port = true;
        state.servers.selected_mut().spec.listeners = 2;
        state.servers.selected_mut().spec.backlog = 60;
        state.clients.spec.source_port =
            fivetuple::tcp::SourcePort::Range("6000-6099".parse().unwrap());
        real.press_until("l", "2 sockets share");
        real.press_until("30c", "opened 30");
        real.until("accepted", |robot| {
            robot.state.ends.count(Holder::Server(ListenerId::FIRST)) == 30
        });
        real.until("all is told", |robot| {
            robot.state.calls.entries.iter().map(|entry| entry.omitted).sum::<u32>() >= 2 * 22
        });
        let wanted = shape(&real.rows());
        assert_eq!(wanted.len(), 62);
        real.press("W");
        let texts = real.saved();
        for (ending, text) in &texts {
            for option in ["SO_REUSEADDR", "SO_REUSEPORT", "IP_LOCAL_PORT_RANGE", "6000"] {
                assert!(text.contains(option), "{option} in {ending}: {text}");
            }
        }
        real.press("W");
        both_make(&mut real, &wanted);
    });
}

#[test]
fn connections_without_a_listener_and_a_call_without_an_answer() {
    Real::alone(|mut real| {
        real.robot.state.servers.selected_mut().spec.backlog = 0;
        real.connect();
        real.press_until("a", "accept() is held");
        real.press_until("c", "accept() has not been called yet");
        real.press_until("c", "is connecting to");
        let wanted = shape(&real.rows());
        assert!(wanted.iter().any(|row| row.contains("SYN_SENT")), "{wanted:?}");
        real.press("W");
        both_make(&mut real, &wanted);
    });
}

#[test]
fn nothing_open_is_nothing_to_write() {
    let mut robot = crate::robot::Robot::new();
    assert!(robot.orders_by("W").is_empty());
    robot.says("Nothing to write");
}
