//! What real terminals send, in whatever pieces it arrives: a key is that key, and everything else is none.

use std::time::Duration;

use fivetuple::app::{Event, InputParser, Key, TerminalEvent};

use crate::app::laptop_connected;

/// How long a piece may be late, much longer than an Esc is waited with.
const LATE: Duration = Duration::from_millis(500);

/// Terminal, what it sends, and the keys that it means.
#[rustfmt::skip]
const CORPUS: &[(&str, &str, &str)] = &[
    ("any", "\x1b[A", "Up"), ("any", "\x1b[B", "Down"), ("any", "\x1b[C", "Right"), ("any", "\x1b[D", "Left"),
    ("any", "\x1b[5~", "PageUp"), ("any", "\x1b[6~", "PageDown"), ("any", "\x1b[2~", "Insert"), ("any", "\x1b[3~", "Delete"),
    ("any", "\x1b[Z", "shift-Tab"), ("any", "\x1b[I", ""), ("any", "\x1b[O", ""),
    ("any", "\x1b[200~qDxr\x1b[201~", "pasted"), ("any", "\x1b[200~\x1b[D \x1b]0;r\x07\n\x1b[201~", "pasted"),
    ("any", "\x1b[<0;10;5M", "clicked"), ("any", "\x1b[<0;10;5m", ""), ("any", "\x1b[<35;110;35M", ""),
    ("any", "\x1b[<64;10;5M", "wheel"), ("any", "\x1b[<65;10;5M", "wheel"), ("any", "\x1b[<2;10;5M", ""),
    ("any", "\x1b[<18;223;224M", ""), ("any", "\x1b[<128;1;1M", ""),
    ("any", "\x1b[24;80R", ""), ("any", "\x1b[0n", ""), ("any", "\x1b[?24;80R", ""), ("any", "\x1b[3;1R", ""),
    ("xterm", "\x1bOA", "Up"), ("xterm", "\x1bOD", "Left"), ("xterm", "\x1bOH", "Home"), ("xterm", "\x1bOF", "End"),
    ("xterm", "\x1bOP", "F1"), ("xterm", "\x1bOS", "F4"), ("xterm", "\x1b[15~", "F5"), ("xterm", "\x1b[17~", "F6"),
    ("xterm", "\x1b[21~", "F10"), ("xterm", "\x1b[24~", "F12"), ("xterm", "\x1b[H", "Home"), ("xterm", "\x1b[F", "End"),
    ("xterm", "\x1b[1;2A", "Up"), ("xterm", "\x1b[1;3D", "Left"), ("xterm", "\x1b[1;5D", "Left"), ("xterm", "\x1b[1;8C", "Right"),
    ("xterm", "\x1b[1;2P", "F1"), ("xterm", "\x1b[1;5S", "F4"), ("xterm", "\x1bO5P", "F1"), ("xterm", "\x1b[15;2~", "F5"),
    ("xterm", "\x1b[3;5~", "Delete"), ("xterm", "\x1b[27;5;99~", "ctrl-c"), ("xterm", "\x1b[27;5;9~", "Tab"),
    ("xterm", "\x1b[27;2;13~", "Enter"), ("xterm", "\x1b[27;3;100~", "alt-d"), ("xterm", "\x1b[27;2;68~", "D"),
    ("xterm", "\x1b[M !!", "clicked"), ("xterm", "\x1b[M#DD", ""), ("xterm", "\x1b[M`DD", "wheel"), ("xterm", "\x1b[MCqD", ""),
    ("xterm", "\x1b[?64;1;2;6;9;15;16;17;18;21;22;28c", ""), ("xterm", "\x1b[>41;390;0c", ""), ("xterm", "\x1bP!|00000000\x1b\\", ""),
    ("xterm", "\x1bP>|XTerm(390)\x1b\\", ""), ("xterm", "\x1b]10;rgb:ffff/ffff/ffff\x1b\\", ""), ("xterm", "\x1b]11;rgb:1111/2222/3333\x07", ""),
    ("xterm", "\x1b]4;1;rgb:cdcd/0000/0000\x1b\\", ""), ("xterm", "\x1b]52;c;cXFx\x07", ""), ("xterm", "\x1bP1$r0;1m\x1b\\", ""),
    ("xterm", "\x1bP1+r544e=787465726D\x1b\\", ""), ("xterm", "\x1bP0+r5463\x1b\\", ""), ("xterm", "\x1b[?2026;2$y", ""), ("xterm", "\x1b[4;2$y", ""),
    ("xterm", "\x1b[8;36;120t", ""), ("xterm", "\x1b]lr\x1b\\", ""), ("xterm", "\x1b]Lr\x1b\\", ""), ("xterm", "\x1bP1$r2 q\x1b\\", ""),
    ("xterm", "\x1b[?1;2;256S", ""), ("xterm", "\x1bXcd\x1b\\", ""), ("xterm", "\x1b^cd\x1b\\", ""), ("xterm", "\x1b[2;1;1;128;128;1;0x", ""),
    ("VTE", "\x1b[?61;1;21;22;28c", ""), ("VTE", "\x1b[>61;7600;1c", ""), ("VTE", "\x1bP!|7E565445\x1b\\", ""),
    ("VTE", "\x1bP>|VTE(7600)\x1b\\", ""), ("VTE", "\x1b]11;rgb:2e2e/3434/3636\x1b\\", ""), ("VTE", "\x1bP1$r1 q\x1b\\", ""),
    ("kitty", "\x1b[99;5u", "ctrl-c"), ("kitty", "\x1b[99;5:3u", ""), ("kitty", "\x1b[100;5:2u", "ctrl-d"), ("kitty", "\x1b[27u", "Esc"),
    ("kitty", "\x1b[13;2u", "Enter"), ("kitty", "\x1b[9;2u", "shift-Tab"), ("kitty", "\x1b[1;1:3D", ""), ("kitty", "\x1b[1;1:1D", "Left"),
    ("kitty", "\x1b[57414u", "Enter"), ("kitty", "\x1b[57417u", "Left"), ("kitty", "\x1b[57404u", "5"), ("kitty", "\x1b[57441;2u", ""),
    ("kitty", "\x1b[57428u", ""), ("kitty", "\x1b[100;9u", ""), ("kitty", "\x1b[97:65;2;65u", "A"), ("kitty", "\x1b[97;3u", "alt-a"),
    ("kitty", "\x1b[127;1u", "Backspace"), ("kitty", "\x1b[?15u", ""), ("kitty", "\x1b[?62;c", ""), ("kitty", "\x1b[>1;4000;32c", ""),
    ("kitty", "\x1b_Gi=31;OK\x1b\\", ""), ("kitty", "\x1b_Gi=31;ENOENT:Dr\x1b\\", ""), ("kitty", "\x1bP@kitty-cmd{\"ok\": true}\x1b\\", ""),
    ("kitty", "\x1bP>|kitty(0.32.2)\x1b\\", ""), ("kitty", "\x1b]99;i=p:p=?;a=report\x1b\\", ""), ("kitty", "\x1b[?997;1n", ""),
    ("foot", "\x1b[?62;4;22c", ""), ("foot", "\x1b[>1;011602;0c", ""), ("foot", "\x1bP!|464f4f54\x1b\\", ""), ("foot", "\x1bP>|foot(1.16.2)\x1b\\", ""),
    ("foot", "\x1bP1+r4d73=1b5d35323b\x1b\\", ""), ("foot", "\x1b[48;36;120;612;1080t", ""), ("foot", "\x1b]11;rgba:0000/1111/2222/ffff\x1b\\", ""),
    ("alacritty", "\x1b[?6c", ""), ("alacritty", "\x1b[>0;1301;1c", ""), ("alacritty", "\x1b]10;rgb:d8d8/d8d8/d8d8\x07", ""), ("alacritty", "\x1b[115;3u", "alt-s"),
    ("wezterm", "\x1b[?65;4;6;18;22c", ""), ("wezterm", "\x1b[>1;277;0c", ""), ("wezterm", "\x1bP!|00000000\x1b\\", ""),
    ("wezterm", "\x1bP>|WezTerm 20240203-110809-5046fc22\x1b\\", ""), ("wezterm", "\x1b[?1016;2$y", ""),
    ("iTerm2", "\x1b[?64;1;2;4;6;17;18;21;22c", ""), ("iTerm2", "\x1b[>64;2500;0c", ""), ("iTerm2", "\x1bP>|iTerm2 3.5.0\x1b\\", ""),
    ("iTerm2", "\x1b]1337;ReportCellSize=17.5;8.0;2.0\x1b\\", ""), ("iTerm2", "\x1b\x1b[A", "Up"), ("iTerm2", "\x1b\x1b[D", "Left"), ("iTerm2", "\x1b[1;9D", "Left"),
    ("Windows Terminal", "\x1b[?61;4;6;7;14;21;22;23;24;28;32;42c", ""), ("Windows Terminal", "\x1b[>0;10;1c", ""),
    ("Windows Terminal", "\x1b[67;46;99;1;0;1_", ""), ("Windows Terminal", "\x1b[17;29;0;1;8;1_", ""), ("Windows Terminal", "\x1b]4;0;rgb:0c0c/0c0c/0c0c\x1b\\", ""),
    ("tmux", "\x1b[1;3C", "Right"), ("tmux", "\x1bOC", "Right"), ("tmux", "\x1b[1~", "Home"), ("tmux", "\x1b[4~", "End"), ("tmux", "\x1b[?1;2;4c", ""),
    ("tmux", "\x1b[>84;0;0c", ""), ("tmux", "\x1bP>|tmux 3.4\x1b\\", ""), ("screen", "\x1b[>83;40900;0c", ""), ("screen", "\x1b[23~", "F11"),
    ("linux console", "\x1b[[A", "F1"), ("linux console", "\x1b[[E", "F5"), ("linux console", "\x1b[25~", "F13"), ("linux console", "\x1b[34~", "F20"),
    ("linux console", "\x1b[G", ""), ("linux console", "\x1b[?6c", ""),
    ("rxvt", "\x1b[a", "Up"), ("rxvt", "\x1b[d", "Left"), ("rxvt", "\x1bOa", "Up"), ("rxvt", "\x1bOd", "Left"), ("rxvt", "\x1b\x1b[D", "Left"), ("rxvt", "\x1b\x1bOA", "Up"),
    ("rxvt", "\x1b[7~", "Home"), ("rxvt", "\x1b[8~", "End"), ("rxvt", "\x1b[3$", "Delete"), ("rxvt", "\x1b[3^", "Delete"), ("rxvt", "\x1b[3@", "Delete"),
    ("rxvt", "\x1b[23$", "F11"), ("rxvt", "\x1b[32;10;5M", "clicked"), ("rxvt", "\x1b[35;10;5M", ""), ("rxvt", "\x1b[96;10;5M", "wheel"), ("rxvt", "\x1b\x1b[3~", "Delete"),
    ("rxvt", "\x1bOM", "Enter"), ("rxvt", "\x1bOx", ""), ("rxvt", "\x1b[11~", "F1"), ("rxvt", "\x1b[14~", "F4"), ("rxvt", "\x1b[?1;2c", ""), ("rxvt", "\x1b[>85;95;0c", ""),
];

/// What is told of these pieces; nothing comes for a while between them, if `pauses`.
fn told(parser: &mut InputParser, pieces: &[&[u8]], pauses: bool) -> Vec<TerminalEvent> {
    let mut events = Vec::new();
    for piece in pieces {
        events.extend(parser.feed(piece));
        if pauses && parser.patience().is_some_and(|patience| patience <= LATE) {
            events.extend(parser.time_out());
        }
    }
    // What a terminal answers is no key.
    events.retain(|event| !matches!(event, TerminalEvent::Background(_)));
    events
}

fn name(event: &TerminalEvent) -> String {
    match event {
        TerminalEvent::Pressed(key) => key.to_string(),
        TerminalEvent::Pasted(_) => "pasted".to_owned(),
        TerminalEvent::Clicked { .. } => "clicked".to_owned(),
        TerminalEvent::Wheel { .. } => "wheel".to_owned(),
        TerminalEvent::Background(_) => "background".to_owned(),
    }
}

fn names(events: &[TerminalEvent]) -> String {
    events.iter().map(name).collect::<Vec<_>>().join(" ")
}

#[test]
fn whatever_a_terminal_sends_comes_in_one_piece_as_the_key_that_it_is() {
    for (terminal, sent, wanted) in CORPUS {
        let told = told(&mut InputParser::default(), &[sent.as_bytes(), b"w"], false);
        let wanted = format!("{wanted} w");
        assert_eq!(names(&told), wanted.trim_start(), "{terminal}: {}", sent.escape_debug());
    }
}

#[test]
fn whatever_a_terminal_sends_is_no_other_key_in_two_pieces() {
    for (terminal, sent, wanted) in CORPUS {
        for (at, pauses) in (1..sent.len()).flat_map(|at| [(at, false), (at, true)]) {
            let (first, second) = sent.as_bytes().split_at(at);
            let mut parser = InputParser::default();
            let mut events = told(&mut parser, &[first, second], pauses);
            let split = format!("{terminal}: {}|{}", first.escape_ascii(), second.escape_ascii());
            // The beginning alone may have been taken for Esc, or for alt with a letter.
            while pauses && names(&events) != *wanted {
                let beginning = events.remove(0);
                let is_taken = matches!(beginning, TerminalEvent::Pressed(Key::Esc | Key::Alt(_)));
                assert!(is_taken, "{split}: {beginning:?}");
            }
            assert_eq!(names(&events), *wanted, "{split}");
            assert_eq!(names(&parser.feed(b"w")), "w", "after {split}");
        }
    }
}

#[test]
fn no_reply_and_no_piece_of_a_key_does_anything_to_a_socket() {
    let meant = ["ctrl-c", "ctrl-d", "D", "A", "Enter"];
    for (terminal, sent, _) in CORPUS.iter().filter(|(_, _, key)| !meant.contains(key)) {
        let mut robot = laptop_connected();
        robot.commands();
        for (at, pauses) in (0..sent.len()).flat_map(|at| [(at, false), (at, true)]) {
            let (first, second) = sent.as_bytes().split_at(at);
            for event in told(&mut InputParser::default(), &[first, second], pauses) {
                match event {
                    TerminalEvent::Pressed(key) => robot.tell(Event::Pressed(key)),
                    TerminalEvent::Pasted(text) => robot.tell(Event::Pasted(text)),
                    TerminalEvent::Clicked { .. }
                    | TerminalEvent::Wheel { .. }
                    | TerminalEvent::Background(_) => (),
                }
            }
            let (first, second) = (first.escape_ascii(), second.escape_ascii());
            assert_eq!(robot.commands(), [], "{terminal}: {first}|{second}");
        }
    }
}

#[test]
fn a_lone_esc_is_esc_soon_and_with_a_letter_it_is_alt() {
    let mut parser = InputParser::default();
    assert_eq!(parser.feed(b"\x1b"), []);
    assert!(parser.patience().unwrap() <= Duration::from_millis(50));
    assert_eq!(names(&parser.time_out()), "Esc");
    assert_eq!(names(&parser.feed(b"D")), "D");
    assert_eq!(
        names(&parser.feed(b"\x1bD\x1b\xc3\xa4\x1b\r\x1b\x03")),
        "alt-D alt-\u{e4} Enter ctrl-c"
    );
    assert_eq!(names(&parser.feed(b"\x1b\x1b\x1b")), "Esc");
    assert_eq!(names(&parser.time_out()), "Esc Esc");
    // The mouse is moved while Esc is pressed.
    assert_eq!(names(&parser.feed(b"\x1b\x1b[<35;10;5M")), "Esc");
    assert_eq!(parser.patience(), None);
}

#[test]
fn keys_after_esc_are_keys_even_those_that_may_begin_a_sequence() {
    for keys in ["P", "O", "X", "Pc", "cO", "q", "5c"] {
        let mut parser = InputParser::default();
        parser.feed(b"\x1b");
        parser.time_out();
        let told: String = parser.feed(keys.as_bytes()).iter().map(name).collect();
        assert_eq!(told, keys);
    }
}

#[test]
fn an_answer_tells_the_background_in_whatever_pieces_it_arrives() {
    let white = Some([255; 3]);
    let table: [(&str, &[Option<[u8; 3]>]); 7] = [
        ("\x1b]11;rgb:ffff/ffff/ffff\x1b\\", &[white]),
        ("\x1b]11;rgb:ff/ff/ff\x07\x1b[?62;4;22c", &[white, None]),
        ("\x1b]11;rgba:1111/2222/fff/8000\x07", &[Some([0x11, 0x22, 255])]),
        ("\x1b[?6c", &[None]),
        ("\x1b]11;rgb:ffff/ffff\x07", &[]),
        ("\x1b]11;#ffffff\x07\x1b]10;rgb:ff/ff/ff\x07", &[]),
        // Cut off by a key.
        ("\x1b]11;rgb:ff/ff/ff\x03", &[]),
    ];
    for (sent, wanted) in table {
        for at in 0..sent.len() {
            let (mut parser, pieces) = (InputParser::default(), sent.as_bytes().split_at(at));
            let events = [parser.feed(pieces.0), parser.feed(pieces.1)].concat();
            let wanted = wanted.iter().copied().map(TerminalEvent::Background);
            let keys = |event: &TerminalEvent| matches!(event, TerminalEvent::Pressed(_));
            let answers: Vec<_> = events.into_iter().filter(|event| !keys(event)).collect();
            assert_eq!(answers, wanted.collect::<Vec<_>>(), "{} at {at}", sent.escape_debug());
        }
    }
}

#[test]
fn what_never_ends_ends_at_the_next_key() {
    let mut parser = InputParser::default();
    parser.feed(b"\x1b]11;rgb:");
    assert_eq!(names(&parser.feed(b"\x03")), "ctrl-c", "in a reply");
    parser.feed(b"\x1b]11;rgb:");
    assert_eq!(parser.patience(), Some(Duration::from_secs(1)));
    parser.time_out();
    assert_eq!(names(&parser.feed(b"c")), "c", "after a reply that was cut off");
    parser.feed(b"\x1b[1;");
    assert_eq!(names(&parser.feed(b"\x03")), "ctrl-c", "in a sequence");
    assert_eq!(parser.feed(b"\x1b[200~one\x03 "), []);
    assert_eq!(parser.feed(b"two"), []);
    parser.time_out();
    assert_eq!(parser.feed(b" rest of it"), [], "in pasted text that comes slowly");
    parser.time_out();
    let pasted = TerminalEvent::Pasted("one\x03 two rest of it".to_owned());
    assert_eq!(parser.feed(b"\x03"), [pasted, TerminalEvent::Pressed(Key::Ctrl('c'))]);
    parser.feed(b"\x1b[200~");
    for _ in 0..100 {
        parser.feed(&[b'x'; 4096]);
    }
    let end = parser.feed(b"\x1b[201~");
    let [TerminalEvent::Pasted(text)] = &end[..] else { panic!("{end:?}") };
    assert!((60_000..70_000).contains(&text.len()), "{}", text.len());
}

#[test]
fn bytes_that_are_no_text_are_no_keys_and_hide_none() {
    let table: [(&[u8], &str); 6] = [
        (b"\xffc", "c"),
        (b"\xc3c", "c"),
        (b"\xe2\x82c", "c"),
        ("\u{e4}\u{20ac}\u{1f600}".as_bytes(), "\u{e4} \u{20ac} \u{1f600}"),
        (b"\xc2\x9bc\x80", "c"),
        (b"\0\x01\x1d\x7f\r\n\t", "ctrl-  ctrl-a ctrl-5 Backspace Enter ctrl-j Tab"),
    ];
    for (bytes, wanted) in table {
        for at in 0..bytes.len() {
            let (first, second) = bytes.split_at(at);
            let told = told(&mut InputParser::default(), &[first, second], true);
            assert_eq!(names(&told), wanted, "{} at {at}", bytes.escape_ascii());
        }
    }
}
