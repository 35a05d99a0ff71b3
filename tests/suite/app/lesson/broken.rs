//! What is said about files that are no lessons.

use std::fmt::Write;
use std::path::PathBuf;

use fivetuple::app::lesson::{COURSE, LessonFaults, check, decode, read};
use proptest::prelude::*;

use crate::tidy::source::{files, root};

fn folder() -> PathBuf {
    root().join("tests/suite/app/lesson/broken")
}

/// Reads the bytes of a file as the command does.
fn faults(name: &str, bytes: &[u8]) -> LessonFaults {
    decode(name, bytes).map_or_else(|faults| faults, |text| check(name, text))
}

/// Fails where a fault is outside its file, or would harm a terminal.
fn are_sound(faults: &LessonFaults, text: &str) {
    let shown = faults.to_string();
    let is_harmful = |c: char| c.is_control() && c != '\n';
    assert!(!shown.contains(is_harmful), "{shown:?}");
    for fault in &faults.all {
        let (line, column) = faults.position(fault);
        let lines = text.split('\n').count();
        assert!(line <= lines, "line {line} of {lines}: {fault:?}");
        let of_line = text.split('\n').nth(line - 1).unwrap();
        assert!(column <= of_line.chars().count() + 1, "column {column} of {of_line:?}: {fault:?}");
    }
}

#[test]
fn each_broken_file_is_explained_and_never_read_half() {
    let files = files(&folder(), "md");
    assert!(files.len() >= 60, "{} files", files.len());
    for path in files {
        let bytes = std::fs::read(&path).unwrap();
        let name = path.file_name().unwrap().to_str().unwrap();
        let faults = faults(name, &bytes);
        are_sound(&faults, &String::from_utf8_lossy(&bytes));
        assert!(!faults.all.is_empty(), "{name} has no fault");
        let is_warned = faults.all.iter().all(|fault| fault.is_warning);
        let lesson = decode(name, &bytes).and_then(|text| read(name, text));
        assert_eq!(lesson.is_ok(), is_warned, "{name}");
        insta::with_settings!({
            snapshot_path => folder(), prepend_module_to_snapshot => false, omit_expression => true
        }, {
            insta::assert_snapshot!(name.trim_end_matches(".md"), faults);
        });
    }
}

#[test]
fn a_file_of_a_megabyte_is_refused_at_once() {
    let text = "A line.\n".repeat(1 << 17);
    let faults = faults("long.md", text.as_bytes());
    insta::assert_snapshot!(faults, @r"
    error: the file is too long
     --> long.md:1:1
      |
    1 | A line.
      | ^^^^^^^
      |
      = help: a lesson has at most 64 KiB

    long.md: 1 error
    ");
}

#[test]
fn line_ends_of_windows_and_a_byte_order_mark_are_read() {
    let (name, text) = COURSE[0];
    let plain = read(name, text).unwrap();
    for changed in [text.replace('\n', "\r\n"), format!("\u{feff}{text}")] {
        assert_eq!(read(name, &changed).unwrap(), plain);
    }
}

#[test]
fn more_faults_than_can_be_read_are_counted() {
    let mut text = "---\ntitle: T\nbelief: B\nminutes: 1\n---\n# Step\n```do\n".to_owned();
    for n in 0..100 {
        writeln!(text, "conect {n}").unwrap();
    }
    text += "```\n";
    let shown = faults("many.md", text.as_bytes()).to_string();
    assert!(shown.ends_with("many.md: 100 errors; 60 of them not shown"), "{shown}");
}

/// A piece of a lesson, and what replaces it.
fn mutation() -> impl Strategy<Value = (usize, usize, String)> {
    let pieces = prop_oneof![
        Just(String::new()),
        "[ -~]{1,8}",
        "\\PC{1,4}",
        prop::sample::select(vec![
            "```",
            "`",
            "---",
            "# ",
            "\n",
            "\r\n",
            "\t",
            "    ",
            "> ",
            "- [x] ",
            "- [ ] ",
            "<b>",
            "...",
            "\"",
            ":",
            "*",
            "\0",
            "\u{1b}[2J",
            "\u{9b}",
            "\u{202e}",
            "99999999999",
            "6000",
            "laptop",
            "once ",
            "no ",
            "tcp ",
            "|",
        ])
        .prop_map(str::to_owned),
    ];
    (any::<usize>(), 0..12usize, pieces)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn any_bytes_are_read_or_explained(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        are_sound(&faults("any.md", &bytes), &String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn a_changed_lesson_is_read_or_explained(mutations in prop::collection::vec(mutation(), 1..6)) {
        let mut text = COURSE[0].1.to_owned();
        for (at, length, piece) in mutations {
            let boundary = |at: usize| (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at));
            let from = boundary(at % (text.len() + 1)).unwrap_or(0);
            let to = boundary(from + length).unwrap_or(from).max(from);
            text.replace_range(from..to, &piece);
        }
        are_sound(&faults("changed.md", text.as_bytes()), &text);
    }
}
