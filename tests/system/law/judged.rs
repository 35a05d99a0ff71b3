//! Sentences that are true, and sentences that are not, of a step whose tables are written down here.

use super::program::Said;
use super::story::Story;
use super::table::Table;
use super::verdict::{Wrong, verdict};

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
    let mut story = Story::default();
    story.computers = vec![("laptop".to_owned(), [127, 0, 0, 2].into())];
    for lines in [before, after] {
        let mut table = Table::default();
        table.add(0, lines, |_| true);
        story.begin();
        story.read(table);
    }
    story
}

/// Each text is true where no kind of claim is wrong in it.
#[track_caller]
fn check(story: &Story, texts: &[(&str, &str)]) {
    for (kind, text) in texts {
        let wrong = verdict(&Said { text: (*text).to_owned(), ..Said::default() }, story);
        let found = wrong.as_ref().map(Wrong::kind).unwrap_or_default();
        assert_eq!(found, *kind, "{text}: {wrong:?}");
    }
}

#[test]
fn what_a_client_that_closed_first_leaves_is_known() {
    check(
        &step(&OPEN, &WAITS),
        &[
            ("", "laptop's row went from ESTABLISHED to TIME_WAIT; the server's row is gone."),
            ("", "laptop closed first: its row turns to TIME_WAIT. LISTEN is untouched."),
            ("", "laptop's end is in TIME_WAIT, and the other end is gone."),
            ("", "1 row is in TIME_WAIT."),
            ("", "Port 40000 of 127.0.0.2 is in TIME_WAIT."),
            ("Is", "laptop closed: its row went from ESTABLISHED to FIN_WAIT1."),
            ("Is", "laptop closed: TIME_WAIT at the server's end."),
            ("Was", "laptop's row went from CLOSE_WAIT to TIME_WAIT."),
            ("IsNot", "laptop aborted: nothing stays in TIME_WAIT."),
            ("BothGone", "laptop aborted: both rows are gone."),
            ("Gone", "laptop closed: its row is gone."),
            ("Rows", "2 rows are still in TIME_WAIT."),
            ("Port", "laptop closed its end at port 40001."),
            ("Address", "127.0.0.7 closed its end."),
            ("ListenGone", "Stopped listening: the LISTEN row is gone."),
            ("ListensAt", "Nothing is listening on port 5000."),
            ("ListenGone", "The server stopped listening on port 5000."),
        ],
    );
}

#[test]
fn a_listener_that_is_gone_is_known_for_two_steps_more() {
    let text = "The server stopped listening on port 5000: the LISTEN row is gone.";
    let mut story = step(&[LISTEN], &[]);
    for kind in ["", "", "", "ListenGone"] {
        check(&story, &[(kind, text)]);
        story.begin();
        story.read(Table::default());
    }
}

#[test]
fn queues_and_both_ends_are_known() {
    check(
        &step(&OPEN, &HALF),
        &[
            ("", "laptop closed: FIN_WAIT2 at its end, CLOSE_WAIT at the server's."),
            ("", "laptop sent 13 bytes: they are in the Recv-Q of the server's row."),
            ("", "laptop sent 13 bytes: Recv-Q 0 -> 13."),
            ("", "The server's end is in CLOSE_WAIT until its program closes."),
            ("", "Listening on 127.0.0.1:5000."),
            ("", "Port 5000 now has 1 connection."),
            ("Queue", "laptop sent 13 bytes: the server's Recv-Q is 12."),
            ("Queue", "laptop sent 13 bytes: they stand in its Recv-Q."),
            ("Queue", "laptop sent 13 bytes: they stand in its Send-Q."),
            ("ConnectionsAt", "Port 5000 now has 7 connections."),
            ("Is", "laptop hung up: CLOSE_WAIT at its end."),
            ("Is", "laptop hung up: the other end is in FIN_WAIT2."),
        ],
    );
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
    check(
        &step(&before, &after),
        &[
            ("", "laptop's row is in FIN_WAIT2, the server's is ESTABLISHED."),
            ("Is", "laptop closed: its row is in FIN_WAIT2, the server's row is gone."),
        ],
    );
}
