//! Whatever is told while the table is watched, and in whichever order: once all is calm, the dashboard has the kernel's rows.

use fivetuple::app::{Event, State, update};
use fivetuple::kernel::watch::{Planner, ReadOrder};
use fivetuple::kernel::{Activity, Reading};
use fivetuple::tcp::{Filter, Host, SocketId, SocketRow, TcpState};
use proptest::prelude::*;

use crate::app::table::ports::state;
use crate::kernel::watch::{COST, at, row};

/// The kernel's sockets, each with the two states that it may have.
const SOCKETS: [(&str, [&str; 2]); 5] = [
    ("127.0.0.1:5000 0.0.0.0:*", ["LISTEN", "CLOSED"]),
    ("127.0.0.1:5001 0.0.0.0:*", ["CLOSED", "LISTEN"]),
    ("127.0.0.1:5000 127.0.0.2:40000", ["ESTABLISHED", "TIME_WAIT"]),
    ("127.0.0.2:40000 127.0.0.1:5000", ["ESTABLISHED", "TIME_WAIT"]),
    ("127.0.0.2:40001 127.0.0.1:5000", ["SYN_SENT", "ESTABLISHED"]),
];

type Rows = [Option<SocketRow>; SOCKETS.len()];

#[derive(Clone, Debug)]
enum Step {
    /// The kernel opens the socket, moves it to its second state, or closes it.
    Next(usize),
    Watch,
    /// A read of the table begins.
    Begin,
    /// It ends: the rows of these bits are as they are now, the others as they were when it began.
    End(u8, bool),
    Lookup(usize),
    LookupListening,
    Report,
}

struct Watched {
    kernel: Rows,
    opened: u64,
    names: [Option<SocketId>; SOCKETS.len()],
    planner: Planner,
    order: Option<(ReadOrder, Rows)>,
    now: u64,
    dashboard: State,
}

impl Watched {
    fn new() -> Watched {
        let mut planner = Planner::new(Host::THIS, at(0), 0);
        planner.watch(Filter::everything());
        let (kernel, names) = (Rows::default(), Default::default());
        Watched { kernel, opened: 0, names, planner, order: None, now: 0, dashboard: state() }
    }

    fn take(&mut self, step: &Step) {
        self.now += 100;
        match *step {
            Step::Next(place) => self.next(place),
            Step::Watch => self.planner.watch(Filter::everything()),
            Step::Begin => {
                self.planner.sampled(at(self.now), Activity::Sockets);
                let order = self.planner.read_order(at(self.now));
                self.order = order.map(|order| (order, self.kernel)).or(self.order.take());
            }
            Step::End(bits, interrupted) => self.end(bits, interrupted),
            Step::Lookup(place) => {
                let Some(name) = self.names[place] else { return };
                let found = self.kernel[place].filter(|row| row.name() == name);
                self.planner.learn_lookup(name, found);
            }
            Step::LookupListening => {
                let listens = |row: &SocketRow| row.state == TcpState::Listen;
                let rows: Vec<SocketRow> =
                    self.kernel.into_iter().flatten().filter(listens).collect();
                self.planner.learn_listening(&rows);
            }
            Step::Report => {
                let Some(report) = self.planner.report() else { return };
                update(&mut self.dashboard, at(self.now), Event::TableRead(report));
            }
        }
    }

    fn next(&mut self, place: usize) {
        let (name, states) = SOCKETS[place];
        let (state, number) = match self.kernel[place] {
            None => {
                self.opened += 1;
                (states[0], self.opened)
            }
            Some(row) if row.state.to_string() == states[0] => (states[1], row.cookie),
            Some(_) => return self.kernel[place] = None,
        };
        let row = row(&format!("tcp 0 0 {name} {state} inode={number} cookie={number}"));
        (self.kernel[place], self.names[place]) = (Some(row), Some(row.name()));
    }

    fn end(&mut self, bits: u8, interrupted: bool) {
        let Some((order, before)) = self.order.take() else { return };
        let row = |place| if bits >> place & 1 == 1 { self.kernel[place] } else { before[place] };
        let snapshot = (0..SOCKETS.len()).filter_map(row).collect();
        let reading = Reading { snapshot, interrupted, ..Reading::default() };
        self.planner.learn_reading(&order, &reading, COST);
    }
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let socket = 0..SOCKETS.len();
    let step = prop_oneof![
        6 => socket.clone().prop_map(Step::Next),
        1 => Just(Step::Watch),
        2 => Just(Step::Begin),
        2 => (any::<u8>(), prop::bool::weighted(0.1)).prop_map(|(bits, torn)| Step::End(bits, torn)),
        3 => socket.prop_map(Step::Lookup),
        1 => Just(Step::LookupListening),
        2 => Just(Step::Report),
    ];
    prop::collection::vec(step, 0..80)
}

proptest! {
    #[test]
    fn after_calm_the_dashboard_has_the_kernels_rows(steps in steps()) {
        let mut watched = Watched::new();
        let calm = [Step::End(0, false), Step::Report, Step::Begin, Step::End(0, false), Step::Report];
        for step in steps.iter().chain(&calm) {
            watched.take(step);
        }
        let state_of = |row: &SocketRow| (row.name(), row.state);
        let mut shown: Vec<_> = watched.dashboard.sockets.in_order().filter(|line| line.gone.is_none()).map(|line| state_of(&line.row)).collect();
        let mut there: Vec<_> = watched.kernel.iter().flatten().map(state_of).collect();
        shown.sort();
        there.sort();
        prop_assert_eq!(shown, there);
    }
}
