//! Other programs at the port, and what they say: shown as bytes, whatever it is.

use std::io::Write;
use std::net::{Shutdown, TcpStream};

use crate::support::netns;
use crate::support::pty::Terminal;
use crate::terminal::{dashboard, listen, quit, wait_connections};

/// Says `payload` to the dashboard's server, and waits until what it `shows` is there.
fn say(terminal: &Terminal, port: u16, payload: &[u8], shows: &str) {
    let mut stranger = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stranger.write_all(payload).unwrap();
    let said = format!("sent \"{}", regex::escape(shows));
    terminal.wait_for(&said);
    stranger.shutdown(Shutdown::Both).unwrap();
}

/// Whether the bytes hold nothing but letters, the glyphs of the dashboard, and the sequences that paint cells.
fn check_wire(raw: &[u8]) {
    // The last frame may not be whole yet.
    let end = raw.windows(8).rposition(|part| part == b"\x1b[?2026l").unwrap();
    let text = std::str::from_utf8(&raw[..end]).expect("UTF-8 only");
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            ' '..='~'
            | '\u{b7}'
            | '\u{2026}'
            | '\u{2190}'..='\u{21ff}'
            | '\u{2500}'..='\u{25ff}'
            | '\u{2717}' => {}
            '\x1b' => {
                assert_eq!(chars.next(), Some('['), "an escape sequence that is no CSI");
                let last = chars.find(|c| ('@'..='~').contains(c));
                assert!(last.is_some_and(|c| "HmJhl".contains(c)), "CSI {last:?}");
            }
            foreign => panic!("{foreign:?} came out raw"),
        }
    }
}

/// The frame of the panes is whole: each line begins and ends with a border.
fn check_frame(screen: &str) {
    let mut lines: Vec<_> = screen.lines().skip(1).collect();
    lines.pop();
    assert_eq!(lines.len(), 34, "{screen}");
    for line in lines {
        let ends = [line.chars().next(), line.trim_end().chars().last()];
        for end in ends {
            assert!(end.is_some_and(|c| "╭│╰╮╯┏┃┗┓┛█".contains(c)), "{line}\n{screen}");
        }
        assert_eq!(line.trim_end().chars().count(), 120, "{line}\n{screen}");
    }
}

#[test]
fn hostile_bytes_are_shown_and_never_sent_on() {
    netns::alone_if_possible(|| {
        let table: [(&[u8], &str); 18] = [
            (b"\x1b[2Jcleared", r"\x1b[2Jcleared"),
            (b"\x1b]0;title\x07", r"\x1b]0;title\x07"),
            (b"\x1b]8;;http://x/\x1b\\link", r"\x1b]8;;http://x/\x1b\\link"),
            (b"\x1b]52;c;cm0gLXJm\x07", r"\x1b]52;c;cm0gLXJm\x07"),
            (b"\x1bP$q\"p\x1b\\", r#"\x1bP$q\"p\x1b\\"#),
            (b"\x9b31mred", r"\x9b31mred"),
            (b"a\0b\x07c\x08d", r"a\x00b\x07c\x08d"),
            (b"one\rtwo\tthree\nfour", r"one\rtwo\tthree\nfour"),
            (b"gone\x7f", r"gone\x7f"),
            ("abc\u{202e}def".as_bytes(), r"abc\xe2\x80\xaedef"),
            ("a\u{200b}b\u{2066}c".as_bytes(), r"a\xe2\x80\x8bb\xe2\x81\xa6c"),
            ("\u{e0041}tag".as_bytes(), r"\xf3\xa0\x81\x81tag"),
            ("e\u{301}\u{301}\u{301}".as_bytes(), r"e\xcc\x81\xcc\x81\xcc\x81"),
            ("wide \u{5927}".as_bytes(), r"wide \xe5\xa4\xa7"),
            (b"\xff\xfe\xc3(", r"\xff\xfe\xc3("),
            (b"\x80lone", r"\x80lone"),
            (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", r"GET / HTTP/1.1\r\nHost"),
            (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", r"\x16\x03\x01\x02\x00\x01"),
        ];
        let terminal = dashboard(&[]);
        let port = listen(&terminal);
        for (payload, shows) in table {
            say(&terminal, port, payload, shows);
        }
        wait_connections(&terminal, "0");
        check_frame(&terminal.screen());
        check_wire(&terminal.bytes_since(0));
        quit(terminal);
    });
}

#[test]
fn a_character_that_comes_in_pieces_is_shown_piece_by_piece() {
    let terminal = dashboard(&[]);
    let port = listen(&terminal);
    let mut stranger = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stranger.set_nodelay(true).unwrap();
    for (piece, shows) in [(&b"\xf0\x9f"[..], r"\xf0\x9f"), (b"\x98\x80", r"\x98\x80")] {
        stranger.write_all(piece).unwrap();
        terminal.wait_for(&regex::escape(shows));
    }
    check_wire(&terminal.bytes_since(0));
    quit(terminal);
}

#[test]
fn much_data_without_a_line_end_keeps_the_screen_alive() {
    netns::alone_if_possible(|| {
        let terminal = dashboard(&[]);
        let port = listen(&terminal);
        let mut stranger = TcpStream::connect(("127.0.0.1", port)).unwrap();
        let block = vec![b'x'; 1 << 20];
        for _ in 0..100 {
            stranger.write_all(&block).unwrap();
        }
        terminal.wait_for("(received|in) 104 MB");
        terminal.press_until("?", "All keys");
        terminal.press("Esc");
        drop(stranger);
        wait_connections(&terminal, "0");
        let status =
            std::fs::read_to_string(format!("/proc/{}/status", terminal.pid().as_raw_nonzero()))
                .unwrap();
        let most = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        let most: u64 = most.trim().trim_end_matches(" kB").parse().unwrap();
        assert!(most < 64 * 1024, "{most} kB of memory");
        quit(terminal);
    });
}
