//! How fast the dashboard is, and what it costs, while 10, 1,000 and 27,500 connections are held: `cargo bench --bench dashboard`.
//!
//! The built program runs on a pty as a person would run it; what is measured is the time until a row stands on the screen, beside
//! `watch -n 0.1 ss` in the same run. Everything lives in network namespaces of its own and ends by itself, after about eight minutes.
//! It needs unshare, ip, ss and watch, and says so where they are missing. The machine should be calm: the load is printed, too.
//! Parts can be measured alone: `cargo bench --bench dashboard -- burst`; their names are those in `SCENES`.

#![expect(clippy::print_stdout, reason = "a bench prints its results")]
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a bench that cannot run has to stop"
)]

mod calm;
mod connecting;
mod drawing;
mod figures;
mod held;
mod many;
mod namespace;
mod polling;
mod reading;
mod starting;
#[path = "../support/mod.rs"]
#[allow(dead_code, unused_imports, reason = "the tests need more of it than the benches")]
mod support;
mod terminal;

use fivetuple::kernel::raise_descriptor_limit;

use crate::held::{Held, Where};

/// Every part, by its name; each lives in a namespace of its own.
const SCENES: [(&str, fn()); 13] = [
    ("start", starting::measure),
    ("frame", drawing::measure),
    ("burst", many::measure),
    ("10-table", || table(10)),
    ("28000-table", || table(28_000)),
    ("10", || among(10, Where::Elsewhere)),
    ("1000", || among(1000, Where::Elsewhere)),
    ("27500", || among(27_500, Where::Elsewhere)),
    ("10-own-port", || among(10, Where::OwnPort)),
    ("1000-own-port", || among(1000, Where::OwnPort)),
    ("27500-own-port", || among(27_500, Where::OwnPort)),
    ("10-calm", || calm::measure(10, 0.1)),
    ("27500-calm", || calm::measure(27_500, 0.7)),
];

fn main() {
    raise_descriptor_limit();
    let words: Vec<String> = std::env::args().skip(1).collect();
    if let [inside, scene] = &words[..]
        && inside == namespace::INSIDE
    {
        let (_, measure) =
            SCENES.iter().find(|(name, _)| name == scene).expect("a part of this name");
        return measure();
    }
    if let Some(why) = namespace::missing(&["ss", "watch"]) {
        println!("skipped: {why}");
        return;
    }
    let wanted: Vec<&String> = words.iter().filter(|word| !word.starts_with("--")).collect();
    figures::head();
    for (scene, _) in SCENES {
        if wanted.is_empty() || wanted.iter().any(|word| *word == scene) {
            namespace::inside(&[scene]);
        }
    }
    figures::load();
}

/// How fast the table of so many connections is read, and watched.
fn table(count: usize) {
    let _held = Held::start(count, Where::Elsewhere);
    reading::measure();
    polling::measure();
}

fn among(count: usize, place: Where) {
    let _held = Held::start(count, place);
    figures::title(&format!("{count} connections held {place}"));
    connecting::measure(count, place);
}
