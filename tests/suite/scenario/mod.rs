//! Scenarios: text files in which keys are pressed, TCP reports, netstat shows rows, and the dashboard answers.
//!
//! ```text
//! # why                     a remark
//! row two tcp 0 0 ...       `$two` is this row, in the whole file
//! == title                  a new dashboard; the lines below play one test
//! start lab connected       where it begins; else with nothing listening yet, for port 5000
//! after TITLE               it goes on where that one ended
//! given descriptors 300     a fact about this machine, or a setting
//! > h 3o "text"             keys; what stands in quotes is typed
//! >> l c d                  keys in one write, which wait for what was ordered before them
//! select $laptop            a click on a row; `computer 1` is one, too
//! * connected $laptop       TCP or the lab reports something; `* 2 s` lets time pass
//! ~ 1 laptop SYN 0 0        segment 1 is put on the wire, its numbers counted from the SYNs; `~ 1 again` if the wire only counts it, `~ 1 arrives`, `~ 1 lost`
//! tcp 0 0 ... LISTEN        netstat's rows from now on, of one machine or of server and laptop; before them, `(afresh)` reads the whole table
//! $laptop#2 TIME_WAIT       a usual row, two ports further, in that state; then `recv=13`, `send=13`, and `unowned` where no process holds it
//! ? table                   a question
//! - = ! |                   what came of the line above: sentences that are gone, and new ones; orders, answers
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

use std::collections::BTreeMap;
use std::panic::catch_unwind;

use crate::tidy::source::{files, root};

use self::story::Story;

/// What begins the lines that a dashboard writes.
const ANSWERS: [&str; 4] = ["- ", "= ", "! ", "| "];

/// Plays the text without its answers, and gives it back with those of today.
fn played(text: &str) -> String {
    let is_answer = |line: &&str| ANSWERS.iter().any(|start| line.starts_with(start));
    let is_row =
        |line: &str| ["tcp ", "udp ", "$", "("].iter().any(|start| line.starts_with(start));
    let asked: Vec<&str> = text.lines().filter(|line| !is_answer(line)).collect();
    let mut story = Story::new("");
    // What was played under each title.
    let mut all: BTreeMap<&str, Vec<&[&str]>> = BTreeMap::new();
    let mut title = "";
    let mut written = String::new();
    for lines in asked.chunk_by(|one, next| is_row(one) && is_row(next)) {
        println!("{}", lines.join("\n"));
        written.extend(lines.iter().flat_map(|line| [line, "\n"]));
        title = lines[0].strip_prefix("== ").unwrap_or(title);
        let before = lines[0].strip_prefix("after ").map(|title| all[title].clone());
        let to_play = before.clone().unwrap_or_else(|| vec![lines]);
        for lines in &to_play {
            let answers =
                if is_row(lines[0]) { story.netstat(lines) } else { story.play(lines[0]) };
            let shown = answers.into_iter().filter(|_| before.is_none());
            written.extend(shown.map(|answer| answer + "\n"));
        }
        all.entry(title).or_default().extend(to_play);
    }
    written
}

#[test]
fn scenarios() {
    let mut wrong = Vec::new();
    let all = files(&root().join("tests/suite"), "scenario");
    assert!(all.len() > 30, "the scenarios are somewhere else");
    for path in all {
        println!("{}", path.display());
        let text = std::fs::read_to_string(&path).unwrap();
        let Ok(written) = catch_unwind(|| played(&text)) else {
            wrong.push(format!("{}: panics, as told above", path.display()));
            continue;
        };
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
