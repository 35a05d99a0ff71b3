//! Hands that slip, keys that stick, cats on keyboards.

use proptest::collection::vec;
use proptest::prelude::{Strategy, any, prop_oneof};
use proptest::sample::select;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use crate::support::netns;
use crate::support::pty::{Terminal, fivetuple};
use crate::terminal::{dashboard, listening, port, quit, started, wait_connections};

#[test]
fn a_paste_outside_of_a_form_is_ignored() {
    let terminal = dashboard(&[]);
    terminal.paste(&"q\x1b\x03qlc".repeat(40_000));
    terminal.wait_for("Text can be pasted only in a form");
    assert!(terminal.screen().contains("Press l to listen"), "{}", terminal.screen());
    quit(terminal);
}

#[test]
fn a_paste_in_a_form_is_cut() {
    let terminal = dashboard(&[]);
    terminal.press_until("C", "Enter apply");
    for _ in 0..4 {
        terminal.press("Down");
    }
    terminal.wait_for("Test payload");
    terminal.press("ctrl-u");
    terminal.paste(&"q\x1b\n".repeat(100_000));
    terminal.wait_for("qqqqqqqqqq");
    terminal.press_until("Esc", "Press l to listen");
    quit(terminal);
}

/// Bytes as no keyboard sends them, without those that quit.
fn garbage(runner: &mut TestRunner) -> Vec<u8> {
    const PIECES: [&[u8]; 10] = [
        b"\x1b[",
        b"\x1b[<0;9999;9999M",
        b"\x1b[<64;3;3M",
        b"\x1b[<99999999999;1;1m",
        b"\x1b[M\xff\xff\xff",
        b"\x1b[200~",
        b"\x1b[201~",
        b"\x1bO",
        b"\x1b]52;c;cXFx\x07",
        b"\x1b[?1;2;3;4;5u",
    ];
    let byte = any::<u8>().prop_map(|byte| vec![byte]);
    let piece = select(&PIECES[..]).prop_map(<[u8]>::to_vec);
    let pieces = vec(prop_oneof![7 => byte, 1 => piece], 2_500).new_tree(runner).unwrap();
    let mut bytes = pieces.current().concat();
    bytes.retain(|byte| !matches!(byte, b'q' | 0x03 | 0x1a));
    bytes
}

#[test]
fn garbage_on_the_keyboard_does_no_harm() {
    netns::alone_if_possible(|| {
        let mut runner = TestRunner::deterministic();
        for _ in 0..6 {
            // Some of the keys write files.
            let folder = tempfile::tempdir().unwrap();
            let mut command = fivetuple(&["--port", "0", "--allow-remote"]);
            command.cwd(folder.path());
            let terminal = started(command);
            terminal.send(&garbage(&mut runner));
            settle(&terminal);
            terminal.press_until("?", "All keys");
            terminal.press("Esc");
            quit(terminal);
        }
    });
}

/// Ends whatever was begun: a sequence, a paste, a form, a search, a question.
fn settle(terminal: &Terminal) {
    terminal.type_text("\x1b[201~uM~\x1b[201~");
    for _ in 0..4 {
        // With a key behind it that means nothing, so that it is no alt.
        terminal.press("Esc");
        terminal.press("ctrl-b");
    }
}

#[test]
fn esc_and_a_key_that_come_together_are_two_keys() {
    let terminal = dashboard(&[]);
    terminal.press_until("?", "All keys");
    terminal.type_text("\x1bl");
    port(&terminal);
    quit(terminal);
}

#[test]
fn a_key_that_sticks_connects_a_thousand_times() {
    netns::alone_if_possible(|| {
        let terminal = listening();
        terminal.type_text(&"c".repeat(1000));
        wait_connections(&terminal, "1,000");
        terminal.type_text("0d");
        wait_connections(&terminal, "0");
        terminal.press("c");
        wait_connections(&terminal, "1");
        quit(terminal);
    });
}

#[test]
fn toggling_the_listener_200_times_ends_where_it_should() {
    netns::alone(|| {
        let terminal = started(fivetuple(&[]));
        terminal.type_text(&"l".repeat(200));
        terminal.press_until("/", "find");
        terminal.press_until("Esc", "not listening");
        // In the header: the rows of a hundred listeners that are gone fill the table for a moment.
        terminal.press_until("l", ": 1 LISTEN ");
        terminal.press("c");
        wait_connections(&terminal, "1");
        quit(terminal);
    });
}
