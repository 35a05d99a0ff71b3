//! Exercises: each can be solved on real sockets; what is done is kept from one run to the next.

use std::fs;
use std::path::Path;
use std::process::Stdio;

use fivetuple::app::lesson::EXERCISES;

use crate::ran::{Ran, fivetuple, ran};
use crate::support::pty::{self, Terminal};
use crate::support::{netns, program};

/// The actions that solve each exercise, below the name of its file.
fn solution(name: &str) -> String {
    let all = include_str!("solutions.txt");
    let lines = all.lines().skip_while(|line| *line != name).skip(1);
    let lines: Vec<&str> = lines.map_while(|line| line.strip_prefix("    ")).collect();
    assert!(!lines.is_empty(), "no solution of {name}");
    lines.join("\n")
}

#[test]
fn every_exercise_can_be_solved() {
    netns::alone(|| {
        let folder = tempfile::tempdir().unwrap();
        let files = EXERCISES.map(|(name, text)| {
            let solved = format!("```do\n{}\n```\n\n```expect\n", solution(name));
            let path = folder.path().join(name);
            fs::write(&path, text.replacen("```expect\n", &solved, 1)).unwrap();
            path.to_str().unwrap().to_owned()
        });
        let args = ["lesson", "--check"].into_iter().chain(files.iter().map(String::as_str));
        let Ran { code, out, err } = ran(program(args).stdin(Stdio::null()));
        assert_eq!((code, err.as_str()), (Some(0), ""), "{out}");
        let count = |words: &str| out.lines().filter(|line| line.starts_with(words)).count();
        // Without namespaces or an old kernel's options some cannot be played.
        assert_eq!(count("  ok 1 ") + count("  skipped: "), EXERCISES.len(), "{out}");
        assert!(count("  ok 1 ") >= 17, "{out}");
    });
}

#[test]
fn the_list_says_which_are_done_and_a_damaged_file_is_told_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let list = || ran(program(["exercise"]).env("XDG_STATE_HOME", folder.path()));
    list().ends(0, &["[ ]  1  Open a port (3 min)", "0 of 20 are done. fivetuple exercise 1 "]);
    let kept = folder.path().join("fivetuple/exercises");
    assert!(!kept.exists(), "a list writes nothing");
    fs::create_dir(kept.parent().unwrap()).unwrap();
    fs::write(&kept, "1\n4\n").unwrap();
    let told = ["[x]  1  Open", "[ ]  2  ", "[x]  4  ", "2 of 20 are done. fivetuple exercise 2 "];
    list().ends(0, &told);
    fs::write(&kept, "1\nfour\n").unwrap();
    let damaged = list();
    assert!(damaged.err.contains("line 2 of ") && damaged.err.contains("repair or delete it"));
    assert!(damaged.out.contains("0 of 20 are done."), "{damaged:?}");
    assert_eq!(fs::read_to_string(&kept).unwrap(), "1\nfour\n");
    // An empty variable counts as unset.
    let home = ran(program(["exercise"]).env("XDG_STATE_HOME", "").env("HOME", folder.path()));
    home.ends(0, &["0 of 20 are done."]);
    fivetuple(&["exercise", "21"]).fails(&["there is no exercise 21: they are 1 to 20"]);
}

/// An exercise on a terminal, with that folder for the state of programs.
fn opened(state: &Path) -> Terminal {
    let mut command = pty::fivetuple(&["exercise", "1", "--port", "6730"]);
    command.env("XDG_STATE_HOME", state);
    let terminal = Terminal::start(command, 120, 36);
    terminal.wait_for("not yet: your turn");
    terminal
}

#[test]
fn an_exercise_that_is_solved_by_a_key_is_kept_where_that_is_possible() {
    netns::alone_if_possible(|| {
        let folder = tempfile::tempdir().unwrap();
        let mut terminal = opened(folder.path());
        terminal.press("l");
        terminal.wait_for("Done: the table shows it");
        terminal.press("Space");
        terminal.wait_for("Exercise 2: One connection");
        terminal.press("q");
        assert_eq!(terminal.wait_exit(), 0);
        let kept = fs::read_to_string(folder.path().join("fivetuple/exercises")).unwrap();
        assert!(kept.ends_with("\n1\n"), "{kept}");
        // Where no folder can be, it says so, and goes on.
        let file = folder.path().join("file");
        fs::write(&file, "").unwrap();
        let mut terminal = opened(&file);
        terminal.wait_for("Exercises that you solve are not remembered: cannot read");
        terminal.press("l");
        terminal.wait_for("Done: the table shows it");
        terminal.press("q");
        assert_eq!(terminal.wait_exit(), 0);
    });
}
