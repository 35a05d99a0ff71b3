//! The listener and the computers in one line, where there is hardly room.

use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::view::ThemeRole::{Dim, Warning};
use crate::view::pane::{computers, listeners, queues, server};
use crate::view::{Painter, Scene, push_fitting, text};

pub(crate) fn draw(painter: &mut Painter<'_>, [left, right]: [Rect; 2]) {
    let scene = painter.scene;
    let mut spans = vec![Span::raw(" ")];
    spans.extend(listener(scene, usize::from(left.width).saturating_sub(2)));
    painter.render(Line::from(spans), left);
    let clients = &scene.state.clients;
    let place = match &clients.under_way {
        Some(progress) => scene.line(Warning, format!(" {} ", computers::opened(progress))),
        None if scene.state.is_past() => scene.line(Warning, " as of now "),
        None if right.width < 40 => Line::default(),
        None => {
            let place = format!(" {} of {} ", clients.chosen + 1, clients.computers.len());
            scene.line(Dim, place)
        }
    };
    let room = usize::from(right.width).saturating_sub(place.width());
    let chosen = computers::row(scene, (clients.chosen, clients.computer()), room);
    painter.render(chosen, right);
    painter.render(place.right_aligned(), right);
}

fn listener(scene: Scene<'_>, room: usize) -> Vec<Span<'static>> {
    let Some(running) = &scene.state.server().running else {
        return vec![scene.span(Dim, text::cut(&server::idle(scene, room), room))];
    };
    if let Some(queue) = queues::brief(scene, running, room) {
        return queue;
    }
    if let Some(next) = scene.state.server().pending() {
        return server::pending(scene, (running, next), room).spans;
    }
    if let Some(spread) = listeners::spread(scene.state.server()) {
        let words = [format!("accepted {spread}"), spread];
        return vec![Span::raw(text::cut_to_fit(words, room))];
    }
    let mut spans = vec![server::accepts(scene, room)];
    push_fitting(&mut spans, scene.span(Dim, format!("  {}", server::backlog(running))), room);
    spans
}
