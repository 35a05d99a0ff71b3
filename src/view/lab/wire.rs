//! The lab's wire: its settings, and its segments, the newest at the bottom.

use ratatui::text::{Line, Span};

use crate::app::format;
use crate::tcp::{Delivery, Flags, Protocol, WireSegment, escape};
use crate::view::ThemeRole::{Banner, Dim, Error, KeyCap, Warning};
use crate::view::lab::arrow;
use crate::view::lab::segment_label::SegmentLabel;
use crate::view::{Scene, ThemeRole, text};

pub(crate) fn status(scene: Scene<'_>) -> Vec<(ThemeRole, String)> {
    let state = scene.state;
    let (wire, many) = (state.wire_then(), state.waiting_then());
    let mut pieces = Vec::new();
    let waiting = text::number(many);
    if wire.held {
        pieces.push((KeyCap, format!("HELD: {waiting} queued")));
    }
    if !wire.delay.is_zero() {
        // One piece, so that nothing moves as segments come and go.
        let is_busy = many > 0 && !wire.held;
        let now = if is_busy { format!(", {waiting} now") } else { String::new() };
        pieces.push((Warning, format!("{} one way{now}", format::brief(wire.delay))));
    }
    if wire.cut {
        pieces.push((Banner, "CUT".to_owned()));
    }
    match wire.drop_next {
        0 => (),
        1 => pieces.push((Error, "drops next".to_owned())),
        n => pieces.push((Error, format!("drops next {n}"))),
    }
    if state.lab.capture_failed {
        pieces.push((Error, "capture stopped".to_owned()));
    }
    if pieces.is_empty() {
        pieces.push((Dim, "no delay".to_owned()));
    }
    // They may be anywhere among the others.
    if let Ok(unreported @ 1..) = usize::try_from(state.lab.known.unreported) {
        pieces.push((Dim, format!("{} not shown", text::number(unreported))));
    }
    pieces
}

pub(super) fn status_lines(scene: Scene<'_>, room: usize) -> Vec<Line<'static>> {
    let mut lines: Vec<Line<'static>> = Vec::new();
    for (part, text) in status(scene) {
        let text = scene.span(part, text);
        match lines.last_mut() {
            Some(line) if line.width() + 2 + text.width() <= room => {
                line.spans.extend([Span::raw("  "), text]);
            }
            _ => lines.push(Line::from(vec![Span::raw(" "), text])),
        }
    }
    lines
}

/// The newest segments that fit; of a held wire the oldest that wait, as they are delivered first.
pub(crate) fn lines(scene: Scene<'_>, room: usize, height: usize) -> Vec<Line<'static>> {
    let lab = &scene.state.lab;
    let count = sent_by_then(scene);
    if count == 0 {
        return nothing_yet(scene, room, height);
    }
    let then = scene.state.then();
    let waits = |crossing: &WireSegment| crossing.fate_by(then) == Delivery::OnTheWay;
    let oldest = || lab.crossings.iter().position(waits);
    let label_kind = SegmentLabel::of(scene.state, then);
    let newest = newest(scene, label_kind, (room, height));
    // The one that goes next.
    let next = scene.state.wire_then().held.then(oldest).flatten();
    let from = match next {
        Some(oldest) if oldest < newest => oldest,
        Some(_) | None => newest,
    };
    let mut lines = Vec::new();
    for (place, crossing) in lab.crossings.range(from..count).enumerate() {
        let mut block = block(scene, crossing, label_kind, room);
        if next == Some(from + place) {
            block = block.into_iter().map(|line| line.style(scene.theme.lit())).collect();
        }
        let behind = count - from - place;
        // The last line counts the segments that do not fit.
        if lines.len() + block.len() + usize::from(behind > 1) > height {
            lines.push(scene.line(Dim, format!(" + {} more queued", text::number(behind))));
            break;
        }
        lines.extend(block);
    }
    lines
}

fn nothing_yet(scene: Scene<'_>, room: usize, height: usize) -> Vec<Line<'static>> {
    let words = if scene.state.is_past() {
        "Nothing had crossed the wire yet."
    } else {
        "Nothing has crossed the wire yet. h holds it, o delivers one segment, b delays it, u drops the next segment, B cuts it."
    };
    let words = text::wrap(words, room.saturating_sub(2)).into_iter().take(height);
    words.map(|line| scene.line(Dim, format!(" {line}"))).collect()
}

fn sent_by_then(scene: Scene<'_>) -> usize {
    let then = scene.state.then();
    scene.state.lab.crossings.partition_point(|crossing| crossing.sent <= then)
}

fn newest(scene: Scene<'_>, label_kind: SegmentLabel, (room, height): (usize, usize)) -> usize {
    let crossings = &scene.state.lab.crossings;
    let mut left = height;
    let mut from = sent_by_then(scene);
    for crossing in crossings.range(..from).rev() {
        let lines = block(scene, crossing, label_kind, room).len();
        if lines > left {
            break;
        }
        left -= lines;
        from -= 1;
    }
    from
}

const ONE_LINE: usize = 54;

fn block(
    scene: Scene<'_>,
    crossing: &WireSegment,
    label_kind: SegmentLabel,
    room: usize,
) -> Vec<Line<'static>> {
    let (state, crossing) = (scene.state, &crossing.as_of(scene.state.then()));
    let flags = crossing.segment.label();
    let name = label_kind.words(state, &crossing.segment);
    let columns = match room {
        76.. => 26,
        ONE_LINE.. => 20,
        _ => room.saturating_sub(2),
    };
    // On the arrow if there is room, else before the numbers.
    let both = format!("{flags} {name}");
    let (label, carries) = match carries(scene, crossing, room >= ONE_LINE) {
        carries if name.is_empty() => (flags, carries),
        carries if arrow::has_room(columns, &both) => (both, carries),
        carries => (flags, format!("{name} {carries}")),
    };
    let arrow = format!(" {}", arrow::drawn(state, crossing, columns, &label));
    if room >= ONE_LINE {
        vec![in_one_line(scene, crossing, [arrow, carries], room)]
    } else {
        in_lines(scene, crossing, [arrow, carries], columns)
    }
}

fn in_one_line(
    scene: Scene<'_>,
    crossing: &WireSegment,
    [arrow, carries]: [String; 2],
    room: usize,
) -> Line<'static> {
    let part = arrow::part(crossing);
    let mut rest = format!("  {carries}");
    let again = again(scene, crossing);
    let beside = text::width(&arrow) + text::width(&rest) + 3;
    let fate = text::fitting(room.saturating_sub(beside), fate(scene, crossing));
    let both = format!("  {again} {fate}");
    let taken = text::width(&arrow) + text::width(&rest) + 1;
    // The arrow shows the fate of a retransmission.
    let fate = match again.is_empty() {
        true => format!("  {fate}"),
        false if taken + text::width(&both) <= room => both,
        false => format!("  {again}"),
    };
    if crossing.segment.length > 0 {
        rest.extend(["  \"", &escape(&crossing.segment.first), "\""]);
    }
    let left = room.saturating_sub(text::width(&arrow) + text::width(&fate) + 1);
    Line::from(vec![
        scene.span(part, arrow),
        Span::raw(text::fit(&rest, left)),
        scene.span(part, fate),
    ])
}

fn in_lines(
    scene: Scene<'_>,
    crossing: &WireSegment,
    [arrow, carries]: [String; 2],
    inner: usize,
) -> Vec<Line<'static>> {
    let part = arrow::part(crossing);
    let mut lines = vec![scene.line(part, arrow)];
    let again = again(scene, crossing);
    let room = inner.saturating_sub(text::width(&carries) + 2);
    let fate = if again.is_empty() { text::fitting(room, fate(scene, crossing)) } else { again };
    if text::width(&carries) + text::width(&fate) + 2 <= inner {
        let carries = text::fit(&carries, inner - text::width(&fate));
        lines.push(Line::from(vec![Span::raw(format!(" {carries}")), scene.span(part, fate)]));
    } else {
        let carries = text::wrap(&carries, inner).into_iter();
        lines.extend(carries.map(|line| Line::from(format!(" {line}"))));
        if !fate.is_empty() {
            lines.push(scene.line(part, format!(" {fate}")));
        }
    }
    if crossing.segment.length > 0 {
        let payload = format!(" \"{}\"", escape(&crossing.segment.first));
        lines.push(scene.cut(Dim, &payload, inner + 2));
    }
    lines
}

/// Its numbers, `seq 1 ack 1`; where there is room, with the flags of data: only its length is on the arrow.
fn carries(scene: Scene<'_>, crossing: &WireSegment, has_room: bool) -> String {
    let segment = &crossing.segment;
    if let Some(icmp) = segment.icmp {
        return icmp.words().to_owned();
    }
    if segment.tuple.protocol == Protocol::Udp {
        let parts = if segment.is_fragment { " in fragments" } else { "" };
        return format!("len {}{parts}", segment.length);
    }
    let (seq, ack) = scene.state.lab.numbers(crossing);
    let is_data = has_room && segment.length > 0;
    let mut text =
        if is_data { format!("{} seq {seq}", segment.flags) } else { format!("seq {seq}") };
    if segment.flags.has(Flags::ACK) {
        text.extend([" ack ", &ack.to_string()]);
    }
    text
}

fn again(scene: Scene<'_>, crossing: &WireSegment) -> String {
    match scene.state.lab.sent_before(crossing) {
        Some(before) => {
            format!("resent after {:.2} s", crossing.sent.since(before).as_secs_f64())
        }
        None if crossing.again => "resent".to_owned(),
        None => String::new(),
    }
}

/// What became of it, and in fewer words.
fn fate(scene: Scene<'_>, crossing: &WireSegment) -> Vec<String> {
    let fate = match crossing.fate {
        Delivery::OnTheWay if scene.state.wire_then().held => "queued".to_owned(),
        Delivery::OnTheWay => "in flight".to_owned(),
        Delivery::Lost(_, how) => how.words().to_owned(),
        Delivery::Arrived(_) => format::way(crossing),
    };
    let times = crossing.times();
    match (fate.is_empty(), times.is_empty()) {
        (_, true) => vec![fate],
        (true, false) => vec![times],
        (false, false) => vec![format!("{fate}, {times}"), times],
    }
}
