use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::{Block, BorderType};

use super::arrange;
use super::columns;
use super::paint::{Scene, put};
use super::text;
use super::theme::Part;
use crate::tcp::RowName;

/// The five numbers in a box each; in one line of text where the boxes do not fit.
pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, scene: Scene<'_>, name: RowName) {
    let (local, remote) = (name.tuple.local, name.tuple.remote);
    let numbers = [
        ("protocol", "", columns::proto(&name)),
        ("local address", "local", local.ip.to_string()),
        ("local port", "port", local.port.to_string()),
        ("foreign address", "foreign", remote.ip.to_string()),
        ("foreign port", "port", remote.port.to_string()),
    ];
    let widths = |long: bool| {
        numbers.clone().map(|(title, short, number)| {
            let title = if long { title } else { short };
            text::width(title).max(text::width(&number)) + 4
        })
    };
    let room = usize::from(area.width);
    let long = widths(true).iter().sum::<usize>() <= room;
    let widths = widths(long);
    if widths.iter().sum::<usize>() > room {
        let texts = numbers.map(|(_, _, number)| number);
        let lines = text::wrap(&texts.join("  "), room).into_iter();
        put(
            frame,
            area,
            lines.map(|line| Line::from(scene.span(Part::Strong, line))),
        );
        return;
    }
    let mut x = area.x;
    for ((title, short, number), width) in numbers.into_iter().zip(widths) {
        let width = u16::try_from(width).unwrap_or(u16::MAX);
        let place = Rect { x, width, ..area };
        let title = if long { title } else { short };
        let title = if title.is_empty() {
            String::new()
        } else {
            format!(" {title} ")
        };
        let block = Block::bordered()
            .border_type(BorderType::Rounded)
            .border_style(scene.style(Part::Border))
            .title_top(Line::from(scene.span(Part::Dim, title)).centered());
        frame.render_widget(block, place);
        let number = Line::from(scene.span(Part::Strong, number)).centered();
        frame.render_widget(number, arrange::inside(place));
        x += width;
    }
}
