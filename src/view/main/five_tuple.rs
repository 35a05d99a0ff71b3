use ratatui::layout::Rect;
use ratatui::widgets::{Block, BorderType};

use crate::app::FIVE;
use crate::tcp::SocketId;
use crate::view::ThemeRole::{Border, Dim, Strong};
use crate::view::table::columns;
use crate::view::{Painter, ThemeRole, rect, text};

/// The names of the fields where there is hardly room.
const SHORT: [&str; 5] = ["", "local", "port", "foreign", "port"];

/// The five fields of a row.
pub(crate) fn numbers(name: SocketId) -> [String; 5] {
    let (local, remote) = (name.tuple.local, name.tuple.remote);
    [
        columns::proto(&name),
        local.ip.to_string(),
        local.port.to_string(),
        remote.ip.to_string(),
        remote.port.to_string(),
    ]
}

/// The widths and titles of five boxes for these fields; `None` where they do not fit.
pub(super) fn columns_of(rows: &[[String; 5]], room: usize) -> Option<[(usize, &'static str); 5]> {
    let boxes = |titles: [&'static str; 5]| {
        let mut column = 0;
        titles.map(|title| {
            let longest = rows.iter().map(|numbers| text::width(&numbers[column]));
            let longest = longest.max().unwrap_or(0).max(text::width(title));
            column += 1;
            (longest + 4, title)
        })
    };
    let fits =
        |boxes: &[(usize, &str); 5]| boxes.iter().map(|(width, _)| width).sum::<usize>() <= room;
    [FIVE, SHORT].map(boxes).into_iter().find(fits)
}

/// The style of a box: its frame, its text, and a symbol on its lower border.
#[derive(Clone, Copy)]
pub(super) struct BoxStyle {
    pub(crate) border: (BorderType, ThemeRole),
    pub(crate) number: ThemeRole,
    pub(crate) symbol: &'static str,
}

/// Draws five boxes beside each other.
pub(super) fn boxes(
    painter: &mut Painter<'_>,
    area: Rect,
    (boxes, numbers): ([(usize, &'static str); 5], [String; 5]),
    styles: [BoxStyle; 5],
) {
    let scene = painter.scene;
    let mut x = area.x;
    for (((width, title), number), style) in boxes.into_iter().zip(numbers).zip(styles) {
        let width = rect::len(width);
        let place = Rect { x, width, ..area };
        let padded = |text: &str| {
            if text.is_empty() { String::new() } else { format!(" {text} ") }
        };
        let (border, part) = style.border;
        let block = Block::bordered()
            .border_type(border)
            .border_style(scene.style(part))
            .title_top(scene.line(Dim, padded(title)).centered())
            .title_bottom(scene.line(part, padded(style.symbol)).centered());
        painter.render(block, place);
        let number = scene.line(style.number, number).centered();
        let inside = rect::inside(place);
        painter.render(number, rect::line(inside, inside.height / 2));
        x += width;
    }
}

/// Draws the five fields in boxes, or as text where boxes do not fit.
pub(crate) fn draw(painter: &mut Painter<'_>, area: Rect, name: SocketId) {
    let scene = painter.scene;
    let room = usize::from(area.width);
    let numbers = numbers(name);
    let Some(places) = columns_of(std::slice::from_ref(&numbers), room) else {
        return painter.put(area, scene.wrapped(Strong, &numbers.join("  "), room));
    };
    let plain = BoxStyle { border: (BorderType::Rounded, Border), number: Strong, symbol: "" };
    boxes(painter, area, (places, numbers), [plain; 5]);
}
