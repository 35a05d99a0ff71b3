//! The lab of a dashboard, and what becomes of it when its wire or its helper breaks.

use std::fs;
use std::time::Duration;

use pcap_file::pcapng::{Block, PcapNgReader};
use rustix::process::{Pid, Signal, kill_process};

use crate::lab::commands::{lab, possible, possible_with_ip};
use crate::lab::wait_until;
use crate::ran::{self, Ran, ran};
use crate::support::again::as_nobody_too_if;
use crate::support::clock::now;
use crate::support::pty::{Terminal, command, fivetuple};
use crate::support::skipped;
use crate::terminal::{broken, lab_dashboard, quit};

/// Runs a program on a computer of the lab of a dashboard.
fn on(terminal: &Terminal, computer: &str, words: &[&str]) -> Ran {
    let pid = terminal.pid().as_raw_nonzero().to_string();
    ran(lab(&["--join", &pid, "--on", computer, "--"]).args(words))
}

#[test]
fn what_is_sent_to_a_computer_whose_link_is_down_is_lost() {
    if !possible_with_ip() {
        return;
    }
    let terminal = lab_dashboard();
    terminal.wait_for(r"laptop +192\.168\.1\.13");
    on(&terminal, "server", &["ip", "link", "set", "eth0", "down"]).ends(0, &[]);
    terminal.press_until("c", "lost: no link");
    quit(terminal);
}

#[test]
fn a_server_that_gives_up_on_a_held_handshake_says_so() {
    if !possible() {
        return;
    }
    let terminal = lab_dashboard();
    terminal.wait_for(r"laptop +192\.168\.1\.13");
    let once = "echo 1 > /proc/sys/net/ipv4/tcp_synack_retries";
    let set = on(&terminal, "server", &["sh", "-c", once]);
    if !set.err.is_empty() {
        return skipped(&format!("the settings of the lab's computers cannot be made: {set:?}"));
    }
    terminal.press_until("l", r":500 +0\.0\.0\.0:\* +\S LISTEN");
    terminal.press_until("h", "HELD: 0 queued");
    terminal.press_until("c", "HELD: 1 queued");
    terminal.press_until("o", "SYN_RECV");
    terminal.wait_for(&broken(
        "The server gave up on the handshake: its SYN+ACK and 1 retransmission were not answered.",
    ));
    quit(terminal);
}

#[test]
fn a_dashboard_s_lab_can_be_joined_and_is_gone_with_it() {
    as_nobody_too_if(possible_with_ip, || {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("wire.pcapng");
        let path = file.to_str().expect("a path in UTF-8");
        let args = ["--lab", "--computers", "3", "--port", "0", "--pcap", path];
        let terminal = Terminal::start(fivetuple(&args), 120, 36);
        wait_until("the lab", || {
            on(&terminal, "tablet", &["ip", "-o", "address"]).out.contains("192.168.1.15/24")
        });
        let own = env!("CARGO_BIN_EXE_fivetuple");
        on(&terminal, "laptop", &[own, "connect", "192.168.1.10:80"]).ends(1, &["ECONNREFUSED"]);

        let helper = helper_of(&terminal);
        let begun = now();
        quit(terminal);
        let took = begun.elapsed();
        assert!(took < Duration::from_secs(2), "{took:?}");
        wait_until("the end of the helper", || {
            !fs::exists(format!("/proc/{helper}")).unwrap_or(true)
        });
        let mut reader = PcapNgReader::new(fs::File::open(&file).unwrap()).expect("a header");
        let mut frames = 0;
        while let Some(block) = reader.next_block() {
            frames += u32::from(matches!(block.expect("a block"), Block::EnhancedPacket(_)));
        }
        assert_eq!(frames, 2, "SYN and RST");
    });
}

fn helper_of(terminal: &Terminal) -> String {
    let tasks = format!("/proc/{}/task", terminal.pid().as_raw_nonzero());
    let tasks = fs::read_dir(tasks).expect("its threads").flatten();
    let children = tasks.map(|task| fs::read_to_string(task.path().join("children")));
    let children: String = children.map(Result::unwrap_or_default).collect();
    children.trim().to_owned()
}

#[test]
fn a_file_that_cannot_be_written_is_told_before_the_screen_is_taken() {
    let mut terminal = Terminal::start(fivetuple(&["--lab", "--pcap", "/dev/full"]), 120, 36);
    assert_eq!(terminal.wait_exit(), 1);
    let screen = terminal.screen();
    assert!(screen.contains("cannot write the capture to /dev/full"), "{screen}");
    assert!(screen.contains("No space left on device (ENOSPC)"), "{screen}");
    assert!(!screen.contains("os error"), "{screen}");
    ran::fivetuple(&["--pcap", "wire.pcapng"]).ends(2, &[]);
}

#[test]
fn a_capture_that_stops_stays_on_the_screen_fails_and_ends_with_a_whole_block() {
    if !possible() {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("wire.pcapng");
    let path = file.to_str().expect("a path in UTF-8");
    // At most 4 KiB a file, in units of 512 bytes or of 1 KiB.
    let limited = "ulimit -f 4; exec \"$@\"";
    let program = env!("CARGO_BIN_EXE_fivetuple");
    let lab = ["--lab", "--port", "500", "--pcap", path];
    let args = [&["-c", limited, "sh", program], &lab[..]].concat();
    let mut terminal = Terminal::start(command("sh", &args), 120, 36);
    terminal.wait_for(r"laptop +192\.168\.1\.13");
    terminal.press_until("l", r":500 .* LISTEN");
    terminal.type_text("40c");
    terminal.wait_for(r"The capture has stopped: File too large \(EFBIG\)");
    terminal.press_until("t", "capture stopped");
    terminal.press("q");
    assert_eq!(terminal.wait_exit(), 1);
    let said = terminal.screen();
    assert!(said.contains("wire.pcapng has stopped: File too large (EFBIG)"), "{said}");
    let mut reader = PcapNgReader::new(fs::File::open(&file).unwrap()).expect("a header");
    let mut frames = 0;
    while let Some(block) = reader.next_block() {
        frames += u32::from(matches!(block.expect("a whole block"), Block::EnhancedPacket(_)));
    }
    assert!(frames > 5, "{frames}");
}

#[test]
fn a_helper_that_is_stopped_freezes_no_key_and_the_lab_can_be_taken_down() {
    if !possible() {
        return;
    }
    let terminal = lab_dashboard();
    terminal.wait_for(r"laptop +192\.168\.1\.13");
    let helper = helper_of(&terminal).parse().ok();
    let helper = helper.and_then(Pid::from_raw).expect("a process");
    kill_process(helper, Signal::STOP).expect("it runs");
    // Each of these needs a socket that only the helper can make.
    let begun = now();
    terminal.type_text("cccl?");
    terminal.wait_for("Views");
    terminal.press("Esc");
    terminal.press_until("N", r"laptop +127\.0\.0\.2");
    let took = begun.elapsed();
    // Whoever waits for the helper waits for five seconds.
    assert!(took < Duration::from_secs(5), "{took:?}");
    terminal.press_until("N", r"laptop +192\.168\.1\.13");
    quit(terminal);
}

#[test]
fn where_the_wire_breaks_the_program_is_ended_and_the_reason_is_told() {
    if !possible() {
        return;
    }
    // The call reaches nobody who listens; its answer is never told.
    let calls =
        format!("{} connect 192.168.1.13:500; exec sleep 1000", env!("CARGO_BIN_EXE_fivetuple"));
    let said = ran(lab(&["--", "sh", "-c", &calls]).env("FIVETUPLE_PANIC", "wire"));
    said.ends(1, &["the lab's wire failed: broken on purpose: wire"]);
}
