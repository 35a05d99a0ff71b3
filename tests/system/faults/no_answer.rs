//! Nobody answers: packets that are lost after the handshake, before it, or on a cut cable of the lab.

use std::net::TcpStream;
use std::time::Duration;

use regex::Regex;

use crate::place::{LOCALHOST, listener};
use crate::support::netns;
use crate::support::pty::command;
use crate::terminal::{
    broken, call_to, dashboard, listen, listening, quit, rows, started, wait_connections,
};

/// From now on the kernel throws away whatever comes for this socket, before TCP sees it: its peer is half open, as behind a cut cable.
///
/// A packet filter does the same to both directions, but needs a tool and privileges; the socket's own filter (socket(7)) needs neither.
fn deafen(stream: &TcpStream) {
    let give_back = u16::try_from(libc::BPF_RET | libc::BPF_K).unwrap();
    let nothing = socket2::SockFilter::new(give_back, 0, 0, 0);
    let socket = socket2::SockRef::from(stream);
    socket.attach_filter(&[nothing]).unwrap();
}

/// How long the dashboard may take to carry out a key, whatever the other end does.
const SOON: Duration = Duration::from_secs(1);

#[test]
fn a_server_end_whose_client_is_silent_stays_and_can_be_aborted() {
    netns::alone(|| {
        let terminal = dashboard(&[]);
        let port = listen(&terminal);
        let stranger = TcpStream::connect(("127.0.0.1", port)).unwrap();
        let from = stranger.local_addr().unwrap().port();
        let row = format!(r"127\.0\.0\.1:{port} +127\.0\.0\.1:{from} +● ESTABLISHED");
        terminal.wait_for(&row);
        deafen(&stranger);
        // The server's end is the row below the listener's.
        terminal.press("Tab");
        terminal.press("j");
        terminal.press_until("j", &format!(r"▶[^\n]*{row}"));
        terminal.press_until("s", &format!(r"{row}[^\n]*resent [1-9]"));
        terminal.press_until("Enter", r"timer +resent \d+ times?, no answer; next in");
        terminal.press("Esc");
        terminal.press("x");
        let row = Regex::new(&row).unwrap();
        let is_gone = |screen: &vt100::Screen| !row.is_match(&screen.contents());
        terminal.wait_until("the row to go", SOON, is_gone);
        terminal.wait_for(&broken("The server aborted: RST instead of FIN."));
        quit(terminal);
    });
}

#[test]
fn a_client_whose_server_is_silent_stays_and_can_be_disconnected() {
    netns::alone(|| {
        let (server, at) = listener(LOCALHOST);
        let port = at.port();
        let terminal = dashboard(&[]);
        call_to(&terminal, &format!("127.0.0.1:{port}"));
        terminal.press("c");
        let (stranger, _) = server.accept().unwrap();
        let row = format!(r"127\.0\.0\.2:\d+ +127\.0\.0\.1:{port} +");
        terminal.wait_for(&format!("{row}● ESTABLISHED"));
        deafen(&stranger);
        terminal.press_until("s", &format!(r"{row}● ESTABLISHED[^\n]*resent [1-9]"));
        terminal.press("d");
        let closes = Regex::new(&format!(r"{row}\S FIN_WAIT1")).unwrap();
        let is_closing = |screen: &vt100::Screen| closes.is_match(&screen.contents());
        terminal.wait_until("FIN_WAIT1", SOON, is_closing);
        terminal.wait_for("laptop closed");
        quit(terminal);
    });
}

fn ip(args: &str) {
    assert!(netns::done("ip", args), "ip {args}");
}

#[test]
fn with_lo_down_a_call_says_what_may_be_the_matter_and_can_be_given_up() {
    netns::alone(|| {
        let terminal = listening();
        // The kernel keeps the route, takes the SYN, and throws it away without a word.
        ip("link set lo down");
        terminal.press_until("c", r"▷ SYN_SENT +laptop");
        terminal.wait_for("lo is down");
        terminal.press("d");
        let is_given_up = |screen: &vt100::Screen| rows(&screen.contents(), "SYN_SENT") == 0;
        terminal.wait_until("the call to be given up", SOON, is_given_up);
        terminal.wait_for("gave up connecting");
        ip("link set lo up");
        terminal.press("c");
        wait_connections(&terminal, "1");
        quit(terminal);
    });
}

#[test]
fn where_lo_was_never_up_there_is_no_route() {
    netns::alone(|| {
        // In yet another network, where nobody has touched lo.
        let args = ["-n", env!("CARGO_BIN_EXE_fivetuple"), "--port", "0"];
        let terminal = started(command("unshare", &args));
        listen(&terminal);
        terminal.press_until("c", "ENETUNREACH");
        terminal.wait_for(&broken("This machine has no route there; is lo up?"));
        quit(terminal);
    });
}

#[test]
fn where_lo_has_lost_its_addresses_that_is_said() {
    netns::alone(|| {
        let terminal = listening();
        ip("address flush dev lo");
        ip("link set lo down");
        terminal.press("c");
        terminal
            .wait_for(&broken("127.0.0.2 belongs to lo, which is down or has lost its addresses"));
        quit(terminal);
    });
}
