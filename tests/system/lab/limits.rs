//! Where the settings of the lab's computers cannot be made, the lab is there all the same, and says what lacks.

use std::path::Path;
use std::process::Command;

use fivetuple::lab::Lab;
use fivetuple::tcp::{Errno, LabLimits, LabSpec, Port};

use crate::lab::{LAPTOP, SERVER, bench};
use crate::ran::{Ran, fivetuple, ran};
use crate::support::again::sealed;
use crate::support::{skipped, skipped_none};

const QUEUE: &str = "/proc/sys/net/core/somaxconn";

/// A lab of its own that tells how long its accept queues can be; `None`, and a word about it, where there can be none.
fn lab(privileges: &[&str]) -> Option<Ran> {
    let program = env!("CARGO_BIN_EXE_fivetuple");
    let words = [privileges, &[program, "lab", "--", "cat", QUEUE]].concat();
    let said = ran(Command::new(words[0]).args(&words[1..]));
    if said.err.contains("unshare(") {
        return skipped_none(&format!("no lab here: {said:?}"));
    }
    Some(said.ends(0, &[]))
}

#[test]
fn a_lab_whose_settings_cannot_be_made_says_once_what_lacks_and_why() {
    sealed(|| {
        let Some(Ran { out, err, .. }) = lab(&[]) else { return };
        let said = format!(
            "fivetuple: The lab works, but its accept queues hold at most {} connections, not 65535, \
             and a connection whose segments are held on the wire is given up after one or two minutes: \
             cannot write {QUEUE}: Read-only file system (EROFS).\n",
            out.trim()
        );
        assert_eq!(err, said);
    });
}

#[test]
fn no_link_has_an_address_of_ipv6_that_nobody_gave_it() {
    sealed(|| {
        let said = fivetuple(&["lab", "--", "cat", "/proc/net/if_inet6", "/proc/net/dev"]);
        if said.code != Some(0) {
            return skipped(&format!("no lab here, or no IPv6: {said:?}"));
        }
        // Among the addresses a name ends the line, among the links a colon follows it.
        assert!(said.out.contains("eth0:"), "{said:?}");
        let eth0: Vec<&str> = said.out.lines().filter(|line| line.ends_with("eth0")).collect();
        let ours = "fd000000000000000000000000000010";
        assert!(eth0.len() == 1 && eth0[0].starts_with(ours), "{said:?}");
    });
}

#[test]
fn low_ports_are_said_to_need_a_privilege_only_where_they_do() {
    sealed(|| {
        // This network is that of a user namespace in which we lack the privilege.
        let without = "setpriv --bounding-set=-net_bind_service --inh-caps=-all --";
        let without: Vec<&str> = without.split(' ').collect();
        let Some(said) = lab(&without) else { return };
        said.ends(0, &["not 65535, and ports below 1024 are privileged, and "]);
        let Some(bench) = bench() else { return };
        let limits = &bench.lab.limits;
        assert_eq!(limits.unprivileged_from, Port::ANY);
        assert!(limits.somaxconn < LabLimits::MEANT.somaxconn, "{limits:?}");
        let unset = Some((QUEUE.to_owned(), Errno::EROFS));
        assert_eq!(limits.unset, unset);
        let server = bench.listen(SERVER, 80);
        let _laptop = bench.call(LAPTOP, bench.at(SERVER, 80));
        server.accept().expect("accept");
    });
}

#[test]
fn where_they_can_be_made_nothing_lacks() {
    let Some(bench) = bench() else { return };
    if bench.lab.limits.unset.is_some() {
        return skipped("the settings of the lab's computers cannot be made here");
    }
    assert_eq!(bench.lab.limits, LabLimits::MEANT);
    let said = fivetuple(&["lab", "--", "sysctl", "-n", "net.ipv4.tcp_synack_retries"]);
    assert_eq!(said.out, "12\n", "{said:?}");
    assert_eq!(bench.lab.limits.lacks(), None);
}

#[test]
fn a_range_that_cannot_be_set_is_refused_with_what_helps() {
    sealed(|| {
        let spec = LabSpec { computers: 2, ports: "1024-65535".parse().ok() };
        let lab = Lab::start(Path::new(env!("CARGO_BIN_EXE_fivetuple")), spec);
        let why = lab.expect_err("the range cannot be set");
        if why.step.starts_with("unshare") {
            return skipped(&format!("no lab here: {why:?}"));
        }
        assert_eq!(why.step, "/proc/sys/net/ipv4/ip_local_port_range");
        assert_eq!(why.errno, Errno::EROFS);
        for word in [
            "read-only, as in most containers",
            "systempaths=unconfined",
            "The lab works without its own port range",
        ] {
            assert!(why.helps.contains(word), "{why:?}");
        }
    });
}
