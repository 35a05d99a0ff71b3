//! Every test in one binary: quick to build, and one place to look.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests fail by panicking"
)]

mod commands;
mod dashboard;
mod faults;
mod film;
mod kernel;
mod net;
mod proc_texts;
mod robot;
mod support;
mod terminal;
mod watcher;
mod wire;
