//! Hands that slip, keys that stick, cats on keyboards.

use proptest::collection::vec;
use proptest::prelude::{Strategy, any, prop_oneof};
use proptest::sample::select;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use crate::support::netns;
use crate::support::pty::{Terminal, fivetuple};
use crate::terminal::{quit, started};

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
