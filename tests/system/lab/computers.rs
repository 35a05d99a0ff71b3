use std::collections::BTreeMap;
use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use fivetuple::lab::{Lab, SocketKind};
use fivetuple::tcp::{Host, LabSpec, Port, PortRange, TcpState};

use rustix::process::{Pid, Signal, kill_process};

use crate::lab::{Bench, LAPTOP, PHONE, SERVER, THREE, bench, wait_until};
use crate::support::again::as_nobody_too;
use crate::support::clock::now;
use crate::support::{program, skipped};
use crate::terminal::children;

/// What `ip` prints, and every setting of the network that can be read.
fn machine() -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    for words in [
        &["-o", "link"][..],
        &["-o", "address"],
        &["route", "show"],
        &["-6", "route"],
        &["netns", "list"],
        // Others come and go by themselves.
        &["neighbour", "show", "nud", "permanent"],
    ] {
        let output = Command::new("ip").args(words).output();
        let text = output.map_or_else(
            |why| why.to_string(),
            |output| String::from_utf8_lossy(&output.stdout).into_owned(),
        );
        all.insert(words.join(" "), text);
    }
    let mut folders = vec!["/proc/sys/net".into()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if let Ok(text) = fs::read_to_string(&path) {
                all.insert(path.display().to_string(), text);
            }
        }
    }
    all
}

#[test]
fn a_lab_is_up_in_a_moment_and_the_machine_stays_as_it_was() {
    as_nobody_too(|| {
        let before = machine();
        let mut took = Vec::new();
        // What takes longer while others work takes no longer each time.
        while took.iter().all(|took| *took >= Duration::from_millis(500)) {
            assert!(took.len() < 5, "{took:?}");
            let begun = now();
            let Some(bench) = bench() else { return };
            took.push(begun.elapsed());
            assert_eq!(machine(), before);
            let helper = bench.lab.helper.pid();
            drop(bench);
            assert_eq!(machine(), before);
            assert!(!Path::new(&format!("/proc/{helper}")).exists());
        }
    });
}

#[test]
fn any_port_can_be_listened_at_and_called() {
    as_nobody_too(|| {
        let Some(bench) = bench() else { return };
        for port in [80, 500, 5000] {
            let server = bench.listen(SERVER, port);
            let laptop = bench.call(LAPTOP, bench.at(SERVER, port));
            let (accepted, from) = server.accept().expect("accept");
            let from = from.as_socket().expect("an address");
            assert_eq!(from.ip(), bench.at(LAPTOP, 0).ip());
            assert!(PortRange::DEFAULT.contains(Port(from.port())), "{from}");
            let both = [TcpState::Established];
            assert_eq!(bench.states(LAPTOP, port), both);
            assert_eq!(bench.states(SERVER, port), both);
            assert_eq!(bench.states(PHONE, port), []);
            laptop.set_nonblocking(false).unwrap();
            let (mut here, mut there) = (TcpStream::from(laptop), TcpStream::from(accepted));
            let long: Vec<u8> = (0..=255).cycle().take(1 << 20).collect();
            let sender = std::thread::spawn({
                let long = long.clone();
                move || here.write_all(&long)
            });
            let mut received = vec![0; long.len()];
            there.read_exact(&mut received).expect("all of it");
            sender.join().unwrap().expect("sent");
            assert!(received == long, "what arrives is what was sent");
        }
    });
}

#[test]
fn the_computers_have_the_range_that_is_asked_for() {
    as_nobody_too(|| {
        let range = "1024-65535".parse().expect("a range");
        let spec = LabSpec { computers: 2, ports: Some(range) };
        let lab = match Lab::start(Path::new(env!("CARGO_BIN_EXE_fivetuple")), spec) {
            Ok(lab) => lab,
            Err(why) => return skipped(&format!("no lab here: {why:?}")),
        };
        assert_eq!(lab.pool.ports(), range);
        let ips: Vec<String> = lab.computers.iter().map(|one| one.ip.to_string()).collect();
        assert_eq!(ips, ["192.168.1.10", "192.168.1.13"]);
        assert!(lab.pool.take(Host(3), SocketKind::Tcp4).is_err());
    });
}

fn signal_helper(bench: &Bench, signal: Signal) {
    let pid = i32::try_from(bench.lab.helper.pid()).unwrap();
    kill_process(Pid::from_raw(pid).unwrap(), signal).unwrap();
}

#[test]
fn without_its_helper_a_lab_gives_no_more_sockets_and_says_so() {
    let Some(mut bench) = bench() else { return };
    let kept = bench.listen(SERVER, 80);
    signal_helper(&bench, Signal::KILL);
    let why = bench.lab.helper.wait().expect("a reason");
    assert!(why.contains("signal 9"), "{why}");
    let refused = bench.lab.pool.take(PHONE, SocketKind::Tcp4).unwrap_err();
    assert_eq!(refused.raw_os_error(), Some(libc::EHOSTUNREACH));
    drop(kept);
}

#[test]
fn a_helper_that_does_not_answer_in_time_is_ended_and_so_is_the_lab() {
    let Some(mut bench) = bench() else { return };
    signal_helper(&bench, Signal::STOP);
    let pool = &bench.lab.pool;
    pool.set_timeout(Duration::from_millis(1)).unwrap();
    let refused = pool.take(SERVER, SocketKind::Tcp4).unwrap_err();
    assert_eq!(refused.raw_os_error(), Some(libc::EHOSTUNREACH));
    let why = bench.lab.helper.wait().expect("a reason");
    assert_eq!(why, "the lab's helper process did not answer in time");
}

#[test]
fn a_helper_ends_with_whoever_started_it_however_that_ends() {
    as_nobody_too(|| {
        if Lab::start(Path::new(env!("CARGO_BIN_EXE_fivetuple")), THREE).is_err() {
            return skipped("no lab here");
        }
        let mut started = program(["lab", "--", "sleep", "1000"]).spawn().expect("it starts");
        let of = Pid::from_child(&started);
        let read = |pid: &Pid, file: &str| {
            let path = format!("/proc/{}/{file}", pid.as_raw_nonzero());
            fs::read_to_string(path).unwrap_or_default()
        };
        wait_until("the helper and the program", || {
            let pids = children(of);
            pids.len() == 2 && pids.iter().any(|pid| read(pid, "cmdline").starts_with("sleep"))
        });
        let pids = children(of);
        started.kill().expect("kill -9");
        started.wait().expect("its end");
        wait_until("both to be gone", || {
            let stats = pids.iter().map(|pid| read(pid, "stat"));
            stats.into_iter().all(|stat| stat.is_empty() || stat.contains(") Z "))
        });
    });
}
