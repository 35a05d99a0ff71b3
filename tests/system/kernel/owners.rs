//! Who holds a socket, and what the machine allows.

use std::collections::HashSet;
use std::net::{Ipv4Addr, UdpSocket};
use std::os::fd::AsRawFd;

use fivetuple::kernel::{addresses, machine, owners};

use crate::kernel::inode;

#[test]
fn our_own_socket_has_an_owner() {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let found = owners(&HashSet::from([inode(&socket), 0])).found;
    let [(found, owner)] = &found[..] else {
        panic!("{found:?}");
    };
    assert_eq!(*found, inode(&socket));
    assert_eq!(owner.pid, std::process::id());
    assert_eq!(owner.fd, u32::try_from(socket.as_raw_fd()).unwrap());
}

#[test]
fn a_hostile_name_is_escaped() {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let inode = inode(&socket);
    // A program is named after the file it was started by.
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("a)b (\n\x1b[31m");
    std::os::unix::fs::symlink("/bin/sleep", &program).unwrap();
    let stdin: std::os::fd::OwnedFd = socket.into();
    let mut child = std::process::Command::new(&program).arg("60").stdin(stdin).spawn().unwrap();
    let found = owners(&HashSet::from([inode])).found;
    child.kill().unwrap();
    child.wait().unwrap();
    let [(_, owner)] = &found[..] else {
        panic!("{found:?}");
    };
    assert_eq!((owner.program.as_str(), owner.fd, owner.pid), (r"a)b (\n\x1b[31m", 0, child.id()));
}

#[test]
fn the_machine_is_known() {
    let machine = machine();
    assert!(addresses().contains(&Ipv4Addr::LOCALHOST.into()), "{machine:?}");
    assert!(machine.descriptors > 0 && machine.somaxconn > 0 && machine.ephemeral.len() > 1);
}
