//! Sentences, and what they claim.

use super::claims::claims;

const CLAIMS: &[(&str, &str)] = &[
    (
        "laptop closed: its row went from ESTABLISHED to FIN_WAIT1.",
        r#"[Was(Of("laptop"), ["ESTABLISHED"]), Is(Of("laptop"), ["FIN_WAIT1"])]"#,
    ),
    (
        "laptop hung up: FIN_WAIT2 at its end, CLOSE_WAIT at the server's.",
        r#"[Is(Of("laptop"), ["FIN_WAIT2"]), Is(Server, ["CLOSE_WAIT"])]"#,
    ),
    (
        "phone's ACK has come: the server's end is ESTABLISHED, too.",
        r#"[Is(Server, ["ESTABLISHED"])]"#,
    ),
    (
        "its row turns to TIME_WAIT for 60 s, the server's row goes. LISTEN is untouched.",
        r#"[Is(Any, ["TIME_WAIT"]), Gone(Server), ListenUnchanged]"#,
    ),
    (
        "Both rows go at once, and nothing stays in TIME_WAIT.",
        r#"[BothGone, IsNot(Any, "TIME_WAIT")]"#,
    ),
    ("laptop's row: ESTABLISHED -> gone", r#"[Was(Any, ["ESTABLISHED"]), Gone(Any)]"#),
    ("its row goes from bad to worse", "[]"),
    (
        "its FIN is lost: FIN_WAIT1 or FIN_WAIT2, until the other end's FIN has come.",
        r#"[Is(Any, ["FIN_WAIT1", "FIN_WAIT2"])]"#,
    ),
    ("they are in the Recv-Q of the server's row.", "[Queue(Server, true, None)]"),
    ("laptop sent 13 bytes: they are in its Send-Q.", r#"[Queue(Of("laptop"), false, None)]"#),
    ("Recv-Q 0 -> 13", "[Queue(Any, true, Some(13))]"),
    ("the Send-Q is 5", "[Queue(Any, false, Some(5))]"),
    (
        "The LISTEN row did not change; port 5000 now has 3 connections from port 40123.",
        "[Port(5000), Port(40123), ListenUnchanged, ConnectionsAt(5000, 3)]",
    ),
    ("2 rows are still in TIME_WAIT.", r#"[Rows(2, "TIME_WAIT"), Is(Any, ["TIME_WAIT"])]"#),
    ("ports 45000-45007 (RFC 1122, 4.2.2.13)", "[]"),
    (
        "Listening on 127.0.0.1:5000.",
        "[Address(127.0.0.1), Port(5000), ListensAt(true, Some(127.0.0.1), 5000)]",
    ),
    ("Nothing is listening on port 5000.", "[Port(5000), ListensAt(false, None, 5000)]"),
    (
        "nobody listens at 127.0.0.1:5000",
        "[Address(127.0.0.1), Port(5000), ListensAt(false, Some(127.0.0.1), 5000)]",
    ),
    ("The server stopped listening on port 5000.", "[Port(5000), ListenGone]"),
    ("LISTEN is a claim on the port, not a connection.", "[]"),
    // Conditions and forecasts are no claims.
    ("TIME_WAIT is here once the other end closes; if that sends data, RST takes both rows.", "[]"),
    ("The server will close: TIME_WAIT will be here.", "[]"),
    ("Its own row goes when the RST has crossed the wire.", "[]"),
    ("TIME_WAIT lasts 60 s.", "[]"),
    ("It may be in CLOSE_WAIT.", "[]"),
    ("Its row: TIME_WAIT, once both FINs are answered.", "[]"),
    ("The FIN came back to the same socket: CLOSING, then TIME_WAIT.", "[]"),
    ("Then the row goes, without TIME_WAIT.", "[]"),
    ("Helps: wait until TIME_WAIT is over, or SO_REUSEADDR on both runs.", "[]"),
];

#[test]
fn sentences_claim_what_they_state() {
    let names = ["laptop", "phone"].map(str::to_owned);
    for (text, claimed) in CLAIMS {
        assert_eq!(format!("{:?}", claims(text, &names)), *claimed, "{text}");
    }
}
