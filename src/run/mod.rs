//! The shell: what each subcommand does. The only place that knows every layer.

pub mod connect;
pub mod headless;
pub mod listen;
