//! What the tests stand on: a terminal, a network of their own, and the machinery of the film.

use std::io::Write;

pub(crate) mod apart;
pub(crate) mod changes;
pub(crate) mod clock;
pub(crate) mod footage;
pub(crate) mod gif;
pub(crate) mod keys;
pub(crate) mod line;
pub(crate) mod netns;
pub(crate) mod nobody;
pub(crate) mod paint;
pub(crate) mod player;
pub(crate) mod pty;
pub(crate) mod sandbox;
pub(crate) mod sealed;
pub(crate) mod seen;
pub(crate) mod tape;

/// Says that a test could not run here, and why; past libtest's capture, so that it is read.
pub(crate) fn skipped(why: &str) {
    let _ = writeln!(std::io::stderr(), "skipped: {why}");
}
