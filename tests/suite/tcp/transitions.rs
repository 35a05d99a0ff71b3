//! TCP's state machine: what each event leads to, and the paths through the diagram.

use std::collections::HashSet;

use fivetuple::tcp::{TcpEvent, TcpState, Transition};

/// Name, state before, event, state after, what is sent, section of RFC 9293.
const TABLE: [(&str, &str, TcpEvent, &str, &str, &str); 38] = [
    ("test_closed_listen", "CLOSED", TcpEvent::Listen, "LISTEN", "", "3.10.1"),
    ("test_closed_connect", "CLOSED", TcpEvent::Connect, "SYN_SENT", "SYN", "3.10.1"),
    ("test_listen_send", "LISTEN", TcpEvent::Send, "SYN_SENT", "SYN", "3.10.2"),
    ("test_listen_syn", "LISTEN", TcpEvent::Syn, "SYN_RECV", "SYN+ACK", "3.10.7.2"),
    ("test_listen_close", "LISTEN", TcpEvent::Close, "CLOSED", "", "3.10.4"),
    ("test_listen_abort", "LISTEN", TcpEvent::Abort, "CLOSED", "", "3.10.5"),
    ("test_syn_sent_syn_ack", "SYN_SENT", TcpEvent::SynAck, "ESTABLISHED", "ACK", "3.10.7.3"),
    ("test_syn_sent_syn", "SYN_SENT", TcpEvent::Syn, "SYN_RECV", "SYN+ACK", "3.10.7.3"),
    ("test_syn_sent_rst", "SYN_SENT", TcpEvent::Rst, "CLOSED", "", "3.10.7.3"),
    ("test_syn_sent_close", "SYN_SENT", TcpEvent::Close, "CLOSED", "", "3.10.4"),
    ("test_syn_sent_abort", "SYN_SENT", TcpEvent::Abort, "CLOSED", "", "3.10.5"),
    ("test_syn_sent_user_timeout", "SYN_SENT", TcpEvent::UserTimeout, "CLOSED", "", "3.10.8"),
    ("test_syn_recv_ack", "SYN_RECV", TcpEvent::Ack, "ESTABLISHED", "", "3.10.7.4"),
    ("test_syn_recv_rst", "SYN_RECV", TcpEvent::Rst, "LISTEN", "", "3.10.7.4"),
    ("test_syn_recv_close", "SYN_RECV", TcpEvent::Close, "FIN_WAIT1", "FIN", "3.10.4"),
    ("test_syn_recv_abort", "SYN_RECV", TcpEvent::Abort, "CLOSED", "RST", "3.10.5"),
    ("test_established_close", "ESTABLISHED", TcpEvent::Close, "FIN_WAIT1", "FIN", "3.10.4"),
    ("test_established_fin", "ESTABLISHED", TcpEvent::Fin, "CLOSE_WAIT", "ACK", "3.10.7.4"),
    ("test_established_rst", "ESTABLISHED", TcpEvent::Rst, "CLOSED", "", "3.10.7.4"),
    ("test_established_abort", "ESTABLISHED", TcpEvent::Abort, "CLOSED", "RST", "3.10.5"),
    ("test_fin_wait1_ack", "FIN_WAIT1", TcpEvent::Ack, "FIN_WAIT2", "", "3.10.7.4"),
    ("test_fin_wait1_fin", "FIN_WAIT1", TcpEvent::Fin, "CLOSING", "ACK", "3.10.7.4"),
    ("test_fin_wait1_rst", "FIN_WAIT1", TcpEvent::Rst, "CLOSED", "", "3.10.7.4"),
    ("test_fin_wait1_abort", "FIN_WAIT1", TcpEvent::Abort, "CLOSED", "RST", "3.10.5"),
    ("test_fin_wait2_fin", "FIN_WAIT2", TcpEvent::Fin, "TIME_WAIT", "ACK", "3.10.7.4"),
    ("test_fin_wait2_abort", "FIN_WAIT2", TcpEvent::Abort, "CLOSED", "RST", "3.10.5"),
    ("test_close_wait_close", "CLOSE_WAIT", TcpEvent::Close, "LAST_ACK", "FIN", "3.10.4"),
    ("test_close_wait_rst", "CLOSE_WAIT", TcpEvent::Rst, "CLOSED", "", "3.10.7.4"),
    ("test_close_wait_abort", "CLOSE_WAIT", TcpEvent::Abort, "CLOSED", "RST", "3.10.5"),
    ("test_closing_ack", "CLOSING", TcpEvent::Ack, "TIME_WAIT", "", "3.10.7.4"),
    ("test_closing_rst", "CLOSING", TcpEvent::Rst, "CLOSED", "", "3.10.7.4"),
    ("test_closing_abort", "CLOSING", TcpEvent::Abort, "CLOSED", "", "3.10.5"),
    ("test_last_ack_ack", "LAST_ACK", TcpEvent::Ack, "CLOSED", "", "3.10.7.4"),
    ("test_last_ack_rst", "LAST_ACK", TcpEvent::Rst, "CLOSED", "", "3.10.7.4"),
    ("test_last_ack_abort", "LAST_ACK", TcpEvent::Abort, "CLOSED", "", "3.10.5"),
    ("test_time_wait_timeout", "TIME_WAIT", TcpEvent::TimeWaitTimeout, "CLOSED", "", "3.10.8"),
    ("test_time_wait_rst", "TIME_WAIT", TcpEvent::Rst, "CLOSED", "", "3.10.7.4"),
    ("test_time_wait_abort", "TIME_WAIT", TcpEvent::Abort, "CLOSED", "", "3.10.5"),
];

#[test]
fn every_event_leads_where_the_rfc_says() {
    for (name, from, event, to, sends, section) in TABLE {
        let [from, to]: [TcpState; 2] = [from, to].map(|state| state.parse().unwrap());
        let transition = from.on(event).unwrap_or_else(|| panic!("{name}: no transition"));
        let sent = transition.sends.map(|flags| flags.to_string()).unwrap_or_default();
        assert_eq!((transition.to, sent.as_str()), (to, sends), "{name}, section {section}");
    }
}

#[test]
fn what_the_table_does_not_list_changes_no_state() {
    let listed: HashSet<(&str, TcpEvent)> =
        TABLE.iter().map(|(_, from, event, ..)| (*from, *event)).collect();
    for state in TcpState::ALL {
        for event in TcpEvent::ALL {
            // They end every connection, so the table lists only some of them.
            let ends_all = matches!(event, TcpEvent::Rst | TcpEvent::UserTimeout);
            let is_connection = !matches!(state, TcpState::Closed | TcpState::Listen);
            if listed.contains(&(state.name(), event)) {
                continue;
            }
            let to = state.on(event).map(|transition| transition.to);
            let expected = (ends_all && is_connection).then_some(TcpState::Closed);
            assert_eq!(to, expected, "{state}, {event}");
        }
    }
}

#[test]
fn every_state_is_reached_from_closed_and_leads_back_to_it() {
    for state in TcpState::ALL {
        assert!(Transition::path(TcpState::Closed, state).is_some(), "{state}");
        let back = Transition::path(state, TcpState::Closed);
        assert!(back.is_some(), "{state}");
    }
}

#[test]
fn no_arrow_stands_twice_and_each_has_a_cause() {
    let mut taken = HashSet::new();
    for arrow in Transition::USUAL.into_iter().chain(Transition::RARE) {
        assert!(taken.insert((arrow.from, arrow.to)), "{arrow:?}");
        assert_ne!(arrow.from, arrow.to);
        assert!(!arrow.cause().is_empty(), "{arrow:?}");
        assert_eq!(Transition::between(arrow.from, arrow.to), Some(arrow));
    }
}

#[test]
fn a_path_goes_from_arrow_to_arrow() {
    for from in TcpState::ALL {
        for to in TcpState::ALL {
            let Some(path) = Transition::path(from, to) else { continue };
            let mut at = from;
            for arrow in path {
                assert_eq!(arrow.from, at, "{from} to {to}");
                at = arrow.to;
            }
            assert_eq!(at, to);
        }
    }
}

#[test]
fn the_paths_are_those_of_the_book() {
    let paths = [
        ("CLOSED", "ESTABLISHED", "SYN_SENT ESTABLISHED"),
        ("LISTEN", "CLOSE_WAIT", "SYN_RECV ESTABLISHED CLOSE_WAIT"),
        ("LISTEN", "TIME_WAIT", "SYN_RECV ESTABLISHED FIN_WAIT1 FIN_WAIT2 TIME_WAIT"),
        ("ESTABLISHED", "CLOSED", "CLOSE_WAIT LAST_ACK CLOSED"),
        ("CLOSING", "CLOSED", "TIME_WAIT CLOSED"),
    ];
    for (from, to, through) in paths {
        let [from, to]: [TcpState; 2] = [from, to].map(|name| name.parse().unwrap());
        let path = Transition::path(from, to).unwrap();
        let names: Vec<&str> = path.iter().map(|arrow| arrow.to.name()).collect();
        assert_eq!(names.join(" "), through, "{from} to {to}");
    }
}
