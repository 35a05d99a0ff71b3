//! The arrows of the state diagram: what must hold for all of them, and the ways that connections go.

use std::collections::HashSet;

use fivetuple::tcp::{TcpState, Transition};

#[test]
fn every_state_is_reached_from_closed_and_leads_back_to_it() {
    for state in TcpState::ALL {
        assert!(Transition::way(TcpState::Closed, state).is_some(), "{state}");
        let back = Transition::way(state, TcpState::Closed);
        // A listening socket is closed without a word to anybody: that arrow is one of the rare ones.
        assert!(back.is_some(), "{state}");
    }
}

#[test]
fn no_arrow_stands_twice_and_each_has_a_cause() {
    let mut taken = HashSet::new();
    for arrow in Transition::USUAL.into_iter().chain(Transition::RARE) {
        assert!(taken.insert((arrow.from, arrow.to)), "{arrow:?}");
        assert_ne!(arrow.from, arrow.to);
        assert!(!arrow.event.is_empty(), "{arrow:?}");
        assert_eq!(Transition::between(arrow.from, arrow.to), Some(arrow));
    }
}

#[test]
fn a_way_goes_from_arrow_to_arrow() {
    for from in TcpState::ALL {
        for to in TcpState::ALL {
            let Some(way) = Transition::way(from, to) else {
                continue;
            };
            let mut at = from;
            for arrow in way {
                assert_eq!(arrow.from, at, "{from} to {to}");
                at = arrow.to;
            }
            assert_eq!(at, to);
        }
    }
}

#[test]
fn the_ways_are_those_of_the_book() {
    let ways = [
        ("CLOSED", "ESTABLISHED", "SYN_SENT ESTABLISHED"),
        ("LISTEN", "CLOSE_WAIT", "SYN_RECV ESTABLISHED CLOSE_WAIT"),
        ("LISTEN", "TIME_WAIT", "SYN_RECV ESTABLISHED FIN_WAIT1 FIN_WAIT2 TIME_WAIT"),
        ("ESTABLISHED", "CLOSED", "CLOSE_WAIT LAST_ACK CLOSED"),
        ("CLOSING", "CLOSED", "TIME_WAIT CLOSED"),
    ];
    for (from, to, through) in ways {
        let [from, to]: [TcpState; 2] = [from, to].map(|name| name.parse().unwrap());
        let way = Transition::way(from, to).unwrap();
        let names: Vec<&str> = way.iter().map(|arrow| arrow.to.name()).collect();
        assert_eq!(names.join(" "), through, "{from} to {to}");
    }
}
