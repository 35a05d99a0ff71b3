//! Half open: the cable is cut once the connection is there, and neither end knows.

use std::time::Duration;

use crate::support::pty::{Terminal, fivetuple};
use crate::support::skipped;
use crate::terminal::quit;

/// How long the dashboard may take to carry out a key, whatever the other end does.
const SOON: Duration = Duration::from_secs(1);

/// A connection of the lab, both of whose ends are ESTABLISHED; `None` where there is no lab.
fn connected() -> Option<Terminal> {
    let terminal = Terminal::start(fivetuple(&["--lab", "--port", "500"]), 120, 36);
    terminal.wait_for("the lab is up|there is no lab");
    if !terminal.screen().contains("the lab is up") {
        skipped("no lab here");
        return None;
    }
    terminal.press("l");
    terminal.wait_for(r":500 +0\.0\.0\.0:\* +\S LISTEN");
    terminal.press("c");
    terminal.wait_for(r":500 .*ESTABLISHED .*ESTABLISHED");
    terminal.wait_for("sent \"Test payload");
    Some(terminal)
}

/// From now on whatever is sent gets lost; the client's end tells how often it was sent again, and both ends believe that they are connected.
fn cut(terminal: &Terminal) {
    terminal.press("B");
    terminal.wait_for("CUT");
    terminal.press("s");
    terminal.wait_for(r"✗.* PSH\+ACK(?s:.*)resent after \d\.\d\d s");
    // From the computers to the wire, and on to the rows of the chosen computer.
    terminal.press("Tab");
    terminal.press("Tab");
    terminal.press("j");
    terminal.press("Enter");
    terminal.wait_for(r"state +● ESTABLISHED +● ESTABLISHED");
    terminal.wait_for(r"timer +resent \d+ times?, no answer; next in");
    terminal.wait_for(r"Send-Q +13 B, unacknowledged");
    terminal.press("Esc");
    terminal.wait_for("CUT");
}

fn wait_soon(terminal: &Terminal, what: &str) {
    let regex = regex::Regex::new(what).unwrap();
    terminal.wait_until(what, SOON, |screen| regex.is_match(&screen.contents()));
}

#[test]
fn a_client_behind_a_cut_cable_tells_its_retransmissions_and_can_be_disconnected() {
    let Some(terminal) = connected() else { return };
    cut(&terminal);
    terminal.press("d");
    wait_soon(&terminal, r":500 .*● ESTABLISHED.*FIN_WAIT1");
    quit(terminal);
}

#[test]
fn a_client_behind_a_cut_cable_can_be_aborted() {
    let Some(terminal) = connected() else { return };
    cut(&terminal);
    terminal.press("x");
    wait_soon(&terminal, r"1 LISTEN  1 ESTABLISHED ");
    quit(terminal);
}
