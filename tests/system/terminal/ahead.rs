//! Keys that are typed ahead do the same as keys that are typed slowly.

use std::collections::BTreeMap;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;

use regex::Regex;

use crate::support::netns;
use crate::support::pty::{Terminal, fivetuple};

/// A key that orders nothing, and is taken once all before it is done; and what it says.
const FENCE: (&str, &str) = ("0c", "opens no connection");

const TIMES: usize = 100;

/// Keys in one write each.
const ON_LOOPBACK: &[&str] = &[
    "la3c", "lcDl", "lclc", "lccdd", "ll", "lcxc", "lcfd", "lcfD", "lcs", "la2cAAA", "lccrrlc",
    "l3c0dlc", "lcUlc", "lacfA", "lacfAd",
];
const IN_THE_LAB: &[&str] =
    &["Nlhcooo", "Nla3c", "NlcDl", "Nlclc", "Nlccdd", "Nlcxc", "NlccrrlcS3"];

/// Whether both are the same, as far as the sentences of both are still on the screen.
fn is_same(fast: &Outcome, slow: &Outcome) -> bool {
    let both = fast.sentences.iter().rev().zip(slow.sentences.iter().rev());
    fast.rows == slow.rows && both.into_iter().all(|(fast, slow)| fast == slow)
}

/// What a reader is left with: how many rows are in which state, and the sentences, without the numbers of this run.
#[derive(Debug, PartialEq)]
struct Outcome {
    rows: BTreeMap<String, usize>,
    sentences: Vec<String>,
}

fn outcome(screen: &str) -> Outcome {
    static ROW: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"[|│┃] [^-'] [^|│┃]*?:(?:\d+|\*) +\S ([A-Z]\w+) "));
    let mut rows = BTreeMap::new();
    for row in ROW.captures_iter(screen) {
        *rows.entry(row[1].to_owned()).or_default() += 1;
    }
    Outcome { rows, sentences: sentences(screen) }
}

fn pattern(text: &str) -> Regex {
    Regex::new(text).unwrap()
}

/// The sentences on the screen, each on a line of its own.
fn sentences(screen: &str) -> Vec<String> {
    static BEGINS: LazyLock<Regex> = LazyLock::new(|| pattern(r"^\d\d:\d\d:\d\d(\.\d+)? +"));
    static NUMBER: LazyLock<Regex> = LazyLock::new(|| pattern(r"(less than )?\d[\d,.]*( m?s\b)?"));
    let pane = screen.lines().skip_while(|line| !line.contains("What happened")).skip(1);
    let pane = pane.take_while(|line| !line.contains("? keys"));
    let mut all: Vec<String> = Vec::new();
    for line in pane {
        let line = line.trim_matches(|c: char| c.is_whitespace() || "│┃║|".contains(c));
        match (BEGINS.find(line), all.last_mut()) {
            (Some(time), _) => all.push(line[time.end()..].to_owned()),
            (None, Some(last)) if line.starts_with(char::is_alphanumeric) => {
                last.extend([" ", line]);
            }
            (None, _) => (),
        }
    }
    let numberless = |sentence: &String| NUMBER.replace_all(sentence, "#").into_owned();
    all.iter().map(numberless).take_while(|sentence| !sentence.contains(FENCE.1)).collect()
}

/// A dashboard at a port that none before had: what is left there in TIME_WAIT would be shown, too.
fn start() -> Terminal {
    static PORT: AtomicU16 = AtomicU16::new(5000);
    let port = PORT.fetch_add(1, Ordering::Relaxed).to_string();
    let terminal = Terminal::start(fivetuple(&["--port", &port]), 200, 60);
    terminal.wait_for("Press l to listen");
    terminal
}

fn at_the_end(terminal: &Terminal) -> Outcome {
    terminal.wait_for(FENCE.1);
    settle(terminal);
    let outcome = outcome(&terminal.screen());
    terminal.press("ctrl-c");
    outcome
}

/// Each key once nothing changes any more.
fn slowly(keys: &str) -> Outcome {
    let terminal = start();
    for key in keys.chars().chain(FENCE.0.chars()) {
        terminal.type_text(&key.to_string());
        settle(&terminal);
    }
    at_the_end(&terminal)
}

/// Waits until nothing but times and countdowns has changed for a while.
fn settle(terminal: &Terminal) {
    const STEP: Duration = Duration::from_millis(25);
    const MOST: usize = 2_000;
    let (mut before, mut calm) = (None, 0);
    for _ in 0..MOST {
        terminal.let_pass(STEP);
        let now = Some(outcome(&terminal.screen()));
        calm = if now == before { calm + 1 } else { 0 };
        if calm == 16 {
            return;
        }
        before = now;
    }
    panic!("never calm: {before:?}");
}

fn at_once(keys: &str) -> Outcome {
    let terminal = start();
    terminal.type_text(&format!("{keys}{}", FENCE.0));
    at_the_end(&terminal)
}

/// Compares what comes of keys in one write with what comes of them slowly; a few keys at a time, each once after the other.
fn compare(all: &[&str], times: usize) {
    const AT_A_TIME: usize = 4;
    let mut wrong = Vec::new();
    for some in all.chunks(AT_A_TIME) {
        std::thread::scope(|scope| {
            let run = |keys| scope.spawn(move || differing(keys, times));
            let runs: Vec<_> = some.iter().copied().map(run).collect();
            wrong.extend(runs.into_iter().filter_map(|run| run.join().unwrap()));
        });
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// What differs first, and how often something does.
fn differing(keys: &str, times: usize) -> Option<String> {
    let slow = slowly(keys);
    let fast = (0..times).map(|_| at_once(keys));
    let differing: Vec<Outcome> = fast.filter(|fast| !is_same(fast, &slow)).collect();
    let many = differing.len();
    let first = differing.first()?;
    Some(format!("{keys}: {many} of {times}\nslow {slow:#?}\nfast {first:#?}"))
}

#[test]
fn keys_in_one_write_do_what_they_do_one_by_one() {
    netns::alone(|| compare(&["la3c", "lcDl", "lclc", "lccdd"], 3));
}

#[test]
#[ignore = "takes minutes"]
fn keys_in_one_write_do_so_a_hundred_times() {
    netns::alone(|| compare(ON_LOOPBACK, TIMES));
}

#[test]
#[ignore = "takes minutes"]
fn keys_in_one_write_do_so_in_the_lab_a_hundred_times() {
    if crate::lab::commands::possible() {
        compare(IN_THE_LAB, TIMES);
    }
}
