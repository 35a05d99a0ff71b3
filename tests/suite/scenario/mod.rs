//! Scenarios: text files in which keys are pressed, TCP reports, netstat shows rows, and the dashboard answers.
//!
//! ```text
//! == title                  a new dashboard; the lines below play one test
//! # why                     a remark
//! start lab connected       where it begins; else with nothing listening yet, for port 5000
//! given descriptors 300     a fact about this machine, or a setting
//! > h 3o "text"             keys; what stands in quotes is typed
//! * connected $laptop       TCP or the lab reports something; `* 2 s` lets time pass
//! ~ 1 laptop SYN 0 0        segment 1 is put on the wire, its numbers counted from the SYNs; `~ 1 arrives`, `~ 1 lost`
//! tcp 0 0 ... LISTEN        netstat's rows from now on, of one machine or of server and laptop; `$laptop TIME_WAIT` is a usual row
//! ? table                   a question
//! = ! |                     what came of the line above: sentences, orders, answers
//! ```
//!
//! `UPDATE_SCENARIOS=1 cargo test --test suite scenario` writes what came of each line below it; read the diff as you read code.

#![expect(
    clippy::print_stdout,
    reason = "the last line that is printed is the one that makes a story fail"
)]

mod answers;
mod facts;
mod orders;
mod reports;
mod story;

use crate::tidy::source::{files, root};

use self::story::Story;

/// What begins the lines that a dashboard writes.
const ANSWERS: [&str; 3] = ["= ", "! ", "| "];

/// Plays the text without its answers, and gives it back with those of today.
fn played(text: &str) -> String {
    let mut story = Story::new("");
    let mut written = String::new();
    let is_row =
        |line: &str| ["tcp ", "udp ", "$", "("].iter().any(|start| line.starts_with(start));
    let asked = text.lines().filter(|line| !ANSWERS.iter().any(|start| line.starts_with(start)));
    let mut asked = asked.peekable();
    while let Some(line) = asked.next() {
        println!("{line}");
        written.extend([line, "\n"]);
        let mut rows = vec![line];
        while is_row(line) && asked.peek().is_some_and(|next| is_row(next)) {
            let next = asked.next().unwrap_or_default();
            written.extend([next, "\n"]);
            rows.push(next);
        }
        let answers = if is_row(line) { story.netstat(&rows) } else { story.play(line) };
        written.extend(answers.into_iter().map(|answer| answer + "\n"));
    }
    written
}

#[test]
fn scenarios() {
    let mut wrong = Vec::new();
    for path in files(&root().join("tests/suite"), "scenario") {
        println!("{}", path.display());
        let text = std::fs::read_to_string(&path).unwrap();
        let written = played(&text);
        if std::env::var_os("UPDATE_SCENARIOS").is_some() {
            std::fs::write(&path, &written).unwrap();
        } else if text != written {
            let both = text.lines().zip(written.lines());
            let same = both.take_while(|(stands, came)| stands == came).count();
            let [stands, came] = [&text, &written].map(|text| text.lines().nth(same));
            let place = format!("{}:{}", path.display(), same + 1);
            wrong.push(format!("{place}\n  stands: {stands:?}\n  came:   {came:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
