//! What is written to the terminal, and when: whole frames, and nothing while nothing changes.

use std::time::Duration;

use crate::support::clock::Deadline;
use crate::support::pty::Terminal;
use crate::support::{netns, skipped};
use crate::terminal::{
    LIMIT, count, dashboard, frames, listen, press_for_rows, quit, wait_connections,
};

#[test]
fn an_idle_dashboard_writes_nothing() {
    netns::alone_if_possible(|| {
        let mut terminal = dashboard(&[]);
        let mark = terminal.mark();
        assert!(!terminal.exits_within(Duration::from_millis(1500)), "ended by itself");
        let idle = terminal.bytes_since(mark);
        assert_eq!(frames(&idle), 0, "{}", idle.escape_ascii());
        terminal.press("K");
        terminal.press_until("e", " e ");
        let drawn = frames(&terminal.bytes_since(mark));
        assert!(drawn <= 2, "{drawn} frames for two keys");
        quit(terminal);
    });
}

#[test]
fn every_byte_is_part_of_a_frame() {
    netns::alone_if_possible(|| {
        let terminal = dashboard(&[]);
        let begin = terminal.bytes_since(0);
        let first = begin.windows(8).position(|part| part == b"\x1b[?2026h").unwrap();
        listen(&terminal);
        press_for_rows(&terminal, "c", "ESTABLISHED", 2);
        terminal.resize(80, 24);
        press_for_rows(&terminal, "d", "TIME_WAIT", 1);
        terminal.press_until("?", "All keys");
        terminal.press_until("Esc", "What happened");
        let raw = terminal.bytes_since(first);
        let mut left = &raw[..];
        while let Some(frame) = left.strip_prefix(b"\x1b[?2026h") {
            let Some(end) = frame.windows(8).position(|part| part == b"\x1b[?2026l") else { break };
            let body = &frame[..end];
            assert_eq!(frames(body), 0, "a frame within a frame: {}", body.escape_ascii());
            // A screen that is cleared is painted in the same frame, or it would flash.
            assert!(count(body, b"\x1b[2J") == 0 || end > 500, "blank: {}", body.escape_ascii());
            left = &frame[end + 8..];
        }
        let whole = left.is_empty() || left.starts_with(b"\x1b[?2026h");
        assert!(whole, "outside of a frame: {}", left.escape_ascii());
        quit(terminal);
    });
}

#[test]
fn with_no_mouse_the_terminal_keeps_it() {
    for (args, asked) in [(&[][..], true), (&["--no-mouse"][..], false)] {
        let raw = dashboard(args).bytes_since(0);
        for mode in [&b"\x1b[?1000h"[..], b"\x1b[?1002h", b"\x1b[?1003h", b"\x1b[?1006h"] {
            assert!(asked || count(&raw, mode) == 0, "{args:?}: {}", mode.escape_ascii());
        }
        assert_eq!(count(&raw, b"\x1b[?1006h") > 0, asked);
    }
}

#[test]
fn a_storm_of_sizes_costs_few_frames() {
    netns::alone_if_possible(|| {
        let terminal = dashboard(&[]);
        listen(&terminal);
        let mark = terminal.mark();
        for n in 0..500 {
            terminal.resize(60 + n % 100, 18 + n % 40);
        }
        terminal.resize(90, 30);
        press_for_rows(&terminal, "c", "ESTABLISHED", 2);
        let drawn = frames(&terminal.bytes_since(mark));
        assert!(drawn < 100, "{drawn} frames");
        let screen = terminal.screen();
        let wide = screen.lines().map(|line| line.chars().count()).max();
        assert_eq!(wide, Some(90), "{screen}");
        quit(terminal);
    });
}

#[test]
fn a_timeline_that_stands_writes_at_most_one_frame_a_second() {
    netns::alone_if_possible(|| {
        let mut terminal = dashboard(&[]);
        listen(&terminal);
        terminal.press_until("t", "the last 10 s");
        assert!(!terminal.exits_within(Duration::from_millis(3500)), "ended by itself");
        let mark = terminal.mark();
        assert!(!terminal.exits_within(Duration::from_millis(2500)), "ended by itself");
        let bytes = terminal.bytes_since(mark);
        assert!(frames(&bytes) <= 3, "{}", bytes.escape_ascii());
        assert!(bytes.len() < 4000, "{}", count(&bytes, b"H"));
        quit(terminal);
    });
}

#[test]
fn the_memory_of_a_burst_is_given_back_once_it_is_calm() {
    if !cfg!(target_env = "gnu") {
        return skipped("only glibc keeps memory back");
    }
    netns::alone_if_possible(|| {
        let mut terminal = dashboard(&[]);
        listen(&terminal);
        terminal.type_text("2500c");
        wait_connections(&terminal, "2,500");
        terminal.press_until("r", "Press r again to reset");
        press_for_rows(&terminal, "r", "ESTABLISHED", 0);
        let burst = memory(&terminal);
        let deadline = Deadline::after(LIMIT);
        while memory(&terminal) * 4 > burst * 3 {
            assert!(!deadline.left().is_zero(), "{} kB of {burst} kB are kept", memory(&terminal));
            assert!(!terminal.exits_within(Duration::from_millis(250)), "ended by itself");
        }
        quit(terminal);
    });
}

/// How much memory of its own it has, in kB.
fn memory(terminal: &Terminal) -> u64 {
    let path = format!("/proc/{}/status", terminal.pid().as_raw_nonzero());
    let status = std::fs::read_to_string(path).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:"));
    line.unwrap().trim().trim_end_matches(" kB").parse().unwrap()
}
