use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::app::query::names;
use crate::app::{Holder, State, SyscallEntry, format};
use crate::tcp::{Errno, Purpose, SockOpt, SocketId, Syscall, SyscallRecord, SyscallResult};
use crate::view::ThemeRole::{Dim, Error, Key, Strong, Warning};
use crate::view::style::glyphs::{ARROW, DASH, REFUSED, SELECTED};
use crate::view::table::columns;
use crate::view::{Painter, Scene, ThemeRole, Titles, past, rect, text, width};

pub(crate) fn draw(painter: &mut Painter<'_>, area: Rect) {
    let scene = painter.scene;
    let mut inner = painter.pane(area, titles(scene, area.width));
    let selected = scene.state.ui.selected;
    if let Some(name) = selected {
        painter.scroll.visible.push(name);
        let height = if inner.height > 12 { 3 } else { 1 };
        let head = rect::take_top(&mut inner, height);
        painter.put(head, selected_row(scene, name, head));
    }
    let calls = &scene.state.calls;
    let Some(last) =
        calls.entries.partition_point(|entry| entry.at <= scene.state.then()).checked_sub(1)
    else {
        let why = "No sockets created yet. Press l to listen.";
        let middle = rect::middle(inner, inner.width, 1);
        return painter.render(scene.line(Dim, why).centered(), middle);
    };
    let chosen = selected.or_else(|| calls.entries.get(last)?.record.row);
    let is_selected = |entry: &SyscallEntry| {
        let ends = entry.record.row.zip(chosen);
        ends.is_some_and(|(row, chosen)| row == chosen || is_other_end(row, chosen))
    };
    let is_own = |entry: &SyscallEntry| entry.record.row == chosen && chosen.is_some();
    let newest = |is: &dyn Fn(&SyscallEntry) -> bool| {
        (0..=last).rev().find(|n| calls.entries.get(*n).is_some_and(is))
    };
    let anchor = newest(&is_own).or_else(|| newest(&is_selected));
    if selected.is_some() && anchor.is_none() {
        let why = " No calls for this row: another program's, too old, or one of many alike.";
        painter.render(scene.line(Warning, why), rect::take_bottom(&mut inner, 1));
    }
    let room = usize::from(inner.width);
    let group = |n: usize| {
        let entry = calls.entries.get(n);
        let lines = entry.map(|entry| {
            let stands_out = is_selected(entry) || (n == last && selected.is_none());
            let before = n.checked_sub(1).and_then(|n| calls.entries.get(n));
            lines(scene, (entry, before), stands_out, room)
        });
        lines.unwrap_or_default()
    };
    painter.put(inner, around(anchor.unwrap_or(last), last, usize::from(inner.height), group));
}

fn is_other_end(one: SocketId, other: SocketId) -> bool {
    let connected = one.tuple.is_connected();
    connected && one.tuple.canonical() == other.tuple.canonical().mirrored()
}

/// When calls were made: so long after those before them, or the clock where that is long ago.
fn time(scene: Scene<'_>, entry: &SyscallEntry, before: Option<&SyscallEntry>) -> String {
    let after = before.map(|before| entry.at.since(before.at).as_millis());
    match after {
        Some(0) => String::new(),
        Some(millis @ 1..1000) => format!("+{millis} ms"),
        Some(_) | None => text::clock(scene.state.started, entry.at),
    }
}

fn around(
    anchor: usize,
    last: usize,
    height: usize,
    group: impl Fn(usize) -> Vec<Line<'static>>,
) -> Vec<Line<'static>> {
    let mut shown = group(anchor);
    shown.truncate(height);
    for more in (anchor + 1..=last).map(&group) {
        if shown.len() + more.len() > height / 2 {
            break;
        }
        shown.extend(more);
    }
    let mut before = (0..anchor).rev();
    while let (left @ 1.., Some(n)) = (height.saturating_sub(shown.len()), before.next()) {
        let more = group(n);
        shown.splice(0..0, more[more.len().saturating_sub(left)..].iter().cloned());
    }
    shown
}

fn titles(scene: Scene<'_>, width: u16) -> Titles {
    let calls = &scene.state.calls;
    let mut right = Vec::new();
    if calls.forgotten > 0 {
        let forgotten =
            format::many(calls.forgotten, "older one forgotten", "older ones forgotten");
        right.push((Dim, forgotten));
    }
    if calls.count > 0 {
        right.push((Dim, text::plural(calls.count, "call")));
    }
    let titles = past::titles(scene.state, right);
    let what = format!("{DASH} the system calls of our own sockets");
    let tries = [
        format!("{what} {DASH} W saves them as C and Python"),
        what,
        format!("{DASH} system calls of our sockets"),
        String::new(),
    ];
    let room = usize::from(width).saturating_sub(titles.right_width() + 14);
    Titles { name: "Calls", about: text::fitting(room, tries), ..titles }
}

fn selected_row(scene: Scene<'_>, name: SocketId, place: Rect) -> Vec<Line<'static>> {
    let columns = columns::fitting(scene, usize::from(place.width), &[name]);
    let head = (place.height > 1).then(|| columns.head(scene));
    head.into_iter().chain(columns.lines(scene, &[name])).collect()
}

fn lines(
    scene: Scene<'_>,
    (entry, before): (&SyscallEntry, Option<&SyscallEntry>),
    stands_out: bool,
    room: usize,
) -> Vec<Line<'static>> {
    let (symbol, part) = if stands_out { (SELECTED, Strong) } else { (" ", Dim) };
    let clock = time(scene, entry, before);
    let heading = text::cut(&heading(scene, entry), room.saturating_sub(clock.len() + 5));
    let mut head = vec![scene.span(Key, format!("{symbol} "))];
    head.extend(scene.named(part, &heading));
    let pad = room.saturating_sub(width(&head) + clock.len() + 1);
    head.push(scene.span(Dim, " ".repeat(pad) + &clock));
    let mut lines = vec![Line::from(head)];
    let calls = entry.record.calls.iter();
    lines.extend(calls.flat_map(|call| one(scene, entry, call, (stands_out, room))));
    if entry.omitted > 0 {
        let words = format!("    and {} more like this one", text::number(entry.omitted));
        lines.push(scene.line(Warning, words));
    }
    lines
}

fn heading(scene: Scene<'_>, entry: &SyscallEntry) -> String {
    let state = scene.state;
    let purpose = entry.record.purpose;
    let Some(row) = entry.record.row else {
        return String::from(match purpose {
            Purpose::Listen => "a listener that failed",
            Purpose::Connect => "a client that failed",
            Purpose::Accept => "accept() failed",
            Purpose::HalfClose | Purpose::Close => "a socket",
            Purpose::Probe => "tested as a remedy (y)",
        });
    };
    let (local, remote) = (row.tuple.local, row.tuple.remote);
    if !row.tuple.is_connected() {
        let stops = if purpose == Purpose::Close { " stops" } else { "" };
        return format!("the listener{stops}: {local}");
    }
    let end = if purpose == Purpose::Accept
        || State::is_servers(&state.servers, &state.clients, &state.ends, row)
    {
        format!("the server's end, for {}", text::safe(&state.peer_name(row)))
    } else {
        text::safe(&names::client_name(state, row))
    };
    let verb = match purpose {
        Purpose::Close => " closes",
        Purpose::HalfClose => " half-closes",
        Purpose::Listen | Purpose::Connect | Purpose::Accept | Purpose::Probe => "",
    };
    format!("{end}{verb}: {local} {ARROW} {remote}")
}

fn one(
    scene: Scene<'_>,
    entry: &SyscallEntry,
    call: &SyscallRecord,
    (stands_out, room): (bool, usize),
) -> Vec<Line<'static>> {
    let refused = call.is_refused();
    let (symbol, part) = match (refused, stands_out) {
        (true, _) => (REFUSED, Error),
        (false, true) => (" ", Strong),
        (false, false) => (" ", Dim),
    };
    let text = text::cut(&format!("  {symbol} {call}"), room);
    let used = text::width(&text);
    let remark = remark(entry, call);
    let column = used.max(if room < 100 { 44 } else { 50 }) + 2;
    let mut first = Line::from(with_descriptor(scene, entry, call, (part, &text)));
    if !remark.is_empty() && column + remark.len() <= room {
        first.push_span(Span::raw(" ".repeat(column - used)));
        first.push_span(scene.span(Dim, remark));
    } else if !remark.is_empty() && (refused || call.asked == Syscall::GetSockName) {
        return vec![first, scene.cut(Dim, &format!("      {remark}"), room)];
    }
    vec![first]
}

/// A call with its descriptor in the look of the connection that it belongs to, or of the server.
fn with_descriptor(
    scene: Scene<'_>,
    entry: &SyscallEntry,
    call: &SyscallRecord,
    (part, text): (ThemeRole, &str),
) -> Vec<Span<'static>> {
    let answer = call.answer;
    let (sign, fd) = if let SyscallResult::Descriptor(fd) | SyscallResult::Caller(fd, _) = answer {
        (" = ", Some(fd))
    } else {
        ("(", call.on)
    };
    let whose = entry.record.row.and_then(|row| {
        let [near, far] = scene.state.whose_ends(row);
        if matches!(near, Some(Holder::Server(_))) { far.or(near) } else { near }
    });
    let place = fd.and_then(|fd| Some((fd, text.split_once(&format!("{sign}{fd}"))?)));
    let Some((fd, (before, after))) = place else { return vec![scene.span(part, text)] };
    let look = scene.style(part).patch(scene.theme.end(whose));
    vec![
        scene.span(part, format!("{before}{sign}")),
        Span::styled(fd.to_string(), look),
        scene.span(part, after),
    ]
}

fn remark(entry: &SyscallEntry, call: &SyscallRecord) -> &'static str {
    let calls = &entry.record.calls;
    let bound = calls.iter().find_map(|call| {
        let Syscall::Bind(at) = call.asked else { return None };
        Some(at)
    });
    let is_client = entry.record.purpose == Purpose::Connect;
    let waits_for_connect = Syscall::SetSockOpt(SockOpt::BindAddressNoPort);
    let is_picked_late = calls.iter().any(|call| call.asked == waits_for_connect);
    match (call.asked, call.answer) {
        (Syscall::Connect(_), SyscallResult::Failed(Errno::EINPROGRESS)) => {
            "SYN sent; the program does not wait here"
        }
        (_, SyscallResult::Failed(errno)) => errno.words(),
        (Syscall::Bind(at), _) if is_client && at.port.0 == 0 && is_picked_late => {
            "the address only, no port"
        }
        (Syscall::Bind(at), _) if is_client && at.port.0 == 0 => {
            "port 0: the kernel chooses a port at once"
        }
        (Syscall::Listen(_), _) => "creates the LISTEN row",
        (Syscall::WriteUntilFull, _) => "the buffers of both ends are full",
        (Syscall::ConnectAnswer, _) => "no error: connected",
        (Syscall::GetSockName, _) if is_client => match bound {
            None => "no bind(): the kernel chose the port",
            Some(at) if at.port.0 == 0 && is_picked_late => {
                "the kernel chose the port, in connect()"
            }
            Some(at) if at.port.0 == 0 => "the kernel chose the port, in bind()",
            Some(_) => "as set by bind()",
        },
        (Syscall::Accept, _) => "the kernel had already created the row",
        _ => "",
    }
}
