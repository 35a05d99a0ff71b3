//! The subcommands without a screen, with a channel for standard output.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::wildcard_enum_match_arm,
    reason = "a test that is wrong about what it hears may end at once"
)]

use std::future::pending;
use std::io::{self, Write};

use clap::Parser;
use fivetuple::cli::{Cli, ConnectArgs, ListenArgs, Subcommands};
use fivetuple::run::{Exit, connect, listen};
use fivetuple::tcp::Endpoint;
use tokio::sync::{mpsc, oneshot};

struct Told(mpsc::Sender<String>);

impl Write for Told {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(bytes).into_owned();
        match self.0.try_send(text) {
            Ok(()) => Ok(bytes.len()),
            Err(_) => Err(io::ErrorKind::BrokenPipe.into()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

struct Server {
    told: mpsc::Receiver<String>,
    end: oneshot::Sender<i32>,
    task: tokio::task::JoinHandle<anyhow::Result<Exit>>,
    text: String,
}

impl Server {
    fn start(line: &str) -> Server {
        let (sender, told) = mpsc::channel(10_000);
        let (end, ended) = oneshot::channel();
        let args = listen_args(line);
        let task = tokio::task::spawn_local(async move {
            let asked = async { ended.await.unwrap_or(0) };
            listen(&args, 1000, &mut Told(sender), asked).await
        });
        Server { told, end, task, text: String::new() }
    }

    /// Everything said so far, once `word` is in it.
    async fn says(&mut self, word: &str) -> &str {
        let all = async {
            while !self.text.contains(word) {
                self.text += &self.told.recv().await.expect("it goes on");
            }
        };
        let heard = tokio::time::timeout(std::time::Duration::from_secs(60), all).await;
        assert!(heard.is_ok(), "no {word:?} in {}", self.text);
        &self.text
    }

    async fn at(&mut self) -> Endpoint {
        let text = self.says("; Ctrl-C").await;
        let at = text.split([' ', ',']).find_map(|word| word.parse().ok());
        at.expect("an address and a port")
    }
}

fn listen_args(line: &str) -> ListenArgs {
    match Cli::parse_from(line.split(' ')).command {
        Some(Subcommands::Listen(args)) => args,
        other => panic!("{other:?}"),
    }
}

fn connect_args(line: &str) -> ConnectArgs {
    match Cli::parse_from(line.split(' ')).command {
        Some(Subcommands::Connect(args)) => args,
        other => panic!("{other:?}"),
    }
}

async fn run_connect(line: &str) -> (anyhow::Result<Exit>, String) {
    run_connect_with(1000, line).await
}

async fn run_connect_with(descriptors: u64, line: &str) -> (anyhow::Result<Exit>, String) {
    let mut out = Vec::new();
    let ended = connect(&connect_args(line), descriptors, &mut out, pending()).await;
    (ended, String::from_utf8_lossy(&out).into_owned())
}

#[tokio::test(flavor = "local")]
async fn a_server_and_its_clients_say_what_happens() {
    let mut server = Server::start("fivetuple listen --port 0 --echo");
    let at = server.at().await;
    let (ended, text) =
        run_connect(&format!("fivetuple connect {at} -n 3 --payload \\x1b[2Jhi --wait 300ms"))
            .await;
    assert_eq!(ended.expect("no failure"), Exit::Done);
    assert_eq!(text.matches(": connected\n").count(), 3);
    assert_eq!(text.matches(r"received 6 bytes: \x1b[2Jhi").count(), 3);
    assert!(text.contains(&format!("3 of 3 connected to {at}, 18 bytes sent, 18 received")));
    assert!(text.bytes().all(|byte| byte == b'\n' || !byte.is_ascii_control()));
    let said = server.says(": closed").await;
    assert!(said.contains(r"sent 6 bytes: \x1b[2Jhi"));
    server.end.send(15).expect("still there");
    assert_eq!(server.task.await.expect("no panic").expect("no failure"), Exit::BySignal(15));
    let mut rest = server.text;
    while let Some(more) = server.told.recv().await {
        rest += &more;
    }
    assert!(rest.ends_with("stopped: 3 connections, 18 bytes received\n"), "{rest}");
}

#[tokio::test(flavor = "local")]
async fn quiet_means_only_the_first_word_and_the_last() {
    let mut server = Server::start("fivetuple listen --port 0 --quiet");
    let at = server.at().await;
    let line = format!("fivetuple connect {at} --quiet --payload x --wait 0s");
    let (ended, text) = run_connect(&line).await;
    ended.expect("no failure");
    assert_eq!(text.lines().count(), 1);
    server.end.send(2).expect("still there");
    server.task.await.expect("no panic").expect("no failure");
    let mut rest = server.text;
    while let Some(more) = server.told.recv().await {
        rest += &more;
    }
    assert_eq!(rest.lines().count(), 2, "{rest}");
}

#[tokio::test(flavor = "local")]
async fn listening_to_everybody_comes_with_a_warning() {
    let mut server = Server::start("fivetuple listen --port 0 --bind 0.0.0.0 --hold");
    let text = server.says("can connect").await;
    assert!(text.contains("accept() is held"));
    assert!(text.contains("warning: any host that can reach this machine can connect"));
}

#[tokio::test(flavor = "local")]
async fn a_taken_port_is_explained() {
    let mut server = Server::start("fivetuple listen --port 0");
    let at = server.at().await;
    let second = Server::start(&format!("fivetuple listen --port {}", at.port));
    let error = second.task.await.expect("no panic").expect_err("taken");
    let next = at.port.0 + 1;
    assert_eq!(
        error.to_string(),
        format!(
            "cannot listen on {at}: bind() failed: Address already in use (EADDRINUSE). Try --port {next}, or --port 0 for any free port."
        )
    );
}

#[tokio::test(flavor = "local")]
async fn an_address_of_another_machine_is_explained() {
    let server = Server::start("fivetuple listen --port 0 --bind 192.0.2.1");
    let error = server.task.await.expect("no panic").expect_err("not ours");
    let error = error.to_string();
    assert!(error.contains("192.0.2.1 is not an address of this machine (it has"), "{error}");
}

#[tokio::test(flavor = "local")]
async fn a_client_that_cannot_connect_is_a_failure_with_its_reason() {
    for (args, why) in [
        (
            "127.0.0.2:1 -n 10",
            "127.0.0.2:1: connect() failed: Connection refused (ECONNREFUSED). Nothing is listening there, or a firewall rejects it.",
        ),
        (
            "192.0.2.1:80",
            "192.0.2.1:80: the address is neither on this machine nor on a private network. --allow-remote permits it.",
        ),
        (
            "127.0.0.1:80 --from ::1",
            "127.0.0.1:80: source and destination are of different IP versions. Try without --from.",
        ),
    ] {
        let (ended, text) = run_connect(&format!("fivetuple connect {args}")).await;
        let error = ended.expect_err(args).to_string();
        assert_eq!(error, format!("cannot connect to {why}"));
        assert!(!args.contains("-n") || text.starts_with("0 of 10 connected"), "{text}");
    }
}

#[tokio::test(flavor = "local")]
async fn what_no_call_has_returned_has_no_symbol() {
    let mut server = Server::start("fivetuple listen --port 0 --hold");
    let at = server.at().await;
    let line = format!("fivetuple connect {at} -n 9 --wait 0s --quiet");
    let (ended, _) = run_connect_with(64 + 3, &line).await;
    let error = ended.expect_err("too many").to_string();
    assert!(error.contains("the remaining descriptors are reserved. `ulimit -n`"), "{error}");
    assert!(!error.contains("EMFILE"), "{error}");
}

#[tokio::test(flavor = "local")]
async fn a_source_range_that_is_used_up_is_named() {
    let mut server = Server::start("fivetuple listen --port 0");
    let at = server.at().await;
    let line = format!("fivetuple connect {at} -n 3 --source-range 45200-45201 --wait 1s");
    let (ended, _) = run_connect(&line).await;
    let error = ended.expect_err("two ports for three").to_string();
    let reason = "All 2 ports of 45200-45201 are in use for this destination.";
    assert!(error.contains(reason), "{error}");
    assert!(error.ends_with("Try a wider --source-range, or another --from."), "{error}");
}

#[tokio::test(flavor = "local")]
async fn nobody_reading_ends_it_quietly() {
    let (sender, told) = mpsc::channel(1);
    drop(told);
    let args = listen_args("fivetuple listen --port 0");
    let ended = listen(&args, 1000, &mut Told(sender), pending()).await;
    assert_eq!(ended.expect("no failure"), Exit::Done);
}

#[tokio::test(flavor = "local")]
async fn a_refused_datagram_is_told_as_that() {
    let nobody = std::net::UdpSocket::bind("127.0.0.1:0").expect("a free port");
    let at = nobody.local_addr().expect("an address");
    drop(nobody);
    let line = format!("fivetuple connect --udp {at} --payload x --wait 5s");
    let (ended, text) = run_connect(&line).await;
    assert!(text.contains(": sent 1 byte\n"), "{text}");
    assert!(text.contains("datagram refused: no UDP socket on that port"), "{text}");
    assert!(text.contains("1 of 1 UDP sockets connected, without a handshake, to"), "{text}");
    assert_eq!(
        ended.expect_err("refused").to_string(),
        format!("datagram refused by {at}: no UDP socket on that port (ECONNREFUSED)")
    );
}
