//! What the tests stand on: a terminal, a network of their own, and the machinery of the film.

use std::ffi::OsStr;
use std::io::Write;
use std::process::Command;

pub(crate) mod again;
pub(crate) mod clock;
pub(crate) mod footage;
pub(crate) mod gif;
pub(crate) mod keys;
pub(crate) mod line;
pub(crate) mod netns;
pub(crate) mod paint;
pub(crate) mod player;
pub(crate) mod pty;
pub(crate) mod sandbox;
pub(crate) mod seen;
pub(crate) mod tape;

/// The built fivetuple, without a terminal.
pub(crate) fn program<S: AsRef<OsStr>>(args: impl IntoIterator<Item = S>) -> Command {
    let mut program = Command::new(env!("CARGO_BIN_EXE_fivetuple"));
    program.args(args);
    program
}

/// Says that a test could not run here, and why; past libtest's capture, so that it is read.
pub(crate) fn skipped(why: &str) {
    let _ = writeln!(std::io::stderr(), "skipped: {why}");
}

/// The same, for what there is none of then.
pub(crate) fn skipped_none<T>(why: &str) -> Option<T> {
    skipped(why);
    None
}
