//! A socket outlives the process that was found to hold it.

use crate::kernel::lookups::holder;
use crate::place::{listener, own_address};
use crate::support::pty::{Terminal, fivetuple};
use crate::terminal::quit;

#[test]
fn the_owner_of_a_socket_is_the_process_that_holds_it_now() {
    let (listener, at) = listener(own_address());
    let mut holders = ["parent", "child"].map(|name| holder(name.as_ref(), &listener));
    drop(listener);
    let port = at.port().to_string();
    let terminal = Terminal::start(fivetuple(&["--port", &port]), 160, 29);
    // In the order of their numbers, which is not always that of their births.
    holders.sort_by_key(|(holder, _)| holder.id());
    let [(first, _), (second, _)] = &mut holders;
    terminal.wait_for(&format!(r"LISTEN .* {}/\S+ fd 0 and 1 more", first.id()));
    first.kill().unwrap();
    first.wait().unwrap();
    terminal.wait_for(&format!(r"LISTEN .* {}/\S+ fd 0 ", second.id()));
    second.kill().unwrap();
    second.wait().unwrap();
    quit(terminal);
}
