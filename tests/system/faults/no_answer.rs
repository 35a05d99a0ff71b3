//! Nobody answers any more: packets that are lost after the handshake.

use std::net::TcpStream;
use std::time::Duration;

use regex::Regex;

use crate::place::{LOCALHOST, listener};
use crate::support::netns;
use crate::terminal::{broken, call_to, dashboard, listen, quit};

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
