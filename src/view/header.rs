use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::paint::{Scene, width};
use super::theme::Part;
use super::{past, text, wire};
use crate::app::PointOfView;
use crate::tcp::TcpState;

/// The first line: where the server listens, how many connections there are, what part of the table is shown.
pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, scene: Scene<'_>) {
    let room = usize::from(area.width);
    let tries = [(0, 0), (1, 0), (2, 0), (2, 1), (3, 0), (3, 1), (3, 2)];
    let both = tries.map(|(l, r)| (left(scene, l), right(scene, r)));
    let fits = |both: &(Vec<Span>, Vec<Span>)| width(&both.0) + width(&both.1) < room;
    let Some((left, right)) = both.into_iter().find(fits) else {
        frame.render_widget(Line::from(left(scene, 3)), area);
        return;
    };
    frame.render_widget(Line::from(left), area);
    let wide = u16::try_from(width(&right)).unwrap_or(area.width);
    let place = Rect {
        x: area.right().saturating_sub(wide),
        width: wide.min(area.width),
        ..area
    };
    frame.render_widget(Line::from(right), place);
}

/// The left side; the higher `shrunk`, the fewer words.
fn left(scene: Scene<'_>, shrunk: u8) -> Vec<Span<'static>> {
    let gap = if shrunk == 0 { "    " } else { "  " };
    let mut spans = Vec::new();
    if shrunk < 2 {
        spans.push(scene.span(Part::Name, " fivetuple "));
        spans.push(Span::raw(gap));
    } else {
        spans.push(Span::raw(" "));
    }
    spans.extend(place(scene, shrunk));
    spans.push(Span::raw(gap));
    let sockets = scene.state.seen();
    spans.push(scene.span(
        Part::Strong,
        text::plural(sockets.connections(), "connection"),
    ));
    // What is counted is the table, whatever part of it is shown.
    let all = scene.state.desk.lens.view == PointOfView::BothEnds;
    let mut before = if all { ":" } else { ", both ends:" };
    for state in TcpState::ALL {
        let count = sockets.count(state);
        if count == 0 || shrunk > 2 {
            continue;
        }
        let many = text::number(usize::try_from(count).unwrap_or(usize::MAX));
        spans.push(Span::raw(format!("{before} ")));
        spans.push(Span::styled(
            format!("{many} {state}"),
            scene.theme.state(state),
        ));
        before = if shrunk == 0 { " " } else { "" };
    }
    spans
}

fn place(scene: Scene<'_>, shrunk: u8) -> Vec<Span<'static>> {
    let listener = &scene.state.listener;
    match (scene.state.listened(), shrunk) {
        (true, 0) => vec![
            Span::raw("listening on "),
            scene.span(Part::Strong, listener.at().to_string()),
        ],
        (true, _) => vec![scene.span(Part::Strong, listener.at().to_string())],
        (false, _) => vec![scene.span(Part::Dim, "not listening")],
    }
}

/// What is done with the wire, wherever the wire itself is not seen.
fn wire_status(scene: Scene<'_>, most: usize) -> Vec<Span<'static>> {
    let status = wire::status(scene).into_iter();
    let matters = status.filter(|(part, _)| *part != Part::Dim);
    let told = matters.take(most);
    told.flat_map(|(part, words)| [Span::raw(" "), scene.span(part, words)])
        .chain([Span::raw("  ")])
        .collect()
}

/// The right side; the higher `shrunk`, the less of the wire, and at last whose sockets are shown and whether the picture moves.
fn right(scene: Scene<'_>, shrunk: u8) -> Vec<Span<'static>> {
    let desk = &scene.state.desk;
    let mut spans = Vec::new();
    let whose = match desk.lens.view {
        _ if desk.lens.whole_machine => "whole machine",
        PointOfView::BothEnds | PointOfView::Server | PointOfView::Client => "demo sockets",
    };
    let whose = if scene.state.lab.is_up() {
        let most = [4, 1, 0].get(usize::from(shrunk));
        spans.extend(wire_status(scene, most.copied().unwrap_or(0)));
        "lab"
    } else {
        whose
    };
    match shrunk {
        0 => spans.push(scene.span(Part::Dim, format!(" {whose}   "))),
        1 => (),
        _ => spans.push(scene.span(Part::Dim, format!("{whose}  "))),
    }
    spans.push(match past::short(scene.state) {
        Some(words) => scene.span(Part::KeyCap, words),
        None => scene.span(Part::Gauge, "live "),
    });
    spans
}
