//! What TCP, the lab and the clock report, in a line.

use std::time::Duration;

use fivetuple::app::Event;
use fivetuple::tcp::{
    Call, Change, CloseKind, ConnectSpec, Endpoint, Errno, HandshakeRetries, LabEvent, LabLimits,
    LabRefusal, ListenSpec, ListenerId, Owner, SocketEvent, SocketRow, SyscallError, WireEvent,
    WireStatus,
};

use super::story::Story;
use crate::robot::own;

impl Story {
    /// Each line has its words, and the row that they are about, if any.
    pub(super) fn report(&mut self, text: &str) {
        let words: Vec<&str> = text.split_whitespace().collect();
        let is_row = |word: &&str| word.starts_with('$') || ["tcp", "udp"].contains(word);
        if let Some(from) = words.iter().position(is_row) {
            let row = self.row(&words[from..].join(" "));
            return self.report_row(&words[..from], &row);
        }
        match words[..] {
            [number, "us"] => self.robot.later(Duration::from_micros(number.parse().unwrap())),
            [number, "ms"] => self.robot.later(Duration::from_millis(number.parse().unwrap())),
            [number, "s"] => self.robot.later(Duration::from_secs(number.parse().unwrap())),
            ["lab", ..] => self.report_lab(&words[1..]),
            ["wire", "full"] => {
                self.robot.wire(WireEvent::Full { frames: 4096, bytes: 256 << 20 });
            }
            ["wire", ..] => self.robot.wire(WireEvent::Status(status(&words[1..]))),
            ["nobody", "holds", inode] => {
                self.robot.tell(Event::OwnersHidden(vec![inode.parse().unwrap()]));
            }
            [program, "holds", ..] => {
                let (pid, program) = match program {
                    "fivetuple" => (self.robot.state.machine.pid, program),
                    "another-fivetuple" => (999, "fivetuple"),
                    _ => (999, program),
                };
                let owner = Owner::new(pid, program.as_bytes(), 4);
                let found = words[2..].iter().map(|inode| (inode.parse().unwrap(), owner.clone()));
                self.robot.tell(Event::OwnersFound(found.collect()));
            }
            ["pasted", ..] => {
                let pasted = text["pasted ".len()..].replace("\\e", "\x1b").replace("\\n", "\n");
                self.robot.tell(Event::Pasted(pasted));
            }
            ["saved", ..] => {
                let files = words[1..].iter().map(|file| (*file).to_owned()).collect();
                self.robot.tell(Event::Saved(Ok(files)));
            }
            _ => self.report_call(&words),
        }
    }

    /// A call that is not about one row.
    fn report_call(&mut self, words: &[&str]) {
        let robot = &mut self.robot;
        match *words {
            ["accept", call, errno, times] => robot.hear(SocketEvent::AcceptFailed {
                id: ListenerId::FIRST,
                why: SyscallError {
                    call: if call == "reserve" { Call::Reserve } else { Call::Accept },
                    errno: errno_of(errno),
                },
                pause: Duration::ZERO,
                times: times.parse().unwrap(),
            }),
            ["accept", held, ref on @ ..] => {
                robot.hear(SocketEvent::AcceptHeld(listener(on), held == "held"));
            }
            ["stopped", "listening", ref on @ ..] => {
                robot.hear(SocketEvent::StoppedListening { id: listener(on), why: None });
            }
            ["bind", errno] => match self.listen.take() {
                Some(spec) => {
                    let why = SyscallError { call: Call::Bind, errno: errno_of(errno) };
                    robot.hear(SocketEvent::ListenFailed { spec, why });
                }
                None => robot.bind_fails(errno_of(errno)),
            },
            [
                call @ ("connect" | "source" | "socket" | "resolve" | "remote"),
                errno,
                ref to @ ..,
            ] => {
                let call = match call {
                    "connect" => Call::Connect,
                    "source" => Call::Bind,
                    "socket" => Call::Socket,
                    "resolve" => Call::Resolve,
                    _ => Call::Remote([192, 0, 2, 1].into()),
                };
                let mut spec = self.connect.clone().expect("a connect() that was ordered");
                if let [to] = to {
                    spec.to = to.parse::<Endpoint>().unwrap().into();
                }
                robot.connect_fails(&spec, call, errno_of(errno));
            }
            ["burst", "of", count] => robot.burst_begins(count.parse().unwrap()),
            ["burst", "opened", opened, "of", asked] => {
                robot.burst_ends(opened.parse().unwrap(), asked.parse().unwrap());
            }
            ["not", "staged", state, errno] => robot.hear(SocketEvent::HoldFailed {
                state: state.parse().unwrap(),
                why: SyscallError { call: Call::Socket, errno: errno_of(errno) },
            }),
            _ => panic!("nothing reports {words:?}"),
        }
    }

    fn report_lab(&mut self, words: &[&str]) {
        let event = match *words {
            ["up", computers] => {
                return self.robot.lab_comes_up(computers.parse().unwrap(), LabLimits::MEANT);
            }
            ["up", computers, "without", "settings"] => {
                let unset = Some((String::from("/proc/sys/net/core/somaxconn"), Errno::EROFS));
                let limits = LabLimits {
                    somaxconn: Some(4096),
                    gives_up: Some(HandshakeRetries::DEFAULT),
                    unset,
                    ..LabLimits::MEANT
                };
                return self.robot.lab_comes_up(computers.parse().unwrap(), limits);
            }
            ["down"] => LabEvent::Down(None),
            ["down:", ..] => LabEvent::Down(Some(words[1..].join(" "))),
            ["refused", errno, step, ..] => LabEvent::Refused(LabRefusal {
                step: step.to_owned(),
                errno: errno_of(errno),
                helps: words[3..].join(" "),
            }),
            _ => panic!("no lab reports {words:?}"),
        };
        self.robot.tell(Event::Lab(event));
    }

    fn report_row(&mut self, words: &[&str], row: &str) {
        let robot = &mut self.robot;
        let socket = own(row, if words == ["accepted"] { 12 } else { 11 });
        let at = socket.name;
        robot.hear(match *words {
            ["gone"] => return robot.vanish(at.host, &[row]),
            ["read"] => {
                let row: SocketRow = row.parse().unwrap();
                return robot.reads(at.host, vec![Change::Appeared(row)], false);
            }
            ["listening"] => {
                let spec = self.listen.take().unwrap_or(robot.state.server().spec.clone());
                let spec = ListenSpec { host: at.host, at: at.tuple.local, ..spec };
                return robot.listens(spec, row);
            }
            ["refused"] => SocketEvent::ConnectFailed {
                spec: ConnectSpec { host: at.host, ..ConnectSpec::to(at.tuple.remote.into()) },
                to: Some(at.tuple.remote),
                local: Some(at.tuple.local),
                why: SyscallError { call: Call::Connect, errno: Errno::ECONNREFUSED },
            },
            ["connecting"] => SocketEvent::Connecting(socket),
            ["connected"] => SocketEvent::Connected(socket),
            ["accepted"] => {
                let servers = &robot.state.servers;
                let is_there = |spec: &&ListenSpec| spec.at == at.tuple.local;
                let mut running = servers.all.iter().filter_map(|server| server.running.as_ref());
                let id = running.find(is_there).map_or(ListenerId::FIRST, |spec| spec.id);
                SocketEvent::Accepted { socket, on: (id, 0) }
            }
            ["peer", "closed"] => SocketEvent::PeerClosed(at),
            ["half-closed"] => SocketEvent::HalfClosed(at),
            ["closed"] => SocketEvent::Closed { at, how: CloseKind::Close },
            ["aborted"] => SocketEvent::Closed { at, how: CloseKind::Abort },
            ["broken", errno] => {
                SocketEvent::Closed { at, how: CloseKind::Broken(errno_of(errno)) }
            }
            ["write", errno] => {
                let why = SyscallError { call: Call::Write, errno: errno_of(errno) };
                SocketEvent::CallFailed { at, why }
            }
            ["sent", bytes] => SocketEvent::Sent { at, bytes: bytes.parse().unwrap() },
            ["received", data] => {
                SocketEvent::Received { at, bytes: data.len() as u64, first: data.into() }
            }
            _ => panic!("nothing reports {words:?} of a row"),
        });
    }
}

/// `held`, `drop_next=2`, `kept=12000` ...
fn status(words: &[&str]) -> WireStatus {
    let mut status = WireStatus::default();
    for word in words {
        let (name, number) = word.split_once('=').unwrap_or((word, "1"));
        let number = number.parse().unwrap();
        match name {
            "held" => status.settings.held = true,
            "drop_next" => status.settings.drop_next = u32::try_from(number).unwrap(),
            "unreported" => status.unreported = number,
            "kept" => status.kept = number,
            "oldest" => status.oldest = Some(number),
            "obeyed" => status.orders_done = number,
            "missed" => status.missed = number,
            _ => panic!("a wire has no {name}"),
        }
    }
    status
}

/// The listener of that number, counted from 0.
fn listener(on: &[&str]) -> ListenerId {
    on.first().map_or(ListenerId::FIRST, |number| ListenerId(number.parse().unwrap()))
}

/// The number behind a symbol of errno(3).
fn errno_of(symbol: &str) -> Errno {
    (0..200).map(Errno).find(|errno| errno.symbol() == Some(symbol)).expect(symbol)
}
