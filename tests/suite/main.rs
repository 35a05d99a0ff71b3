mod kernel;
mod proc_texts;
mod wire;

fn main() {}
