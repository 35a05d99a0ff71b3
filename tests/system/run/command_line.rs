//! The command line without a terminal.

use assert_cmd::Command;
use std::net::TcpStream;
use std::process::{Output, Stdio};

use crate::place::{LOCALHOST, listener};
use crate::support::{netns, program};

fn run(args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_fivetuple"));
    command.env_remove("FIVETUPLE_PORT").env_remove("FIVETUPLE_THEME");
    command.args(args).output().unwrap()
}

fn out(output: &Output) -> &str {
    std::str::from_utf8(&output.stdout).unwrap()
}

fn err(output: &Output) -> &str {
    std::str::from_utf8(&output.stderr).unwrap()
}

#[test]
fn help_names_everything() {
    let help = run(&["--help"]);
    assert_eq!(help.status.code(), Some(0));
    let help = out(&help);
    let wanted = "listen,connect,table,Listener:,Clients:,Screen:,Examples:,Exit codes:,--port,--bind,--no-mouse,--ascii,\
        [default: 5000],FIVETUPLE_PORT,high-contrast,130 for SIGINT";
    for text in wanted.split(',') {
        assert!(help.contains(text), "no {text:?} in\n{help}");
    }
    let wide = help.lines().map(str::len).max();
    assert!(wide <= Some(110), "{wide:?}");
    let short = run(&["-h"]);
    assert!(out(&short).len() < help.len());
    for subcommand in ["listen", "connect", "table", "completions", "man"] {
        let help = run(&[subcommand, "--help"]);
        assert_eq!(help.status.code(), Some(0), "{subcommand}");
        assert!(out(&help).contains("Usage: fivetuple"), "{subcommand}");
    }
}

#[test]
fn the_version_is_one_line() {
    let version = run(&["--version"]);
    assert_eq!(out(&version).trim(), concat!("fivetuple ", env!("CARGO_PKG_VERSION")));
}

#[test]
fn wrong_usage_is_refused_with_what_would_be_right() {
    const PORTS: &str = "a port is a number from 1 to 65535";
    let table: [(&[&str], &[&str]); 27] = [
        (&["--port", "99999"], &["99999", "--port", PORTS]),
        (&["listen", "--port", "80x"], &[PORTS]),
        (&["--port", "70000"], &[PORTS]),
        (&["table", "--port", "0"], &[PORTS]),
        (&["connect", "127.0.0.1:1", "--every", "-1s"], &["-1"]),
        (&["--port", "-1"], &["-1"]),
        (&["--port=-1"], &["-1", "--port"]),
        (&["--port", "abc"], &["abc", "--port"]),
        (&["--bind", "localhost"], &["localhost", "--bind"]),
        (&["--bind", "127.0.0.1:80"], &["127.0.0.1:80"]),
        (&["--computers", "0"], &["1..=40"]),
        (&["--computers", "41"], &["1..=40"]),
        (&["--lab", "--computers", "6"], &["--computers", "--lab-computers"]),
        (&["--fps", "0"], &["1..=240"]),
        (&["--backlog", "65536"], &["0..=65535"]),
        (&["--theme", "drak"], &["drak", "dark"]),
        (&["--lisen"], &["--listen"]),
        (&["lisen"], &["listen"]),
        (&["connect"], &["HOST:PORT"]),
        (&["connect", "localhost"], &["localhost:5000", "HOST:PORT"]),
        (&["connect", "127.0.0.1"], &["127.0.0.1:5000"]),
        (&["connect", "127.0.0.1:0"], &["port"]),
        (&["connect", "127.0.0.1:99999"], &["99999"]),
        (&["connect", "127.0.0.1:1", "-n", "0"], &["1..=64512"]),
        (&["connect", "127.0.0.1:1", "--wait", "5"], &["5s"]),
        (&["connect", "127.0.0.1:1", "--wait", "abc"], &["for example 5s or 500ms"]),
        (&["connect", "127.0.0.1:1", "--every", "2 sheep"], &["for example 5s or 500ms"]),
    ];
    for (args, mentions) in table {
        let refused = run(args);
        assert_eq!(refused.status.code(), Some(2), "{args:?}: {}", err(&refused));
        assert_eq!(out(&refused), "", "{args:?}");
        let why = err(&refused);
        let first = why.split("\n\n").next().unwrap();
        assert!(first.starts_with("error: "), "{args:?}: {why}");
        for text in mentions {
            assert!(why.contains(text), "{args:?} does not mention {text:?}: {why}");
        }
        assert!(!why.contains('\x1b'), "{args:?}: {why:?}");
    }
}

#[test]
fn addresses_of_every_kind_are_accepted() {
    let targets = ["[::1]:7000", "localhost:7000", "127.0.0.1:7000", "example.test:1"];
    for target in targets {
        // The second flag is refused, so that nothing is connected; the target is not.
        let refused = run(&["connect", target, "--wait", "soon"]);
        assert_eq!(refused.status.code(), Some(2));
        assert!(err(&refused).contains("--wait"), "{target}: {}", err(&refused));
    }
    for bind in ["0.0.0.0", "::", "::1", "127.0.0.9"] {
        let refused = run(&["--bind", bind]);
        assert!(err(&refused).contains("needs a terminal"), "{bind}: {}", err(&refused));
    }
}

#[test]
fn scripts_for_shells_are_printed() {
    for (shell, has) in
        [("bash", "_fivetuple()"), ("zsh", "#compdef fivetuple"), ("fish", "complete -c fivetuple")]
    {
        let script = run(&["completions", shell]);
        assert_eq!(script.status.code(), Some(0), "{shell}");
        assert!(out(&script).contains(has) && out(&script).contains("connect"), "{shell}");
    }
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    for args in
        [&["completions", "bash"][..], &["man"], &["table", "--all", "--no-owners"], &["--help"]]
    {
        let mut child =
            program(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!(err(&output), "", "{args:?}");
        assert_eq!(output.status.code(), Some(0), "{args:?}");
    }
}

#[test]
fn the_table_is_what_netstat_prints() {
    netns::alone_if_possible(|| {
        let (_listener, at) = listener(LOCALHOST);
        let _client = TcpStream::connect(at).unwrap();
        let table = run(&["table", "--port", &at.port().to_string()]);
        assert_eq!((table.status.code(), err(&table)), (Some(0), ""));
        let text = out(&table);
        let rows: Vec<_> = text.lines().filter(|line| line.contains(&at.to_string())).collect();
        assert_eq!(rows.len(), 3, "{text}");
        assert_eq!(rows.iter().filter(|row| row.contains("ESTABLISHED")).count(), 2);
        assert!(
            rows.iter()
                .any(|row| row.contains("LISTEN") && row.contains(&std::process::id().to_string())),
            "{text}"
        );
        let json = run(&["table", "--json", "--port", &at.port().to_string()]);
        let rows: Vec<serde_json::Value> =
            out(&json).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(rows.len(), 3);
        assert!(!out(&json).contains('\x1b') && !text.contains('\x1b'));
    });
}

#[test]
fn a_full_disk_is_told() {
    let Ok(full) = std::fs::File::create("/dev/full") else {
        return crate::support::skipped("no /dev/full here");
    };
    for args in [&["table", "--no-owners"][..], &["completions", "bash"], &["man"]] {
        let output = program(args).stdout(full.try_clone().unwrap()).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{args:?}");
        assert!(
            err(&output).ends_with(": No space left on device (ENOSPC)\n"),
            "{args:?}: {}",
            err(&output)
        );
    }
}
