//! From the start to the first frame.

use crate::figures::{Times, at_most, times, title};
use crate::held::PORT;
use crate::terminal::pty::fivetuple;
use crate::terminal::{PATIENCE, SIZE, Terminal, frames, now};

const ROUNDS: usize = 20;

pub(crate) fn measure() {
    title("the start");
    let once = |_| {
        let begun = now();
        let command = fivetuple(&["--port", &PORT.to_string()]);
        let dashboard = Terminal::start(command, SIZE.0, SIZE.1);
        let is_drawn = |screen: &vt100::Screen| screen.contents().contains("Sockets");
        dashboard.wait_until("the first frame", PATIENCE, is_drawn);
        dashboard.seen(|seen| frames(seen, 0)[0] - begun)
    };
    let starts: Times = (0..ROUNDS).map(once).collect();
    let target = at_most(starts.median(), 50.0, " ms");
    times("from the start of the process to the first frame", &starts, &target);
}
