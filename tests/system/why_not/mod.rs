//! Why not? Every verdict on real sockets, in a network of its own.

pub(crate) mod connect;
pub(crate) mod listen;

use fivetuple::app::{Remedy, Verdict};
use fivetuple::tcp::{Endpoint, TcpState};

use crate::real_robot::Real;

/// Opens the last refusal, and waits until everything is tried that can be.
#[track_caller]
fn open(real: &mut Real) {
    real.press("y");
    real.until("all tried", |robot| {
        let case = robot.state.notices.failure.as_ref();
        case.is_some_and(|case| {
            let trying = |remedy: &Remedy| matches!(remedy.verdict, Verdict::Trying(_));
            !case.remedies.is_empty() && !case.remedies.iter().any(trying)
        })
    });
}

/// What was tried, as `+ it works`, `- it fails`, `? it was not tried`.
fn verdicts(real: &Real) -> Vec<String> {
    let case = real.robot.state.notices.failure.as_ref().unwrap();
    let line = |remedy: &Remedy| {
        let sign = match remedy.verdict {
            Verdict::Trying(_) => "~",
            Verdict::Works(_) => "+",
            Verdict::Fails(..) => "-",
            Verdict::NotTried => "?",
        };
        format!("{sign} {}", remedy.text())
    };
    case.remedies.iter().map(line).collect()
}

/// The state and local end of each row in the way, the one most to blame first.
fn culprits(real: &Real) -> Vec<(TcpState, Endpoint)> {
    let state = &real.robot.state;
    let case = state.notices.failure.as_ref().unwrap();
    let lines = case.rows.iter().filter_map(|row| state.sockets.get(*row));
    lines.map(|line| (line.row.state, line.row.tuple.local)).collect()
}

/// Each of these verdicts, between which stands `; `, begins one that was found.
#[track_caller]
fn has(real: &Real, wanted: &str) {
    let verdicts = verdicts(real);
    for wanted in wanted.split("; ") {
        let found = verdicts.iter().any(|verdict| verdict.starts_with(wanted));
        assert!(found, "{wanted:?} in {verdicts:#?}");
    }
}

fn end(text: &str) -> Endpoint {
    text.parse().unwrap()
}
