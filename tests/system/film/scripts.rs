//! The scripts, and what stands on the screen at each of their waits.

/// A script, and what must be on the screen at each of its `Wait`s besides what it waits for.
pub(crate) struct Script {
    pub(crate) name: &'static str,
    pub(crate) beats: &'static [&'static [&'static str]],
}

pub(crate) const FILM: Script = Script {
    name: "demo.tape",
    beats: &[
        &["is unused", "netstat"],
        &["LISTEN", "0 connections"],
        &["LISTEN", "ESTABLISHED", "chosen by the kernel"],
        &["laptop", "1 connection:"],
        &["LISTEN", "2 connections"],
        &["local port", "foreign port", "server end of phone"],
        &["2 connections"],
        &["2 connections"],
        &["LISTEN", "1 connection:", "phone", "◌ TIME_WAIT   laptop"],
        &[],
    ],
};

pub(crate) const PICTURES: Script = Script {
    name: "assets/pictures.tape",
    beats: &[
        &["is unused"],
        &["LISTEN"],
        &["ESTABLISHED"],
        &[],
        &["2 connections", "server end of phone"],
        &["Active Internet connections", "/fivetuple"],
        &["server end of laptop"],
        &["connections"],
        &["Sockets"],
        &["held"],
        &["not accepted", "kernel", "3 of"],
        &[],
        &["LISTEN"],
        &["ESTABLISHED"],
        &["The server closed first"],
        &["LISTEN"],
        &["TIME_WAIT", "Cannot listen on", "SO_REUSEADDR"],
        &[],
    ],
};

pub(crate) const VIEWS: Script = Script {
    name: "assets/views.tape",
    beats: &[
        &["is unused"],
        &["LISTEN"],
        &["ESTABLISHED"],
        &[],
        &["2 connections"],
        &[],
        &["TIME_WAIT"],
        &["CLOSING", "SYN_RECV", "TIME_WAIT"],
        &["SYN+ACK", "TIME_WAIT"],
        &["Sockets"],
        &["step"],
        &["Sockets"],
        &["ESTABLISHED"],
        &["ESTABLISHED"],
        &["foreign port"],
        &["Sockets"],
        &["this end", "the other end"],
        &["Sockets"],
        &["connect(", "accept("],
        &["Sockets"],
        &["153 connections"],
        &["left"],
        &[],
        &["LISTEN"],
        &[],
        &["phone"],
        &[],
        &["Sockets"],
        &["listener"],
        &["ESTABLISHED"],
        &["The server closed first"],
        &["TIME_WAIT"],
        &["TIME_WAIT"],
        &["SO_REUSEADDR", "TIME_WAIT"],
        &["Sockets"],
        &[],
    ],
};

pub(crate) const LAB: Script = Script {
    name: "assets/lab.tape",
    beats: &[
        &["192.168.1.10"],
        &["192.168.1.10:500"],
        &[],
        &["The wire", "queued"],
        &["SYN_SENT"],
        &["SYN_RECV"],
        &["Remote computer"],
        &[],
        &["SYN+ACK"],
        &["The wire"],
        &[],
    ],
};
