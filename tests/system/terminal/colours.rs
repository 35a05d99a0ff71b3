//! Colours as the environment asks for; states differ without them, too.

use regex::bytes::Regex;

use crate::support::netns;
use crate::support::pty::{Terminal, fivetuple};
use crate::support::seen::Seen;
use crate::terminal::{
    LIMIT, count, dashboard, listen, look, press_for_rows, quit, started, wait_rows,
};

type Variables = &'static [(&'static str, &'static str)];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Depth {
    None,
    Sixteen,
    TwoFiftySix,
    True,
}

fn depth(raw: &[u8]) -> Depth {
    let has = |colour: &str| {
        let sgr = format!(r"\x1b\[([0-9;]*;)?{colour}(;[0-9;]*)?m");
        Regex::new(&sgr).unwrap().is_match(raw)
    };
    if has("[34]8;2") {
        Depth::True
    } else if has(r"[34]8;5;(1[6-9]|[2-9]\d|\d{3})") {
        Depth::TwoFiftySix
    } else if has(r"([34]8;5;\d+|([349]|10)[0-7])") {
        // crossterm writes the sixteen as the first entries of the palette.
        Depth::Sixteen
    } else {
        Depth::None
    }
}

fn with(env: Variables, args: &[&str]) -> Terminal {
    let mut command = fivetuple(&[&["--port", "0"], args].concat());
    command.env_remove("COLORTERM");
    for (name, value) in env {
        command.env(name, value);
    }
    started(command)
}

#[test]
fn the_environment_decides_how_many_colours() {
    let table: [(Variables, &[&str], Depth); 14] = [
        (&[("COLORTERM", "truecolor")], &[], Depth::True),
        (&[("COLORTERM", "24bit"), ("TERM", "xterm")], &[], Depth::True),
        (&[("COLORTERM", "yes")], &[], Depth::TwoFiftySix),
        (&[], &[], Depth::TwoFiftySix),
        (&[("TERM", "xterm")], &[], Depth::Sixteen),
        (&[("TERM", "linux")], &[], Depth::Sixteen),
        (&[("TERM", "vt100")], &[], Depth::None),
        (&[("NO_COLOR", "1"), ("COLORTERM", "truecolor")], &[], Depth::None),
        (&[("NO_COLOR", "")], &[], Depth::TwoFiftySix),
        (&[("NO_COLOR", "1"), ("CLICOLOR_FORCE", "1")], &[], Depth::TwoFiftySix),
        (&[("NO_COLOR", "1")], &["--color", "always"], Depth::TwoFiftySix),
        (&[("COLORTERM", "truecolor")], &["--color", "never"], Depth::None),
        (&[("COLORTERM", "truecolor")], &["--theme", "mono"], Depth::None),
        (&[("NO_COLOR", "1")], &["--theme", "light"], Depth::None),
    ];
    for (env, args, expected) in table {
        let terminal = with(env, args);
        let raw = terminal.bytes_since(0);
        assert_eq!(depth(&raw), expected, "{env:?} {args:?}");
    }
}

#[test]
fn without_colours_bold_and_reverse_survive_and_states_differ() {
    netns::alone_if_possible(|| {
        let terminal = with(&[("NO_COLOR", "1")], &[]);
        listen(&terminal);
        terminal.type_text("2c");
        wait_rows(&terminal, "ESTABLISHED", 4);
        press_for_rows(&terminal, "d", "TIME_WAIT", 1);
        terminal.press("T");
        terminal.press("T");
        terminal.press_until("j", "▶[^\n]*LISTEN");
        let screen = terminal.styled();
        let bold = |text: &str| look(&screen, text).is_some_and(|look| look.bold);
        assert!(bold("ESTABLISHED") && !bold("TIME_WAIT "), "{}", terminal.screen());
        let selected = look(&screen, "listener ").unwrap();
        assert!(selected.reversed, "{selected:?}");
        for state in ["◎ LISTEN", "● ESTABLISHED", "◌ TIME_WAIT"] {
            assert!(terminal.screen().contains(state), "{state}");
        }
        let raw = terminal.bytes_since(0);
        assert_eq!(depth(&raw), Depth::None);
        // What crossterm writes in place of a colour under NO_COLOR: it would take bold and reverse along.
        for eraser in [&b"\x1b[;m"[..], b"\x1b[m"] {
            assert_eq!(count(&raw, eraser), 0, "{}", eraser.escape_ascii());
        }
        quit(terminal);
    });
}

#[test]
fn where_the_locale_is_not_utf_8_only_ascii_is_written() {
    let table: [(Variables, bool); 6] = [
        (&[("LANG", "C")], true),
        (&[("LANG", "")], true),
        (&[("LANG", "de_DE.UTF-8"), ("LC_ALL", "POSIX")], true),
        (&[("LANG", "de_DE.ISO-8859-1")], true),
        (&[("LANG", "C"), ("LC_CTYPE", "en_US.utf8")], false),
        (&[("LANG", "de_DE.UTF-8"), ("LC_ALL", "")], false),
    ];
    for (env, ascii) in table {
        let terminal = with(env, &[]);
        assert_eq!(terminal.bytes_since(0).is_ascii(), ascii, "{env:?}");
    }
}

/// What the dashboard asks of the terminal.
const QUESTION: &str = "\x1b]11;?\x1b\\\x1b[c";

/// A dashboard whose terminal has sent `answers` by the first frame, as soon as it was asked.
fn answered(env: Variables, args: &[&str], answers: &str) -> Terminal {
    let mut command = fivetuple(&[&["--port", "0"], args].concat());
    for (name, value) in [("FIVETUPLE_THEME", "auto")].iter().chain(env) {
        command.env(name, value);
    }
    let terminal = Terminal::start(command, 120, 36);
    let is_asked = |seen: &Seen| count(&seen.raw, QUESTION.as_bytes()) == 1;
    terminal.wait_until_seen("the question", LIMIT, is_asked);
    terminal.send(answers.as_bytes());
    terminal
}

fn ink_of_keys(terminal: &Terminal) -> vt100::Color {
    terminal.wait_for("Press l to listen");
    look(&terminal.styled(), "L options").unwrap().ink
}

const LIGHT: &str = "\x1b]11;rgb:fdfd/f6f6/e3e3\x1b\\\x1b[?62;4;22c";

#[test]
fn the_terminals_background_decides_between_dark_and_light() {
    let ink = |theme| ink_of_keys(&dashboard(&["--theme", theme]));
    let (dark, light) = (ink("dark"), ink("light"));
    assert_ne!(dark, light);
    for (answers, wanted) in [
        (LIGHT, light),
        ("\x1b]11;rgb:1e/1e/1e\x07\x1b[?6c", dark),
        ("\x1b[?1;2c", dark),
        ("\x1b[?1;2c\x1b]11;rgb:ffff/ffff/ffff\x07", light),
        ("", dark),
    ] {
        let terminal = answered(&[], &[], answers);
        terminal.wait_for("Press l to listen");
        terminal.wait_until(&format!("{wanted:?} after {answers:?}"), LIMIT, |screen| {
            // Neither the answer nor its pieces are keys.
            let has_no_sentence = screen.contents().contains("Nothing yet.");
            has_no_sentence && look(screen, "L options").is_some_and(|look| look.ink == wanted)
        });
        quit(terminal);
    }
}

#[test]
fn a_late_answer_counts_and_keys_before_it_are_not_lost() {
    let terminal = answered(&[], &[], "?");
    terminal.wait_for("All keys");
    terminal.press_until("Esc", "Press l to listen");
    let dark = ink_of_keys(&terminal);
    terminal.send(LIGHT.as_bytes());
    terminal.wait_until("the light theme", LIMIT, |screen| {
        look(screen, "L options").is_some_and(|look| look.ink != dark)
    });
    quit(terminal);
}

#[test]
fn a_terminal_is_only_asked_where_its_answer_matters() {
    let table: [(Variables, &[&str]); 5] = [
        (&[], &["--theme", "dark"]),
        (&[("FIVETUPLE_THEME", "light")], &[]),
        (&[("NO_COLOR", "1")], &["--theme", "auto"]),
        (&[("TERM", "linux")], &["--theme", "auto"]),
        (&[], &["--theme", "auto", "--color", "never"]),
    ];
    for (env, args) in table {
        let terminal = with(env, args);
        let raw = terminal.bytes_since(0);
        assert_eq!(count(&raw, QUESTION.as_bytes()), 0, "{env:?} {args:?}");
    }
}
