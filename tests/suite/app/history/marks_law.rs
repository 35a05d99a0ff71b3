//! A law of the ladder: beside it stand only states that each end went through, in their order, and nothing after `gone`.

use std::collections::VecDeque;
use std::time::Duration;

use fivetuple::app::history::ladder::of;
use fivetuple::tcp::{Flags, Host, Snapshot, TcpEvent, TcpState};
use proptest::prelude::{Just, Strategy, any, proptest};
use proptest::prop_oneof;

use crate::app::history::ladder_inferred::rungs;
use crate::computers::{LAPTOP, SERVER};
use crate::robot::{Robot, changes};

const FIN: Flags = Flags::FIN.and(Flags::ACK);
const SYN_ACK: Flags = Flags::SYN.and(Flags::ACK);

/// What a user, the wire or the clock does.
#[derive(Clone, Copy, Debug)]
enum Deed {
    Close(usize),
    Abort(usize),
    Hold,
    Release,
    Step,
    Later(u64),
}

/// One end, as RFC 9293 has it; nothing is lost on the way to it.
#[derive(Debug)]
struct End {
    host: Host,
    row: &'static str,
    /// Every state so far, CLOSED at the end.
    states: Vec<TcpState>,
    /// The next number to send, and to receive.
    next: (u32, u32),
    /// The number after its FIN.
    fin: Option<u32>,
    /// What was read of it last.
    told: Snapshot,
    /// Whether its table was read while it had a row.
    is_seen: bool,
}

struct World {
    robot: Robot,
    ends: [End; 2],
    held: bool,
    /// The segments on the wire: number, sender, flags, and their numbers.
    wire: VecDeque<(u64, usize, Flags, (u32, u32))>,
    sent: u64,
}

impl End {
    fn new(host: Host, row: &'static str) -> End {
        End {
            host,
            row,
            states: vec![],
            next: (0, 0),
            fin: None,
            told: Snapshot::default(),
            is_seen: false,
        }
    }

    fn state(&self) -> TcpState {
        self.states.last().copied().unwrap_or(TcpState::Closed)
    }

    fn on(&mut self, event: TcpEvent) {
        let from = if event == TcpEvent::Syn { TcpState::Listen } else { self.state() };
        if let Some(step) = from.on(event) {
            let to = Some(step.to).filter(|to| *to != TcpState::Listen);
            self.states.push(to.unwrap_or(TcpState::Closed));
        }
    }

    fn has_row(&self) -> bool {
        self.state() != TcpState::Closed
    }

    /// Whether a program has a descriptor of it.
    fn is_held(&self) -> bool {
        let is_accepted = self.host == LAPTOP || self.state() != TcpState::SynReceived;
        self.has_row() && is_accepted
    }

    fn shown(&self) -> Option<String> {
        self.has_row().then(|| self.row.replace("STATE", &self.state().to_string()))
    }
}

impl World {
    fn new() -> World {
        let laptop = "tcp 0 0 192.168.1.13:44506 192.168.1.10:500 STATE host=2 cookie=7";
        let server = "tcp 0 0 192.168.1.10:500 192.168.1.13:44506 STATE host=1 cookie=8";
        World {
            robot: Robot::listening_in_lab(),
            ends: [End::new(LAPTOP, laptop), End::new(SERVER, server)],
            held: false,
            wire: VecDeque::new(),
            sent: 0,
        }
    }

    fn send(&mut self, from: usize, flags: Flags, numbers: (u32, u32)) {
        self.sent += 1;
        self.later(20);
        let host = self.ends[from].host;
        self.robot.sends(self.sent, (host, flags), numbers, b"");
        self.wire.push_back((self.sent, from, flags, numbers));
        let counts = flags.has(Flags::SYN) || flags.has(Flags::FIN);
        self.ends[from].next.0 += u32::from(counts);
    }

    fn later(&mut self, micros: u64) {
        self.robot.later(Duration::from_micros(micros));
    }

    fn carry(&mut self) {
        while !self.held && !self.wire.is_empty() {
            self.step();
        }
    }

    fn step(&mut self) {
        let Some((number, from, flags, (seq, ack))) = self.wire.pop_front() else { return };
        self.later(5);
        self.robot.arrives(number);
        let to = 1 - from;
        let is_listening = to == 1 && self.ends[1].states.is_empty();
        let is_taken = self.ends[to].has_row() || (is_listening && flags == Flags::SYN);
        if !is_taken {
            if !flags.has(Flags::RST) {
                let reset = if flags.has(Flags::ACK) { (ack, 0) } else { (0, seq + 1) };
                self.send(to, Flags::RST, reset);
            }
            return;
        }
        let end = &mut self.ends[to];
        if flags.has(Flags::RST) {
            return end.on(TcpEvent::Rst);
        }
        let length = u32::from(flags.has(Flags::SYN) || flags.has(Flags::FIN));
        end.next.1 = end.next.1.max(seq + length);
        if flags == Flags::SYN {
            end.on(TcpEvent::Syn);
            let numbers = end.next;
            return self.send(to, SYN_ACK, numbers);
        }
        if flags.has(Flags::SYN) {
            end.on(TcpEvent::SynAck);
        } else if end.fin.is_none_or(|fin| fin <= ack) {
            end.on(TcpEvent::Ack);
        }
        if flags.has(Flags::FIN) {
            end.on(TcpEvent::Fin);
        }
        if length > 0 {
            let numbers = end.next;
            self.send(to, Flags::ACK, numbers);
        }
    }

    fn look(&mut self) {
        for end in &mut self.ends {
            end.is_seen |= end.has_row();
            let rows = end.shown().unwrap_or_default().parse().unwrap();
            let before = std::mem::replace(&mut end.told, rows);
            self.robot.reads(end.host, changes(&before, &end.told), false);
        }
    }

    fn does(&mut self, deed: Deed) {
        match deed {
            Deed::Close(side) | Deed::Abort(side) if !self.ends[side].is_held() => (),
            Deed::Close(side) => {
                let end = &mut self.ends[side];
                let before = end.state();
                end.on(TcpEvent::Close);
                if end.has_row() && end.state() != before {
                    end.fin = Some(end.next.0 + 1);
                    let numbers = end.next;
                    self.send(side, FIN, numbers);
                }
            }
            Deed::Abort(side) => {
                let end = &mut self.ends[side];
                let sends = end.state() != TcpState::SynSent;
                end.on(TcpEvent::Abort);
                if sends {
                    let numbers = end.next;
                    self.send(side, Flags::RST.and(Flags::ACK), numbers);
                }
            }
            Deed::Hold => self.held = true,
            Deed::Release => self.held = false,
            Deed::Step => self.step(),
            Deed::Later(millis) => {
                // A table is read again soon after something moved in it.
                self.later(millis.min(40) * 1000);
                self.look();
                self.later(millis.saturating_sub(40) * 1000);
            }
        }
        self.carry();
    }

    fn obeys(&self) {
        let Some(ladder) = of(&self.robot.state) else { return };
        let words = |state: &TcpState| match state.to_string() {
            _ if *state == TcpState::Closed => String::from("gone"),
            name => name,
        };
        for (side, end) in self.ends.iter().enumerate() {
            let mut passed = end.states.iter().map(words);
            let marks = ladder.rungs.iter().filter_map(|rung| rung.states[side]);
            let marks = marks.map(|mark| mark.word().trim_matches(['(', ')']).to_owned());
            let marks: Vec<String> = marks.collect();
            for mark in &marks {
                let found = passed.any(|state| state == *mark);
                assert!(found, "{mark} of {:?}:\n{:#?}", end.states, rungs(&ladder));
            }
            let last = marks.last().cloned().unwrap_or_default();
            let is_last = !end.is_seen || last == words(&end.state());
            assert!(is_last, "{last} last of {:?}:\n{:#?}", end.states, rungs(&ladder));
        }
    }
}

fn deeds() -> impl Strategy<Value = Vec<Deed>> {
    let side = || any::<bool>().prop_map(usize::from);
    let deed = prop_oneof![
        side().prop_map(Deed::Close),
        side().prop_map(Deed::Abort),
        Just(Deed::Hold),
        Just(Deed::Release),
        Just(Deed::Step),
        proptest::sample::select(vec![0, 1, 15, 40, 900, 3000]).prop_map(Deed::Later),
    ];
    proptest::collection::vec(deed, 1..12)
}

proptest! {
    #[test]
    fn each_end_has_only_states_that_it_went_through_in_their_order(deeds in deeds(), is_held: bool) {
        let mut world = World::new();
        world.held = is_held;
        world.ends[0].on(TcpEvent::Connect);
        world.send(0, Flags::SYN, (0, 0));
        world.carry();
        for deed in deeds {
            world.does(deed);
        }
        world.does(Deed::Later(40));
        world.obeys();
        world.robot.press("O");
        world.obeys();
    }
}
