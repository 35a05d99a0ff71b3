//! What a failed call itself shows, without any table.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use crate::app::query::refusal::ports::{has_no_source, is_cut_off};
use crate::app::{Attempt, Statement, format};
use crate::tcp::address::endpoint::is_of_a_link;
use crate::tcp::{
    Call, ConnectSpec, Endpoint, HostLimits, Port, Protocol, SourcePort, SyscallError,
};

pub(crate) fn of_call(asked: &Attempt, why: SyscallError, limits: &HostLimits) -> Statement {
    let (seen, local) = match asked {
        Attempt::Listen(spec) => {
            let next = Port(spec.at.port.0.checked_add(1).unwrap_or(5000));
            let seen = Statement::new("listen-failed").with("at", spec.at).with("next_port", next);
            (seen.with("port", spec.at.port), Some(spec.at.ip))
        }
        Attempt::Connect(spec, to) => (of_connect_call(spec, *to, limits), spec.from),
    };
    let own = limits.addresses.iter();
    let own = own.filter(|own| local.is_some_and(|ip| own.ip.is_ipv4() == ip.is_ipv4()));
    let own: Vec<String> = own.take(6).map(ToString::to_string).collect();
    let is = |test: fn(&IpAddr) -> bool| local.as_ref().is_some_and(test);
    let seen = seen
        .with(name_of(why.call), "")
        .with(why.errno.symbol().unwrap_or("errno"), "")
        .with("why", why)
        .with("unprivileged", limits.unprivileged_from)
        .with("descriptors", format::number(limits.descriptors))
        .when("LimitUnread", limits.unread.contains(&HostLimits::UNPRIVILEGED))
        .when("OurOwn", why.of_our_own().is_some())
        .when("NoIpv6", is(IpAddr::is_ipv6) && !limits.has_ipv6)
        .when(
            "LoopbackDown",
            is(IpAddr::is_loopback) && (is(IpAddr::is_ipv4) || !limits.loopback_up),
        )
        .when("FromLoopback", is(IpAddr::is_loopback))
        .when("OfLink", local.is_some_and(|ip| is_of_a_link(Endpoint { ip, port: Port::ANY })))
        .when("IPv4", is(IpAddr::is_ipv4));
    let any = (why.call == Call::Bind).then_some(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
    let own = (!own.is_empty()).then(|| own.join(", "));
    seen.with_some("addresses", own).with_some("ip", local.or(any))
}

fn of_connect_call(spec: &ConnectSpec, to: Option<Endpoint>, limits: &HostLimits) -> Statement {
    Statement::new("connect-failed")
        .with("target", &spec.to)
        .with("to", to.map_or_else(|| spec.to.to_string(), |to| to.to_string()))
        .when("Toy", matches!(spec.source_port, SourcePort::Range(_)))
        .when("udp", spec.protocol == Protocol::Udp)
        .when("Asked", spec.asked_port().is_some())
        .with_some("port", spec.asked_port())
        .with_some("from", spec.from)
        .with_some("to_ip", to.map(|to| to.ip))
        .with_some("to_port", to.map(|to| to.port))
        .when("ToLoopback", to.is_some_and(|to| to.ip.is_loopback()))
        .when("ToLink", to.is_some_and(is_of_a_link))
        .when("LoDown", to.is_some_and(|to| is_cut_off(to, limits)))
        .when("NoSource", to.is_some_and(|to| has_no_source(to, limits)))
}

/// Of an accept() that failed, or that was answered with "busy"; after the pause it is called again.
pub(crate) fn of_accept(why: SyscallError, pause: Duration, times: u32) -> Statement {
    let pause = Some(pause).filter(|pause| !pause.is_zero());
    Statement::new("accept-failed")
        .with(name_of(why.call), "")
        .with("errno", why.errno)
        .with("reason", why.reason())
        .with("server", "the server")
        .with_some("pause", pause.map(format::seconds))
        .with_some("times", (times > 1).then(|| format::number(u64::from(times))))
}

/// Of a call on the socket of an end that is there.
pub(crate) fn of_later_call(who: impl ToString, why: SyscallError) -> Statement {
    let seen = Statement::new("call-failed")
        .with("who", who)
        .with("call", why.call)
        .with("errno", why.errno);
    why.errno.symbol().into_iter().fold(seen, |seen, symbol| seen.when(symbol, true))
}

const fn name_of(call: Call) -> &'static str {
    match call {
        Call::Socket => "socket",
        Call::SetSockOpt => "setsockopt",
        Call::Bind => "bind",
        Call::Listen => "listen",
        Call::Accept => "accept",
        Call::GetSockName => "getsockname",
        Call::Connect => "connect",
        Call::Write => "write",
        Call::Shutdown => "shutdown",
        Call::Resolve => "resolve",
        Call::Remote(_) => "remote",
        Call::Reserve => "reserve",
    }
}
