//! Sentences, and what they claim.

use super::claims::{Claim, Whose, claims};

fn of(text: &str) -> Vec<Claim> {
    claims(text, &["laptop".to_owned(), "phone".to_owned()])
}

fn laptop() -> Whose {
    Whose::Of("laptop".to_owned())
}

#[test]
fn states_are_claimed_of_whose_row_it_says() {
    let said = of(
        "laptop closed: its row went from ESTABLISHED to FIN_WAIT1; the server's row did not change.",
    );
    assert_eq!(
        said,
        [Claim::Was(laptop(), vec!["ESTABLISHED"]), Claim::Is(laptop(), vec!["FIN_WAIT1"])]
    );
    let said = of(
        "laptop hung up: FIN_WAIT2 at its end, CLOSE_WAIT at the server's, which has not closed. D closes it.",
    );
    assert_eq!(
        said,
        [Claim::Is(laptop(), vec!["FIN_WAIT2"]), Claim::Is(Whose::Server, vec!["CLOSE_WAIT"])]
    );
    let said = of("phone's ACK has come: the server's end is ESTABLISHED, too.");
    assert_eq!(said, [Claim::Is(Whose::Server, vec!["ESTABLISHED"])]);
}

#[test]
fn rows_that_go_are_gone() {
    assert_eq!(
        of(
            "laptop hung up first: its row turns to TIME_WAIT for 60 s, the server's row goes. LISTEN is untouched."
        ),
        [
            Claim::Is(laptop(), vec!["TIME_WAIT"]),
            Claim::Gone(Whose::Server),
            Claim::ListenUnchanged
        ]
    );
    assert_eq!(
        of(
            "laptop aborted: RST instead of FIN. Both rows go at once, and nothing stays in TIME_WAIT."
        ),
        [Claim::BothGone, Claim::IsNot(Whose::Any, "TIME_WAIT")]
    );
    assert_eq!(
        of("laptop's row: ESTABLISHED -> gone"),
        [Claim::Was(Whose::Any, vec!["ESTABLISHED"]), Claim::Gone(Whose::Any)]
    );
    assert_eq!(of("its row goes from bad to worse"), []);
}

#[test]
fn conditions_and_forecasts_are_no_claims() {
    for text in [
        "TIME_WAIT is here once the other end closes, too; if that still sends data, RST takes both rows.",
        "laptop half-closed: its FIN is sent. The server will close: TIME_WAIT will be here.",
        "Its own row goes when the RST has crossed the wire.",
        "TIME_WAIT lasts 60 s.",
        "It may be in CLOSE_WAIT.",
        "Its row: TIME_WAIT, once both FINs are answered.",
        "The FIN came back to the same socket: CLOSING, then TIME_WAIT.",
        "Then the row goes, without TIME_WAIT.",
        "Helps: wait until TIME_WAIT is over, or SO_REUSEADDR on both runs.",
    ] {
        assert_eq!(of(text), [], "{text}");
    }
    let until = of(
        "laptop hung up, but its FIN is lost: FIN_WAIT1 or FIN_WAIT2, until the other end's FIN has come.",
    );
    assert_eq!(until, [Claim::Is(Whose::Any, vec!["FIN_WAIT1", "FIN_WAIT2"])]);
}

#[test]
fn queues_counts_ports_and_addresses_are_read() {
    let said =
        of("laptop sent 13 bytes: nobody has accepted the other end, so they wait in its Recv-Q.");
    assert_eq!(said, [Claim::Queue(true, None)]);
    assert_eq!(of("Recv-Q 0 -> 13"), [Claim::Queue(true, Some(13))]);
    assert_eq!(of("the Send-Q is 5"), [Claim::Queue(false, Some(5))]);
    let said = of(
        "laptop connected: the kernel picked port 40123. The LISTEN row did not change; port 5000 now has 3 connections, told apart by the other end.",
    );
    assert_eq!(
        said,
        [
            Claim::Port(40123),
            Claim::Port(5000),
            Claim::ListenUnchanged,
            Claim::ConnectionsAt(5000, 3)
        ]
    );
    assert_eq!(
        of("reset: 2 rows from before are still in TIME_WAIT."),
        [Claim::Rows(2, "TIME_WAIT"), Claim::Is(Whose::Any, vec!["TIME_WAIT"])]
    );
    assert_eq!(of("ports 45000-45007 (RFC 1122, 4.2.2.13)"), []);
}

#[test]
fn listeners_are_there_or_not() {
    let at = "127.0.0.1".parse().ok();
    let address = Claim::Address("127.0.0.1".parse().unwrap());
    let port = Claim::Port(5000);
    assert_eq!(
        of("Listening on 127.0.0.1:5000."),
        [address.clone(), port.clone(), Claim::ListensAt(true, at, 5000)]
    );
    assert_eq!(
        of("Nothing is listening on port 5000."),
        [port.clone(), Claim::ListensAt(false, None, 5000)]
    );
    assert_eq!(
        of("nobody listens at 127.0.0.1:5000"),
        [address, port, Claim::ListensAt(false, at, 5000)]
    );
    assert_eq!(of("LISTEN is a claim on the port, not a connection."), []);
}
