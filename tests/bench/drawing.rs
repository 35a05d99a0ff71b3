//! What a frame and a change cost with few and with many connections, without a terminal.

use std::collections::HashSet;
use std::net::IpAddr;
use std::time::Duration;

use fivetuple::app::{Clients, Event, MainView, Overlay, Servers, State, TableUpdate, update};
use fivetuple::kernel::watch::KnownRows;
use fivetuple::run::Clock;
use fivetuple::tcp::{
    Change, ConnectSpec, Endpoint, FiveTuple, Host, HostLimits, LabComputer, LabEvent, LabLimits,
    ListenSpec, Moment, Purpose, SockOpt, SocketEvent, SocketRow, Syscall, SyscallRecord,
    SyscallResult, SyscallTrace, TcpState,
};
use fivetuple::view::{ColourDepth, Scroll, Theme, draw};
use ratatui::Terminal;
use ratatui::backend::TestBackend;

use crate::figures::{Times, at_most, times, title};
use crate::held::PORT;
use crate::terminal::SIZE;

const ROUNDS: u32 = 200;

pub(crate) fn measure() {
    title("inside, without a terminal");
    let each = |run: fn(u32) -> Times| [10, 28_000].map(run);
    compare("a frame", &each(|count| frame(&mut state(count))));
    pictures();
    compare("a connection looked inside", &each(card));
    for count in [10, 28_000] {
        times(&format!("two new rows and arrange(), {count} connections"), &change(count), "");
    }
    let whole: Times = (0..9).map(|_| timed(|| drop(state(28_000)))).collect();
    times("56,000 rows at once, state made and dropped", &whole, "");
    times("56,000 rows read again, two of them new", &again(), "");
    compare("two computers and the wire", &each(|count| frame(&mut in_lab(count))));
}

/// With few and with many connections, which should not matter.
fn compare(what: &str, [few, many]: &[Times; 2]) {
    times(&format!("{what}, 10 connections"), few, "");
    let ratio = at_most(many.median() / few.median(), 2.0, " times");
    times(&format!("{what}, 28,000 connections"), many, &ratio);
}

/// A lab of a server and a laptop, with so many connections.
fn in_lab(count: u32) -> State {
    let mut state = state(0);
    let ips = [[192, 168, 1, 10], [192, 168, 1, 13]].map(IpAddr::from);
    let hosts = [Host(1), Host(2)];
    let computers = [0, 1].map(|n| LabComputer { host: hosts[n], ip: ips[n], ip6: None });
    let (computers, limits, took) = (computers.into(), LabLimits::MEANT, Duration::ZERO);
    let up = LabEvent::Up { computers, limits, took };
    update(&mut state, Moment::default(), Event::Lab(up));
    for (n, host) in hosts.into_iter().enumerate() {
        let row = |number: u32| {
            let mut row = pair(number)[n];
            row.host = host;
            (row.tuple.local.ip, row.tuple.remote.ip) = (ips[n], ips[1 - n]);
            Change::Appeared(row)
        };
        let seen = sight(host, (0..count).map(row).collect(), true);
        update(&mut state, Moment::default(), seen);
    }
    state.arrange();
    state
}

fn pictures() {
    let mut states = [10, 28_000].map(state);
    for state in &mut states {
        (0..250).for_each(|number| calls(state, number));
    }
    for (picture, zoom, what) in [
        (MainView::States, 0, "the state diagram"),
        (MainView::Ports, 0, "the map of all ports"),
        (MainView::Ports, 1, "the map of the range"),
        (MainView::Ports, 2, "the map around one port"),
        (MainView::Compare, 0, "two rows compared"),
        (MainView::Timeline, 0, "the timeline"),
        (MainView::Calls, 0, "a thousand calls"),
        (MainView::Myth, 0, "the myth"),
    ] {
        let both = states.each_mut().map(|state| {
            state.ui.main_view = picture;
            state.ui.zoom = zoom;
            state.ui.marked = state.ui.shown.get(1).copied();
            state.ui.selected = state.ui.shown.last().copied();
            frame(state)
        });
        compare(what, &both);
    }
}

fn card(count: u32) -> Times {
    let mut state = state(count);
    state.ui.overlay = state.ui.shown.last().copied().map(Overlay::Details);
    frame(&mut state)
}

fn calls(state: &mut State, number: u32) {
    let [_, client] = pair(number);
    let call = |asked| SyscallRecord { on: Some(11), asked, answer: SyscallResult::Done };
    let tuple = client.tuple;
    let record = SyscallTrace {
        purpose: Purpose::Connect,
        row: Some(client.name()),
        calls: vec![
            call(Syscall::SetSockOpt(SockOpt::BindAddressNoPort)),
            call(Syscall::Bind(tuple.local)),
            call(Syscall::Connect(tuple.remote)),
            call(Syscall::GetSockName),
        ],
    };
    let told = Event::Net(SocketEvent::SyscallsTraced(record));
    update(state, Moment::default(), told);
}

fn frame(state: &mut State) -> Times {
    let theme = Theme::new(fivetuple::cli::ThemeName::Dark, ColourDepth::True, false);
    let mut scroll = Scroll::default();
    let mut terminal = Terminal::new(TestBackend::new(SIZE.0, SIZE.1)).unwrap();
    let mut once = || terminal.draw(|frame| draw(frame, state, &theme, &mut scroll)).map(|_| ());
    (0..ROUNDS).map(|_| timed(|| once().unwrap())).collect()
}

fn change(count: u32) -> Times {
    let mut state = state(count);
    let once = |round| {
        let changes = pair(count + round).map(Change::Appeared).to_vec();
        let seen = sight(Host::THIS, changes, false);
        timed(|| {
            update(&mut state, Moment::default(), seen);
            state.arrange();
        })
    };
    (0..ROUNDS).map(once).collect()
}

/// What the poller does with a reading of the whole table.
fn again() -> Times {
    let mut rows: Vec<SocketRow> = (0..28_000).flat_map(pair).collect();
    let mut known = KnownRows::default();
    known.learn_all(&rows, &HashSet::new(), &mut Vec::new());
    let mut once = |round| {
        // The kernel puts new rows anywhere.
        rows.splice(7_000..7_000, pair(28_000 + round));
        let mut changes = Vec::new();
        let time = timed(|| known.learn_all(&rows, &HashSet::new(), &mut changes));
        assert_eq!(changes.len(), 2);
        time
    };
    (0..20_u32).map(&mut once).collect()
}

fn timed(run: impl FnOnce()) -> Duration {
    let clock = Clock::start();
    run();
    clock.now().since(Moment::default())
}

fn state(count: u32) -> State {
    let at = Endpoint::new([127, 0, 0, 1], PORT);
    let clients = Clients::new(4, ConnectSpec::to(at.into()));
    let listener = Servers::new(ListenSpec::at(at));
    let mut state = State::new(HostLimits::default(), Duration::ZERO, listener, clients);
    let nobody = Endpoint::unspecified();
    let listening =
        SocketRow { inode: 1, ..SocketRow::new(FiveTuple::tcp(at, nobody), TcpState::Listen) };
    let rows = [listening].into_iter().chain((0..count).flat_map(pair));
    update(
        &mut state,
        Moment::default(),
        sight(Host::THIS, rows.map(Change::Appeared).collect(), true),
    );
    state.arrange();
    state
}

fn sight(host: Host, changes: Vec<Change>, afresh: bool) -> Event {
    Event::TableRead(TableUpdate { host, changes, afresh, ..TableUpdate::default() })
}

/// Both rows of the connection with this number.
fn pair(number: u32) -> [SocketRow; 2] {
    let port = u16::try_from(number % 28_000).unwrap() + 32_768;
    let client = IpAddr::from([127, 0, u8::try_from(number / 28_000).unwrap(), 2]);
    let (server, client) = (Endpoint::new([127, 0, 0, 1], PORT), Endpoint::new(client, port));
    let end = |tuple, inode| SocketRow {
        inode,
        cookie: inode,
        ..SocketRow::new(tuple, TcpState::Established)
    };
    let inode = u64::from(number) * 2 + 10;
    [end(FiveTuple::tcp(server, client), inode), end(FiveTuple::tcp(client, server), inode + 1)]
}
