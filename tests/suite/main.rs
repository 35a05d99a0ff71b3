mod kernel;
mod proc_texts;
mod watcher;
mod wire;

fn main() {}
