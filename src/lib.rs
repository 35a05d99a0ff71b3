//! fivetuple shows what really happens when a client connects to a TCP port.

pub mod app;
pub mod cli;
pub mod kernel;
pub mod net;
pub mod run;
pub mod tcp;
pub mod view;
