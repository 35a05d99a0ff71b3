//! Every test in one binary: quick to build, and one place to look.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests fail by panicking"
)]

mod commands;
mod computers;
mod copies;
mod dashboard;
mod detective;
mod faults;
mod film;
mod halves;
mod headless;
mod inspecting;
mod kernel;
mod lab;
mod manual;
mod myth;
mod net;
mod place;
mod poller;
mod ports;
mod proc_texts;
mod readme;
mod real;
mod robot;
mod screens;
mod support;
mod table;
mod terminal;
mod tidy;
mod transitions;
mod watcher;
mod wire;
mod wire_info;
mod written;
