//! The speaker's notes: a dashboard that gives a lesson serves them on a Unix socket, and `fivetuple lesson --notes` follows them in
//! another terminal of the same user.

pub(in crate::run) mod follower;
mod meeting;
mod on_screen;
pub(super) mod server;

/// What is said at the end.
const OVER: &str = "The lesson is no longer given.";
