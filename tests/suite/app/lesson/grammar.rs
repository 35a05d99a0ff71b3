//! What the lines of a lesson mean.

use std::net::IpAddr;

use fivetuple::app::lesson::{check, read};
use fivetuple::app::{
    ActionTarget, Claim, Condition, EndPattern, Expectation, Lesson, LessonActionKind,
    SocketPattern, Who,
};
use fivetuple::run::NetstatLine;
use fivetuple::tcp::{InterfaceNames, Owner, SocketRow};

use crate::tidy::source::root;

/// A lesson with these lines below its only heading.
fn lesson(body: &str) -> String {
    format!("---\ntitle: T\nbelief: B\nminutes: 1\nneeds: lab\n---\n# A step\nSaid.\n\n{body}\n")
}

fn right(text: &str) -> Lesson {
    read("right.md", text).unwrap_or_else(|faults| panic!("\n{faults}"))
}

fn action(line: &str) -> LessonActionKind {
    let lesson = right(&lesson(&format!("```do\n{line}\n```")));
    lesson.steps[0].actions[0].what.clone()
}

/// The action with its options in short: `Connect laptop 3 [2 4=6000]`.
fn in_short(line: &str) -> String {
    match action(line) {
        LessonActionKind::Act { action, on, target, count, options } => {
            let on = on.map_or("", |on| if on { " on" } else { " off" });
            let target = target.map_or(String::new(), |target| match target {
                ActionTarget::Computer { name, port, at_server } => {
                    let port = port.map_or(String::new(), |port| format!(":{port}"));
                    format!(" {}{name}{port}", if at_server { "server of " } else { "" })
                }
                ActionTarget::Listener(port) => format!(" :{port}"),
            });
            let count = count.map_or(String::new(), |count| format!(" x{count}"));
            let options = options.iter().map(|(field, value)| format!(" {field}={value}"));
            format!("{action:?}{on}{target}{count}{}", options.collect::<String>())
        }
        LessonActionKind::Spotlight(Condition::Row(row)) => format!("Spotlight {:?}", row.state),
        LessonActionKind::Spotlight(_) => "Spotlight".to_owned(),
        LessonActionKind::Wait(time) => format!("Wait {time:?}"),
    }
}

#[test]
fn the_lesson_in_the_readme_is_read_without_a_warning() {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let (_, rest) = readme.split_once("````markdown\n").unwrap();
    let (text, _) = rest.split_once("````\n").unwrap();
    let faults = check("README.md", text);
    assert!(faults.all.is_empty(), "\n{faults}");
}

#[test]
fn a_lesson_is_read_whole() {
    let lesson = right(include_str!("sample.md"));
    let headings: Vec<_> = lesson.steps.iter().map(|step| (step.line, &*step.heading)).collect();
    let all = [(8, "Nothing is listening"), (18, "A server listens"), (30, "A client connects")];
    assert_eq!(headings, all);
    let [nothing, listens, connects] = &lesson.steps[..] else { panic!("three steps") };
    assert_eq!(nothing.notes, ["ask where they have seen a port number today."]);
    assert_eq!(nothing.caption, ["As expected, the table is blank: no socket uses port 5000."]);
    assert_eq!(listens.after, ["One row: a claim on the port, not a connection."]);
    assert_eq!(listens.actions[0].line, 21);
    let question = connects.question.as_ref().unwrap();
    assert_eq!(question.text, "The laptop connects. What will the LISTEN row do?");
    let choices = question
        .choices
        .iter()
        .map(|choice| (&*choice.text, claim(&choice.claim), choice.claim.line, choice.is_marked));
    assert_eq!(
        choices.collect::<Vec<_>>(),
        [
            ("turn ESTABLISHED", "0 of * * LISTEN".to_owned(), 34, false),
            ("disappear", "0 of * * port=5000".to_owned(), 35, false),
            ("stay as it is", "1 of * * LISTEN".to_owned(), 36, true),
        ]
    );
    assert!(connects.caption.is_empty(), "the question is no caption");
    assert_eq!(connects.expected.as_ref().unwrap().claims.len(), 3);
    assert_eq!(lesson.at_home.len(), 2);
    assert!(
        lesson.at_home[1].lines().all(|line| line.starts_with("    ")),
        "code is told from words"
    );
}

#[test]
fn actions_are_read_with_their_operands_and_options() {
    for (line, read) in [
        ("listen", "Listen on"),
        ("stop listening :5001", "Listen off :5001"),
        ("hold accept()", "ToggleAccept on"),
        ("Resume accept :5001", "ToggleAccept off :5001"),
        ("connect laptop 3", "Connect laptop x3"),
        ("connect 3 laptop", "Connect laptop x3"),
        ("connect computer 13", "Connect computer 13"),
        ("close phone:6000", "Close phone:6000"),
        ("disconnect all", "Close x0"),
        ("abort the server's end of laptop", "Abort server of laptop"),
        ("step 2", "Wire(Step) x2"),
        ("look states", "Show(States) on"),
        ("the myth", "Show(Myth) on"),
        ("cut the cable", "Wire(Cut) on"),
        ("release", "Wire(Hold) off"),
        ("hold a state FIN_WAIT2", "HoldState(FinWait2)"),
        ("listen backlog 2 accept() hold", "Listen on 2=2 3=hold"),
        ("listen on data leave it unread", "Listen on 4=leave it unread"),
        ("listen accept at once on :5001", "Listen on 3=at once 1=5001"),
        ("add a listener on 0.0.0.0:5001", "AddListener 1=5001 0=0.0.0.0"),
        ("listen closes after 5 seconds", "Listen on 5=after N seconds 6=5"),
        (
            "connect laptop payload \"hello you\" stays until closed",
            "Connect laptop 7=hello you 8=until closed",
        ),
        ("connect from 6000", "Connect 3=a fixed port 4=6000"),
        ("connect from 45000-45007", "Connect 3=a toy range 5=45000-45007"),
        (
            "connect source port a toy range toy range 45000-45007",
            "Connect 3=a toy range 5=45000-45007",
        ),
        ("connect from the server's port", "Connect 3=same as the server's"),
        ("connect from 127.0.0.9", "Connect 2=127.0.0.9"),
        ("connect from 127.0.0.9:6000", "Connect 3=a fixed port 4=6000 2=127.0.0.9"),
        ("connect to 127.0.0.1:5001", "Connect 0=127.0.0.1:5001"),
        ("connect to the listener", "Connect 0=the listener"),
        ("connect so_reuseaddr yes", "Connect 6=yes"),
        ("use up ports ports 45000-45007", "UseUpPorts 0=45000-45007"),
        ("use up ports 45000-45007", "UseUpPorts 0=45000-45007"),
        ("spotlight TIME_WAIT", "Spotlight Some(TimeWait)"),
        ("wait 2s", "Wait 2s"),
        ("wait 500ms", "Wait 500ms"),
    ] {
        assert_eq!(in_short(line), read, "{line}");
    }
}

fn end(end: &EndPattern) -> String {
    let who = match &end.who {
        Who::Any => "*".to_owned(),
        Who::Computer(name) => name.clone(),
        Who::Address(IpAddr::V4(ip)) => ip.to_string(),
        Who::Address(IpAddr::V6(ip)) => format!("[{ip}]"),
    };
    end.port.map_or(who.clone(), |port| format!("{who}:{port}"))
}

/// A kind of row, with only what is said of it.
fn rows(of: &SocketPattern) -> String {
    let of = of.clone();
    let mut parts = vec![];
    if let (Some(protocol), is_v6) = (of.protocol, of.is_v6) {
        parts.push(format!("{protocol:?}{}", if is_v6 == Some(true) { "6" } else { "" }));
    }
    parts.extend([end(&of.local), end(&of.foreign)]);
    parts.extend(of.port.map(|port| format!("port={port}")));
    parts.extend(of.state.map(|state| state.to_string()));
    parts.extend(of.recv.map(|recv| format!("recv={recv}")));
    parts.extend(of.send.map(|send| format!("send={send}")));
    parts.extend(of.is_owned.map(|is_owned| format!("owned={is_owned}")));
    parts.join(" ")
}

fn claim(claim: &Claim) -> String {
    let once = if claim.once { "once " } else { "" };
    match &claim.condition {
        Condition::Row(row) => format!("{once}{}", rows(row)),
        Condition::Count { count, of } => format!("{once}{count} of {}", rows(of)),
        Condition::Refused(errno) => format!("{once}refused {errno:?}"),
    }
}

fn expected(lines: &str) -> Expectation {
    let lesson = right(&lesson(&format!("```do\nlisten\n```\n\n```expect\n{lines}\n```")));
    lesson.steps[0].expected.clone().unwrap()
}

#[test]
fn claims_are_rows_counts_and_refusals() {
    for (line, read) in [
        ("tcp 127.0.0.1:5000 * LISTEN", "Tcp 127.0.0.1:5000 * LISTEN"),
        ("tcp laptop 127.0.0.1:5000 ESTABLISHED", "Tcp laptop 127.0.0.1:5000 ESTABLISHED"),
        ("tcp laptop:6000 server:5000 SYN_SENT", "Tcp laptop:6000 server:5000 SYN_SENT"),
        ("tcp computer 40 server:5000 SYN_SENT", "Tcp computer 40 server:5000 SYN_SENT"),
        ("tcp *:5000 127.0.0.1:* CLOSE_WAIT", "Tcp *:5000 127.0.0.1 CLOSE_WAIT"),
        ("tcp6 :::5000 :::* LISTEN", "Tcp6 [::]:5000 * LISTEN"),
        ("tcp6 ::1:5000 * LISTEN", "Tcp6 [::1]:5000 * LISTEN"),
        ("tcp6 ::1 fe80::1%eth0:* ESTABLISHED", "Tcp6 [::1] [fe80::1] ESTABLISHED"),
        ("tcp6 [::1]:5000 * LISTEN", "Tcp6 [::1]:5000 * LISTEN"),
        ("tcp 127.0.0.1:5000 0.0.0.0:* LISTEN", "Tcp 127.0.0.1:5000 * LISTEN"),
        ("udp laptop 127.0.0.1:5000", "Udp laptop 127.0.0.1:5000"),
        (
            "tcp * * ESTABLISHED Recv-Q 3 Send-Q 0 owner none",
            "Tcp * * ESTABLISHED recv=3 send=0 owned=false",
        ),
        ("tcp * * ESTABLISHED owner any", "Tcp * * ESTABLISHED owned=true"),
        ("1 LISTEN", "1 of * * LISTEN"),
        ("LISTEN 1", "1 of * * LISTEN"),
        ("laptop ESTABLISHED 8", "8 of laptop * ESTABLISHED"),
        ("server CLOSE_WAIT 1", "1 of server * CLOSE_WAIT"),
        ("no rows on :5001", "0 of * * port=5001"),
        ("3 rows on :5000", "3 of * * port=5000"),
        ("1 row", "1 of * *"),
        ("no TIME_WAIT", "0 of * * TIME_WAIT"),
        ("no ESTABLISHED on :5001", "0 of * * port=5001 ESTABLISHED"),
        ("(no rows)", "0 of * *"),
        ("refused EADDRINUSE", "refused Errno(98)"),
        ("once 1 SYN_RECV", "once 1 of * * SYN_RECV"),
        ("once tcp laptop * SYN_SENT", "once Tcp laptop * SYN_SENT"),
    ] {
        assert_eq!(claim(&expected(line).claims[0]), read, "{line}");
    }
}

#[test]
fn rows_that_are_not_named_may_be_there_where_none_is_named() {
    for (lines, may_have_more) in [
        ("1 LISTEN", true),
        ("refused EADDRINUSE\n1 LISTEN", true),
        ("once tcp laptop * SYN_SENT", true),
        ("tcp laptop * ESTABLISHED\n1 LISTEN", false),
        ("...\ntcp laptop * ESTABLISHED", true),
    ] {
        assert_eq!(expected(lines).may_have_more, may_have_more, "{lines}");
    }
}

#[test]
fn a_table_as_it_is_printed_is_an_expectation() {
    let owner = Owner::new(77, b"a long / name", 9);
    let rows = [
        ("tcp 1 2 127.0.0.1:5000 0.0.0.0:* LISTEN", Some(&owner)),
        ("tcp 0 0 127.0.0.2:54240 127.0.0.1:5000 ESTABLISHED", Some(&owner)),
        ("tcp 0 0 127.0.0.1:5000 127.0.0.2:6000 TIME_WAIT", None),
        ("tcp 0 0 [::]:5000 [::]:* LISTEN", None),
        ("tcp 0 9 [::1]:40000 [::1]:5000 FIN_WAIT1", None),
        ("udp 0 0 127.0.0.2:6000 127.0.0.1:5000 ESTABLISHED", Some(&owner)),
        ("udp 0 0 127.0.0.1:5000 0.0.0.0:* CLOSED", Some(&owner)),
        ("tcp 0 128 0.0.0.0:5000 0.0.0.0:* LISTEN interface=7", None),
    ];
    let rows = rows.map(|(row, owner)| (row.parse::<SocketRow>().unwrap(), owner));
    let interfaces = &InterfaceNames::default();
    let widths = NetstatLine::widths(&rows.map(|(row, _)| row), interfaces);
    let lines = rows
        .iter()
        .map(|(row, owner)| NetstatLine { row, owner: *owner, interfaces, widths }.to_string());
    let printed: Vec<String> = [NetstatLine::head(widths)].into_iter().chain(lines).collect();
    let printed = printed.join("\n");
    let expected = expected(&printed);
    let read: Vec<String> = expected.claims.iter().map(claim).collect();
    assert_eq!(
        read,
        [
            "Tcp 127.0.0.1:5000 * LISTEN recv=1 send=2 owned=true",
            "Tcp 127.0.0.2 127.0.0.1:5000 ESTABLISHED recv=0 send=0 owned=true",
            "Tcp 127.0.0.1:5000 127.0.0.2:6000 TIME_WAIT recv=0 send=0",
            "Tcp6 [::]:5000 * LISTEN recv=0 send=0",
            "Tcp6 [::1] [::1]:5000 FIN_WAIT1 recv=0 send=9",
            "Udp 127.0.0.2:6000 127.0.0.1:5000 ESTABLISHED recv=0 send=0 owned=true",
            "Udp 127.0.0.1:5000 * recv=0 send=0 owned=true",
            "Tcp 0.0.0.0:5000 * LISTEN recv=0 send=128",
        ],
        "the kernel chose the ports from 32768 on, and chooses others next time\n{printed}"
    );
    assert!(!expected.may_have_more);
}
