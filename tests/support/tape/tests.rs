use std::fmt::Write;

use proptest::prelude::*;

use super::{Command, parse};

const HEADER: &str =
    "Output out.gif\nRequire bash\nSet FontSize 20\nSet Theme { \"background\": \"#000000\" }\n";

#[test]
fn a_whole_script_is_read() {
    let body = "Hide Type 'fivetuple' Enter Wait+Screen@2s /a\\/b/ Show # said\n\
        Type@400ms \"cc\" Tab@.5 2 Ctrl+c Alt+x Shift+Tab Ctrl+Alt+[ Ctrl+@\n\
        Set TypingSpeed 10ms Sleep 2 Screenshot assets/a.png Sleep 100ms Env A \"b c\"";
    let tape = parse(&format!("{HEADER}{body}")).unwrap();
    assert_eq!((tape.outputs, tape.requires), (vec!["out.gif".into()], vec!["bash".into()]));
    assert_eq!(tape.env, [("A".to_owned(), "b c".to_owned())]);
    let mut keys = String::new();
    for step in &tape.steps {
        if let Command::Press { key, times, .. } = &step.command {
            write!(keys, "{key}*{times} ").unwrap();
        }
    }
    assert_eq!(keys, "Enter*1 Tab*2 ctrl-c*1 alt-x*1 shift-Tab*1 alt-ctrl-[*1 ctrl-@*1 ");
    let lines: Vec<_> = tape.steps.iter().map(|step| step.line - 4).collect();
    assert_eq!(lines, [1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3]);
}

#[test]
fn what_vhs_would_get_wrong_is_refused_with_its_line() {
    let table = [
        ("Home", "no key Home"),
        ("End", "no key End"),
        ("F5", "no key F5"),
        ("Type hello", "quote"),
        ("Type s", "quote"),
        ("Ctrl+s", "unit of time"),
        ("Ctrl+m", "unit of time"),
        ("Ctrl+Enter", "no byte"),
        ("Env A b\nSet FontSize 3", "after the header"),
        ("Env A b\nOutput b.gif", "header"),
        ("Set FontSize big", "number from 4"),
        ("Set Sparkle 3", "not known"),
        ("Source other.tape", "one file"),
        ("Paste", "clipboard"),
        ("Type \"a", "not closed"),
        ("Wait /a", "no /"),
        ("Wait /(/", "regex parse error"),
        ("Wait+Line+Screen", "expected"),
        ("Sleep 2h", "no time"),
        ("Enter 1.5", "whole number"),
        ("Type 'x'\nHide", "first command"),
        ("Screenshot a.png", "Sleep"),
        ("Hide Screenshot a.png Sleep 1s", "Show first"),
        ("\"text\"", "expected"),
    ];
    for (body, what) in table {
        let error = parse(&format!("{HEADER}{body}\n")).unwrap_err();
        let last = 4 + body.lines().count();
        assert_eq!(error.line, last, "{body}: {error}");
        assert!(error.what.contains(what), "{body}: {error}");
    }
}

proptest! {
    #[test]
    fn no_text_makes_the_parser_panic(text in "(?s).{0,200}") {
        let _ = parse(&text);
    }

    #[test]
    fn no_commands_make_the_parser_panic(
        words in proptest::collection::vec(
            prop::sample::select(vec![
                "Type", "\"x\"", "'", "@", "500ms", "3", "+", "Ctrl", "Alt", "c", "Wait", "Screen", "/a/", "/", "{", "}",
                "Set", "FontSize", "Env", "Hide", "Show", "Screenshot", "a.png", "Sleep", "Enter", "\n", "#", "é", "1e9", "..",
            ]),
            0..30,
        )
    ) {
        let _ = parse(&words.join(" "));
    }

    #[test]
    fn an_error_carries_its_line(before in 0_usize..50, after in 0_usize..50) {
        let text = format!("{}Nonsense{}", "# nothing\n".repeat(before), "\nEnter".repeat(after));
        prop_assert_eq!(parse(&text).unwrap_err().line, before + 1);
    }
}
