#[cfg(test)]
mod kernel;
#[cfg(test)]
mod place;
#[cfg(test)]
mod poller;
#[cfg(test)]
mod proc_texts;
#[cfg(test)]
mod table;
#[cfg(test)]
mod watcher;
#[cfg(test)]
mod wire;

fn main() {}
