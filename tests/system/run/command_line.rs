//! The command line without a terminal.

use std::fmt::Write;
use std::process::Stdio;

use crate::ran::{Ran, fivetuple, ran};
use crate::support::{program, skipped};

#[test]
fn help_names_everything() {
    let wanted = "listen,connect,table,Listener:,Clients:,Screen:,Examples:,Exit codes:,--port,--bind,--no-mouse,--ascii,\
        [default: 5000],FIVETUPLE_PORT,high-contrast,130 for SIGINT";
    let help = fivetuple(&["--help"]).ends(0, &wanted.split(',').collect::<Vec<_>>()).out;
    let wide = help.lines().map(str::len).max();
    assert!(wide <= Some(110), "{wide:?}");
    assert!(fivetuple(&["-h"]).out.len() < help.len());
    for subcommand in ["listen", "connect", "table", "completions", "man"] {
        fivetuple(&[subcommand, "--help"]).ends(0, &["Usage: fivetuple"]);
    }
    let version = concat!("fivetuple ", env!("CARGO_PKG_VERSION"));
    assert_eq!(fivetuple(&["--version"]).out.trim(), version);
}

const WRONG: &str = "--port 99999
listen --port 80x
--port 70000
table --port 0
connect 127.0.0.1:1 --every -1s
--port -1
--port=-1
--port abc
--bind localhost
--bind 127.0.0.1:80
--computers 0
--computers 41
--lab --computers 8
--fps 0
--backlog 65536
--theme drak
--lisen
lisen
connect
connect localhost
connect 127.0.0.1
connect 127.0.0.1:0
connect 127.0.0.1:99999
connect 127.0.0.1:1 -n 0
connect 127.0.0.1:1 --wait abc
connect 127.0.0.1:1 --every sheep";

#[test]
fn wrong_usage_is_refused_with_what_would_be_right() {
    let mut all = String::new();
    for line in WRONG.lines() {
        let Ran { code, out, err } = fivetuple(&line.split(' ').collect::<Vec<_>>());
        assert_eq!((code, out.as_str()), (Some(2), ""), "{line}");
        let (why, _) = err.split_once("For more information").unwrap_or((&err, ""));
        writeln!(all, "$ fivetuple {line}\n{}\n", why.trim()).unwrap();
    }
    insta::assert_snapshot!(all);
}

#[test]
fn addresses_of_every_kind_are_accepted() {
    for target in ["[::1]:7000", "localhost:7000", "127.0.0.1:7000", "example.test:1"] {
        // The second flag is refused, so that nothing is connected; the target is not.
        fivetuple(&["connect", target, "--wait", "soon"]).ends(2, &["--wait"]);
    }
    for bind in ["0.0.0.0", "::", "::1", "127.0.0.9"] {
        fivetuple(&["--bind", bind]).ends(2, &["needs a terminal"]);
    }
}

#[test]
fn scripts_for_shells_are_printed() {
    for (shell, has) in
        [("bash", "_fivetuple()"), ("zsh", "#compdef fivetuple"), ("fish", "complete -c fivetuple")]
    {
        fivetuple(&["completions", shell]).ends(0, &[has, "connect"]);
    }
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    for args in [
        &["completions", "bash"][..],
        &["man"],
        &["table", "--all", "--no-owners"],
        &["table", "--watch", "--all", "--no-owners"],
        &["listen", "--port", "0"],
        &["--help"],
    ] {
        let mut child =
            program(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.stderr, b"", "{args:?}");
        assert_eq!(output.status.code(), Some(0), "{args:?}");
    }
}

#[test]
fn a_full_disk_is_told() {
    const WHY: &str = ": No space left on device (ENOSPC)\n";
    let Ok(full) = std::fs::File::create("/dev/full") else { return skipped("no /dev/full here") };
    let said = ran(program(["connect", "127.0.0.1:1"]).stdout(full.try_clone().unwrap()));
    said.ends(1, &["(ECONNREFUSED)", "\nfivetuple: cannot write ", WHY]);
    for args in [
        &["table", "--no-owners"][..],
        &["completions", "bash"],
        &["man"],
        &["--help"],
        &["listen", "--help"],
    ] {
        let said = ran(program(args).stdout(full.try_clone().unwrap()));
        said.fails(&["fivetuple: cannot write ", WHY]);
    }
}

#[test]
fn variables_are_options_of_the_dashboard_and_an_error_in_one_names_it() {
    let with = |port: &str, theme: &str, args: &[&str]| {
        ran(program(args).env("FIVETUPLE_PORT", port).env("FIVETUPLE_THEME", theme))
    };
    with("", "", &[]).ends(2, &["needs a terminal"]);
    with("80x", "", &[]).ends(2, &["'80x' for 'FIVETUPLE_PORT': a port is a number"]);
    with("", "drak", &[]).ends(2, &["'drak' for 'FIVETUPLE_THEME'", "possible values: auto, dark"]);
    with("80x", "", &["--port", "5000"]).ends(2, &["needs a terminal"]);
    with("80x", "", &["--port", "81x"]).ends(2, &["'81x' for '--port <PORT>'"]);
    with("80x", "drak", &["table", "--no-owners"]).ends(0, &["Local Address"]);
    with("80x", "drak", &["--help"]).ends(0, &["FIVETUPLE_PORT"]);
}

#[test]
fn whatever_tz_names_the_table_needs_no_time_zone() {
    let mut table = program(["table", "--no-owners"]);
    let endless = std::fs::File::open("/dev/zero").unwrap();
    ran(table.env("TZ", ":/dev/stdin").stdin(endless)).ends(0, &["Local Address"]);
}
