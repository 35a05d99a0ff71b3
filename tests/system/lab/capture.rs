use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader};
use std::os::unix::fs::{OpenOptionsExt, symlink};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc::channel;
use std::time::{Duration, SystemTime};

use fivetuple::lab::{Capture, segment};
use fivetuple::run::Clock;
use fivetuple::tcp::{LabEvent, Segment, WireOrder};
use pcap_file::pcapng::{Block, PcapNgReader};
use rustix::fs::{CWD, Mode, mkfifoat};

use crate::lab::{Bench, LAPTOP, SERVER, arrived, bench, lost, sent, with_capture};
use crate::support::again::{apart, as_nobody_too};
use crate::support::{program, skipped};

/// A connection whose first call is lost: four segments, three of which arrive.
fn connect(bench: &mut Bench) {
    let _server = bench.listen(SERVER, 500);
    bench.order(WireOrder::DropNext);
    let _laptop = bench.call(LAPTOP, bench.at(SERVER, 500));
    bench.hear(|news| (arrived(news).len() >= 3).then_some(()));
}

#[test]
fn what_crossed_can_be_read_again() {
    as_nobody_too(|| {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("wire.pcapng");
        let clock = Clock::start();
        let capture = Capture::create(&path, clock.epoch(), |event| panic!("{event:?}"));
        let Some(mut bench) = with_capture(clock, capture.expect("a file")) else { return };
        connect(&mut bench);
        assert_eq!(lost(&bench.heard).len(), 1);
        let told = sent(&bench.heard);
        let told: Vec<Segment> = told.into_iter().map(|(_, segment)| segment).collect();
        let at = arrived(&bench.heard)[0].0;
        // The file is complete once nobody writes any more.
        drop(bench);

        let mut names = Vec::new();
        let mut written = Vec::new();
        let mut reader = PcapNgReader::new(File::open(&path).unwrap()).expect("a header");
        while let Some(block) = reader.next_block() {
            match block.expect("a block") {
                Block::InterfaceDescription(interface) => {
                    names.push(format!("{:?}", interface.options[0]));
                }
                Block::EnhancedPacket(packet) => {
                    let number = u64::try_from(written.len()).unwrap() + 2;
                    let (from, to) =
                        if packet.interface_id == 0 { (LAPTOP, SERVER) } else { (SERVER, LAPTOP) };
                    if written.is_empty() {
                        assert_eq!(packet.timestamp, clock.epoch() + at.since_start());
                        let now = SystemTime::UNIX_EPOCH + packet.timestamp;
                        let age = now.elapsed().expect("the past");
                        assert!(age < Duration::from_secs(60), "{age:?}");
                    }
                    written.push(segment(&packet.data, number, (from, to)).expect("a segment"));
                }
                other => panic!("{other:?}"),
            }
        }
        assert!(names[0].contains("laptop") && names[1].contains("server"), "{names:?}");
        // The first call was lost.
        assert_eq!(written[..3], told[1..4]);
        others_read(&path);
    });
}

#[test]
fn a_capture_overwrites_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    std::fs::write(at("thesis"), "a year's work").expect("a file");
    std::fs::write(at("empty"), "").expect("a file");
    symlink(at("thesis"), at("link")).expect("a link");
    symlink(at("nothing"), at("dangling")).expect("a link");
    mkfifoat(CWD, at("pipe"), Mode::RWXU).expect("a pipe");
    let create = |name: &str| {
        let path = if name == "-" { name.into() } else { at(name) };
        let capture = Capture::create(&path, Duration::ZERO, |event| panic!("{event:?}"));
        capture.map(drop).map_err(|why| why.to_string())
    };
    for (name, word) in [
        ("thesis", "it exists and is not empty"),
        ("link", "it exists and is not empty"),
        ("dangling", "a link to a file that does not exist"),
        ("pipe", "no program reads from that pipe yet"),
        ("-", "./- is a file of that name"),
    ] {
        let why = create(name).expect_err(name);
        assert!(why.contains(word), "{name}: {why}");
    }
    assert_eq!(std::fs::read_to_string(at("thesis")).unwrap(), "a year's work");
    assert!(!at("nothing").exists());
    assert_eq!(create("empty"), Ok(()));
    assert!(PcapNgReader::new(File::open(at("empty")).unwrap()).is_ok());
}

#[test]
fn a_pipe_whose_reader_has_ended_is_told_as_that() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("pipe");
    mkfifoat(CWD, &path, Mode::RWXU).expect("a pipe");
    let reader = OpenOptions::new().read(true).custom_flags(libc::O_NONBLOCK).open(&path);
    let (sender, reports) = channel();
    let report = move |event| sender.send(event).expect("the test goes on");
    let capture = Capture::create(&path, Duration::ZERO, report).expect("somebody reads");
    drop(reader.expect("a reader"));
    let Some(mut bench) = with_capture(Clock::start(), capture) else { return };
    connect(&mut bench);
    let why = String::from("the program that read it has ended (EPIPE)");
    assert_eq!(reports.recv().expect("a report"), LabEvent::CaptureFailed(why));
}

/// tcpdump, where it is there, finds the same file good.
fn others_read(path: &Path) {
    let Ok(output) = Command::new("tcpdump").arg("-nr").arg(path).output() else {
        return skipped("no tcpdump here to read the file");
    };
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{output:?}");
    assert!(text.contains("192.168.1.10.500: Flags [S], seq"), "{text}");
}

#[test]
fn another_program_sees_the_same_segments() {
    // tcpdump joins the lab of a process, of which this one has many at a time.
    apart(|| {
        if Command::new("tcpdump").arg("--version").output().is_err() {
            return skipped("no tcpdump here");
        }
        let Some(mut bench) = bench() else { return };
        let pid = std::process::id();
        let name = SERVER.name().unwrap();
        let mut tcpdump = program(["lab", "--join", &pid.to_string(), "--on", name, "--"])
            .args(["tcpdump", "-i", "eth0", "-n", "-S", "-l", "-c", "3", "--immediate-mode"])
            .args(["-Z", "root", "tcp"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts");
        let mut said = BufReader::new(tcpdump.stderr.take().unwrap()).lines();
        let listens =
            said.find(|line| line.as_ref().map_or(true, |line| line.starts_with("listening")));
        assert!(listens.is_some_and(|line| line.is_ok()), "tcpdump listens");
        connect(&mut bench);
        let output = tcpdump.wait_with_output().expect("its end");
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let lines: Vec<&str> = text.lines().collect();
        let told = sent(&bench.heard);
        for (line, (_, segment)) in lines.iter().zip(&told[1..4]) {
            let (from, to) = (segment.tuple.local, segment.tuple.remote);
            let ends = format!("{}.{} > {}.{}:", from.ip, from.port, to.ip, to.port);
            assert!(line.contains(&ends), "{line}\n{segment:?}");
            let number = match segment.flags.to_string().as_str() {
                "ACK" => format!("ack {}", segment.ack),
                _ => format!("seq {}", segment.seq),
            };
            assert!(line.contains(&number), "{line}\n{segment:?}");
        }
        assert_eq!(lines.len(), 3, "{text}");
    });
}
