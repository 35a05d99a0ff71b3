use ratatui::layout::Rect;
use ratatui::style::Stylize;
use ratatui::text::Line;
use ratatui::widgets::BorderType;

use crate::app::FIVE;
use crate::tcp::SocketId;
use crate::view::ThemeRole::{self, Border, Dim, Strong};
use crate::view::table::columns;
use crate::view::{Painter, Scene, rect, text};

const SHORT: [&str; 5] = ["", "local", "port", "foreign", "port"];

pub(super) fn numbers(scene: Scene<'_>, name: SocketId) -> [String; 5] {
    let (local, remote) = (name.tuple.local, name.tuple.remote);
    [
        columns::proto(&name),
        local.ip.to_string() + &scene.state.sockets.interfaces.suffix(name),
        local.port.to_string(),
        remote.ip.to_string(),
        remote.port.to_string(),
    ]
}

pub(super) fn boxes_for(rows: &[[String; 5]], room: usize) -> Option<[(u16, &'static str); 5]> {
    let boxes = |titles: [&'static str; 5]| {
        std::array::from_fn(|n| {
            let longest = rows.iter().map(|numbers| text::width(&numbers[n])).max();
            (rect::len(longest.unwrap_or(0).max(text::width(titles[n])) + 4), titles[n])
        })
    };
    let fits = |boxes: &[(u16, &str); 5]| {
        boxes.iter().map(|(width, _)| usize::from(*width)).sum::<usize>() <= room
    };
    [FIVE, SHORT].map(boxes).into_iter().find(fits)
}

#[derive(Clone, Copy)]
pub(super) struct BoxStyle {
    pub(super) kind: BorderType,
    pub(super) border: ThemeRole,
    pub(super) symbol: &'static str,
}

pub(super) fn draw_boxes(
    painter: &mut Painter<'_>,
    area: Rect,
    (boxes, name): ([(u16, &'static str); 5], SocketId),
    styles: [BoxStyle; 5],
) {
    let scene = painter.scene;
    let padded = |text: &str| if text.is_empty() { String::new() } else { format!(" {text} ") };
    let mut x = area.x;
    let [near, far] = scene.state.whose_ends(name);
    let whose = [None, near, near, far, far];
    let numbers = numbers(scene, name).into_iter().zip(whose);
    for (((width, title), (number, whose)), style) in boxes.into_iter().zip(numbers).zip(styles) {
        let place = Rect { x, width, ..area };
        let block = scene
            .block(style.kind, style.border)
            .title_top(scene.line(Dim, padded(title)).centered())
            .title_bottom(scene.line(style.border, padded(style.symbol)).centered());
        painter.render(block, place);
        let inside = rect::inside(place);
        let middle = rect::line(inside, inside.height / 2);
        painter.render(Line::from(scene.end(whose, number)).centered().bold(), middle);
        x += width;
    }
}

pub(crate) fn draw(painter: &mut Painter<'_>, area: Rect, name: SocketId) {
    let room = usize::from(area.width);
    let numbers = numbers(painter.scene, name);
    let Some(boxes) = boxes_for(std::slice::from_ref(&numbers), room) else {
        let lines = painter.scene.wrapped(Strong, &numbers.join("  "), room);
        return painter.put(area, lines);
    };
    let plain = BoxStyle { kind: BorderType::Rounded, border: Border, symbol: "" };
    draw_boxes(painter, area, (boxes, name), [plain; 5]);
}
