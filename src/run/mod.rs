//! The shell: what each subcommand does. The only place that knows every layer.

mod budget;
mod clock;
mod desk;
mod known;
mod line;
mod poller;
mod rhythm;
mod table;
mod watch;
mod watcher;

pub use budget::Budget;
pub use clock::Clock;
pub use known::Known;
pub use line::Line;
pub use poller::{Opener, Poller};
pub use table::{print_table, table, watch_table};
pub use watcher::{Glance, Order, Watcher};
