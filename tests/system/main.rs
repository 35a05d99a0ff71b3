//! The program with the kernel's own sockets, on terminals, in network namespaces.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests fail by panicking"
)]

mod export;
mod faults;
mod film;
mod kernel;
mod lab;
mod law;
mod listeners;
mod myth;
mod net;
mod ran;
mod real_robot;
mod run;
mod sentences;
mod terminal;
mod why_not;

#[path = "../support/lab_robot.rs"]
#[allow(dead_code, reason = "the other test binary needs more of it")]
mod computers;
#[path = "../support/lab_sockets.rs"]
mod lab_sockets;
#[path = "../support/place.rs"]
mod place;
#[path = "../support/robot.rs"]
#[allow(dead_code, reason = "the other test binary needs more of it")]
mod robot;
#[path = "../support/mod.rs"]
#[allow(dead_code, reason = "the other test binary needs more of it")]
mod support;
