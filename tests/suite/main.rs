//! Every test in one binary: quick to build, and one place to look.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests fail by panicking"
)]

mod dashboard;
mod film;
mod halves;
mod headless;
mod kernel;
mod net;
mod place;
mod poller;
mod proc_texts;
mod robot;
mod screens;
mod support;
mod table;
mod watcher;
mod wire;
