//! Possible remedies after a failure, and which were tested.

pub(crate) mod connect;
pub(crate) mod listen;

use std::net::{IpAddr, Ipv4Addr};

use crate::app::State;
use crate::app::model::{Remedy, Verdict};
use crate::app::query::failure;
use crate::tcp::Probe;

fn remedy(words: impl Into<String>, verdict: Verdict) -> Remedy {
    let words = words.into();
    Remedy { words, verdict }
}

fn tried(words: impl Into<String>, trial: Probe) -> Remedy {
    remedy(words, Verdict::Trying(trial))
}

fn not_tried(words: impl Into<String>, why_not: &'static str) -> Remedy {
    remedy(words, Verdict::NotTried(why_not))
}

/// What lets a program bind a low port.
const PRIVILEGE: &str = "root, or CAP_NET_BIND_SERVICE";

/// Waiting, while a TIME_WAIT is in the way.
fn waiting(state: &State) -> Option<Remedy> {
    failure::longest_wait(state)?;
    Some(not_tried("waiting until TIME_WAIT is over (w)", "only the timer ends it"))
}

/// Another address of this machine than `ip`.
fn other_address(ip: IpAddr) -> Option<IpAddr> {
    let IpAddr::V4(v4) = ip else { return None };
    let [a, b, c, d] = v4.octets();
    let other = if v4.is_loopback() {
        Ipv4Addr::new(a, b, c, if d >= 250 { 1 } else { d + 1 })
    } else {
        Ipv4Addr::LOCALHOST
    };
    Some(other.into())
}

/// Addresses of this machine, of the same family.
fn here(state: &State, like: IpAddr) -> Vec<IpAddr> {
    let own = state.machine.addresses.iter().copied();
    let mut here: Vec<IpAddr> = own.filter(|ip| ip.is_ipv4() == like.is_ipv4()).collect();
    if here.is_empty() {
        here.push(Ipv4Addr::LOCALHOST.into());
    }
    here.truncate(3);
    here
}
