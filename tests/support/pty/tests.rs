use std::time::Duration;

use rustix::process::Signal;

use super::{Terminal, command, fivetuple};

fn sh(script: &str) -> Terminal {
    Terminal::start(command("/bin/sh", &["-c", script]), 40, 6)
}

#[test]
fn keys_go_in_and_a_screen_comes_out() {
    let mut terminal = sh("read -r word; printf 'got \\033[1;31m%s\\033[m\\n' \"$word\"; exit 3");
    terminal.type_text("helo");
    terminal.press("Backspace");
    terminal.press("l");
    terminal.type_text("o");
    terminal.wait_for("hello");
    let mark = terminal.mark();
    terminal.press("Enter");
    terminal.wait_for("got hello");
    let word = &terminal.cells_of("got hello")[4..];
    assert!(word.iter().all(|cell| cell.bold() && cell.fgcolor() == vt100::Color::Idx(1)));
    assert_eq!(terminal.wait_exit(), 3);
    let after = terminal.bytes_since(mark);
    assert!(after.starts_with(b"\r\ngot "), "{}", after.escape_ascii());
    assert!(terminal.screen().contains("got hello"));
}

#[test]
fn a_signal_is_128_and_its_number() {
    let mut terminal = sh("echo ready; exec sleep 100");
    terminal.wait_for("ready");
    terminal.signal(Signal::TERM);
    assert_eq!(terminal.wait_exit(), 143);
    let mut terminal = sh("echo ready; exec sleep 100");
    terminal.wait_for("ready");
    terminal.press("ctrl-c");
    assert_eq!(terminal.wait_exit(), 130);
}

#[test]
fn a_program_hears_of_a_new_size() {
    let terminal = sh("trap 'stty size' WINCH; echo ready; while :; do sleep 0.01; done");
    terminal.wait_for("ready");
    terminal.resize(100, 30);
    terminal.wait_for("30 100");
    assert_eq!(terminal.styled().size().1.get(), 100);
}

#[test]
fn a_closed_window_hangs_up() {
    let mut terminal = sh("echo ready; exec sleep 100");
    terminal.wait_for("ready");
    assert!(!terminal.exits_within(Duration::ZERO));
    terminal.close_master();
    assert_eq!(terminal.wait_exit(), 129);
}

#[test]
fn a_paste_is_framed() {
    let terminal = sh("stty -icanon -echo; echo ready; exec cat -v");
    terminal.wait_for("ready");
    terminal.paste("one\ntwo");
    terminal.wait_for(r"\^\[\[200~one\ntwo\^\[\[201~");
}

#[test]
fn a_large_paste_does_not_block() {
    let terminal = sh("stty raw -echo; echo ready; head -c 200012 | wc -c; exec sleep 100");
    terminal.wait_for("ready");
    terminal.paste(&"x".repeat(200_000));
    terminal.wait_for("200012");
}

#[test]
fn a_terminal_given_back_passes() {
    let mut terminal = sh(
        "printf '\\033[?1049h\\033[?25l\\033[?2004h\\033[?1000h'; stty raw -echo; echo on; read -r _; \
         stty sane; printf '\\033[?1000l\\033[?2004l\\033[?25h\\033[?1049l'",
    );
    terminal.wait_for("on");
    terminal.type_text("\n");
    assert_eq!(terminal.wait_exit(), 0);
    terminal.assert_restored();
}

#[test]
fn a_terminal_kept_is_found_out() {
    let table = [
        ("true", "entered 0 times"),
        ("printf '\\033[?1049h'", "left 0 times"),
        ("printf '\\033[?1049h\\033[?25l\\033[?1049l'", "cursor"),
        ("printf '\\033[?1049h\\033[?1003h\\033[?1049l'", "mouse"),
        ("printf '\\033[?1049h\\033[?2004h\\033[?1049l'", "bracketed paste"),
        ("printf '\\033[?1049h\\033[?1049l'; stty -icanon", "raw"),
    ];
    for (script, complaint) in table {
        let mut terminal = sh(script);
        terminal.wait_exit();
        let look = std::panic::AssertUnwindSafe(|| terminal.assert_restored());
        let why = std::panic::catch_unwind(look).unwrap_err();
        let why = why.downcast_ref::<String>().unwrap();
        assert!(why.contains(complaint), "{script}: {why}");
    }
}

#[test]
fn the_built_program_can_be_started() {
    let mut terminal = Terminal::start(fivetuple(&["--version"]), 80, 24);
    assert_eq!(terminal.wait_exit(), 0);
}
