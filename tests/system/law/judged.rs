//! Sentences that are true, and sentences that are not, of a step whose tables are written down here.

use super::program::{Moment, Said};
use super::story::Story;
use super::table::Table;
use super::verdict::verdict;

const LISTEN: &str = "tcp LISTEN 0 128 127.0.0.1:5000 0.0.0.0:* ino:9";
const OPEN: [&str; 3] = [
    LISTEN,
    "tcp ESTAB 0 0 127.0.0.1:5000 127.0.0.2:40000 ino:1",
    "tcp ESTAB 0 0 127.0.0.2:40000 127.0.0.1:5000 ino:2",
];
const WAITS: [&str; 2] = [LISTEN, "tcp TIME-WAIT 0 0 127.0.0.2:40000 127.0.0.1:5000"];
const HALF: [&str; 3] = [
    LISTEN,
    "tcp CLOSE-WAIT 13 0 127.0.0.1:5000 127.0.0.2:40000 ino:1",
    "tcp FIN-WAIT-2 0 0 127.0.0.2:40000 127.0.0.1:5000",
];

/// A step that begins with one table and ends with the other.
fn step(before: &[&str], after: &[&str]) -> Story {
    let table = |lines: &[&str]| {
        let mut table = Table::default();
        table.add_lines_of_ss(0, &lines.join("\n"));
        table
    };
    let mut story = Story::default();
    story.computers = vec![("laptop".to_owned(), [127, 0, 0, 2].into())];
    story.begin();
    story.read(table(before));
    story.begin();
    story.read(table(after));
    story
}

#[track_caller]
fn is_true(story: &Story, text: &str) {
    assert_eq!(verdict(&said(text), story), None, "{text}");
}

#[track_caller]
fn is_false(story: &Story, kind: &str, text: &str) {
    let wrong = verdict(&said(text), story);
    assert_eq!(wrong.as_ref().map(|wrong| wrong.kind), Some(kind), "{text}: {wrong:?}");
}

#[test]
fn what_a_client_that_closed_first_leaves_is_known() {
    let story = step(&OPEN, &WAITS);
    for text in [
        "laptop closed: its row went from ESTABLISHED to TIME_WAIT; the server's row is gone.",
        "laptop hung up first: its row turns to TIME_WAIT for 60 s, the server's row goes. LISTEN is untouched.",
        "laptop's end is in TIME_WAIT, and the other end is gone.",
        "1 row is in TIME_WAIT.",
        "Port 40000 of 127.0.0.2 is in TIME_WAIT.",
    ] {
        is_true(&story, text);
    }
    let (state, denied) = ("a state that no row is in", "a state denied that a row is in");
    for (kind, text) in [
        (state, "laptop closed: its row went from ESTABLISHED to FIN_WAIT1."),
        (state, "laptop closed: TIME_WAIT at the server's end."),
        ("a state that no row was in", "laptop's row went from CLOSE_WAIT to TIME_WAIT."),
        (denied, "laptop aborted: nothing stays in TIME_WAIT."),
        ("a row gone that is there", "laptop aborted: both rows are gone."),
        ("a row gone that is there", "laptop closed: its row is gone."),
        ("a count", "2 rows are still in TIME_WAIT."),
        ("a port", "laptop closed its end at port 40001."),
        ("an address", "127.0.0.7 closed its end."),
        ("the LISTEN row", "Stopped listening: the LISTEN row is gone."),
        ("the LISTEN row", "Nothing is listening on port 5000."),
    ] {
        is_false(&story, kind, text);
    }
}

#[test]
fn queues_and_both_ends_are_known() {
    let story = step(&OPEN, &HALF);
    for text in [
        "laptop hung up: FIN_WAIT2 at its end, CLOSE_WAIT at the server's, which has not closed.",
        "laptop sent 13 bytes: they wait in the server's Recv-Q.",
        "laptop sent 13 bytes: Recv-Q 0 -> 13.",
        "laptop half-closed. The server's end is in CLOSE_WAIT until its program closes.",
        "Listening on 127.0.0.1:5000.",
        "Port 5000 now has 1 connection.",
    ] {
        is_true(&story, text);
    }
    is_false(&story, "a queue", "laptop sent 13 bytes: the server's Recv-Q is 12.");
    is_false(&story, "a queue", "laptop sent 13 bytes: they stand in its Send-Q.");
    is_false(&story, "a count", "Port 5000 now has 7 connections.");
    let state = "a state that no row is in";
    is_false(&story, state, "laptop hung up: CLOSE_WAIT at its end.");
    is_false(&story, state, "laptop hung up: the other end is in FIN_WAIT2.");
}

#[test]
fn all_that_a_sentence_says_has_to_be_true_of_one_connection() {
    let others = [
        "tcp ESTAB 0 0 127.0.0.1:5000 127.0.0.2:40001 ino:3",
        "tcp ESTAB 0 0 127.0.0.2:40001 127.0.0.1:5000 ino:4",
    ];
    let end = ["tcp FIN-WAIT-2 0 0 127.0.0.2:40001 127.0.0.1:5000"];
    let before = [&OPEN[..], &others].concat();
    let after = [&WAITS[..], &[others[0]], &end].concat();
    let story = step(&before, &after);
    is_true(&story, "laptop's row is in FIN_WAIT2, the server's is ESTABLISHED.");
    let mixed = "laptop closed: its row is in FIN_WAIT2, the server's row is gone.";
    is_false(&story, "a state that no row is in", mixed);
}

/// A sentence that does not tell which connection it is about.
fn said(text: &str) -> Said {
    Said { at: Moment::default(), text: text.to_owned(), blamed: vec![], about: None }
}
