mod kernel;
mod place;
mod poller;
mod proc_texts;
mod table;
mod watcher;
mod wire;

fn main() {}
