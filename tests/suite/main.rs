//! What needs no socket, terminal or namespace: the program's core, its screens, and the laws of its source.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests fail by panicking"
)]

mod app;
mod kernel;
mod readme;
mod scenario;
mod tcp;
mod tidy;
mod view;

#[path = "../support/lab_robot.rs"]
#[allow(dead_code, reason = "the other test binary needs more of it")]
mod computers;
#[path = "../support/robot.rs"]
#[allow(dead_code, reason = "the other test binary needs more of it")]
mod robot;
