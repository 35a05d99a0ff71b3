use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use crate::net::socket;
use crate::net::trace::CallResult;
use crate::tcp::{Call, ConnectSpec, Errno, Host, SyscallError, Target};

const TIMEOUT: Duration = Duration::from_secs(5);
const MOST_ADDRESSES: usize = 32;

/// The addresses of the target to which the client may connect from where it is bound, in the resolver's order.
pub(super) async fn addresses(spec: &ConnectSpec) -> CallResult<Vec<SocketAddr>> {
    let found = match spec.to.endpoint() {
        Some(end) => vec![SocketAddr::from(end)],
        None => look_up(&spec.to).await?,
    };
    let family = |ip: IpAddr| spec.from.is_none_or(|from| from.is_ipv4() == ip.is_ipv4());
    let reachable: Vec<SocketAddr> = found.into_iter().filter(|to| family(to.ip())).collect();
    if reachable.is_empty() {
        return Err(unresolved(Errno::EAFNOSUPPORT));
    }
    // The lab's computers reach only each other.
    let may_leave = spec.allow_remote || spec.host != Host::THIS;
    let remote =
        |to: &&SocketAddr| !may_leave && !is_private(to.ip()) && !socket::is_local(to.ip());
    match reachable.iter().find(remote) {
        None => Ok(reachable),
        Some(to) => Err(SyscallError { call: Call::Remote(to.ip()), errno: Errno::EPERM }),
    }
}

async fn look_up(target: &Target) -> CallResult<Vec<SocketAddr>> {
    let asked = tokio::net::lookup_host((target.name.as_str(), target.port.0));
    match tokio::time::timeout(TIMEOUT, asked).await {
        Err(_) => Err(unresolved(Errno::ETIMEDOUT)),
        Ok(Err(_)) if target.has_zone() => Err(unresolved(Errno::ENODEV)),
        // The resolver's own errors have no number.
        Ok(Err(error)) => Err(unresolved(error.raw_os_error().map_or(Errno::EADDRNOTAVAIL, Errno))),
        Ok(Ok(all)) => Ok(all.take(MOST_ADDRESSES).collect()),
    }
}

fn unresolved(errno: Errno) -> SyscallError {
    SyscallError { call: Call::Resolve, errno }
}

/// Whether it is an address of loopback, of a private network (RFC 1918, RFC 4193) or of the link (RFC 3927, RFC 4291).
fn is_private(ip: IpAddr) -> bool {
    let ip = ip.to_canonical();
    let is_near = match ip {
        IpAddr::V4(ip) => ip.is_private() || ip.is_link_local(),
        IpAddr::V6(ip) => ip.is_unique_local() || ip.is_unicast_link_local(),
    };
    is_near || ip.is_loopback() || ip.is_unspecified()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_loopback_link_and_private_networks_are_private() {
        let private = "127.0.0.1 127.9.9.9 10.1.2.3 172.16.0.1 192.168.1.13 169.254.1.1 0.0.0.0 ::1 fd00::1 fe80::1 ::ffff:10.0.0.1 ::";
        let public = "8.8.8.8 172.32.0.1 100.64.0.1 224.0.0.1 255.255.255.255 2001:db8::1 ::ffff:8.8.8.8 ff02::1";
        let is = |text: &str| text.parse().map(is_private);
        for ip in private.split(' ') {
            assert_eq!(is(ip), Ok(true), "{ip}");
        }
        for ip in public.split(' ') {
            assert_eq!(is(ip), Ok(false), "{ip}");
        }
    }
}
