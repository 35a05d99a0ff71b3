use ratatui::layout::{Flex, Layout, Rect};
use ratatui::text::{Line, Span};

use crate::app::{BINDINGS, Binding, Group};
use crate::view::ThemeRole::{Heading, Key};
use crate::view::{Painter, Scene, rect, text};

pub(crate) fn draw(painter: &mut Painter<'_>, screen: Rect, down: usize) {
    let scene = painter.scene;
    // Views are in the right column, actions in the left one.
    let (right, left): (Vec<Group>, Vec<Group>) =
        Group::ALL.into_iter().partition(|group| matches!(group, Group::Look | Group::View));
    let width = usize::from(screen.width);
    let columns = if width < TWO_COLUMNS {
        vec![lines(scene, &Group::ALL, width.saturating_sub(6))]
    } else {
        let half = (width - 8) / 2;
        vec![lines(scene, &left, half), lines(scene, &right, half)]
    };
    let most = columns.iter().map(Vec::len).max().unwrap_or(0);
    let height = most.min(usize::from(screen.height.saturating_sub(4)));
    let end = most - height;
    painter.scroll.help_end = Some(end);
    let mut keys = vec![("Esc", "close")];
    if end > 0 {
        keys.insert(0, ("j k", "scroll"));
    }
    let widths: Vec<u16> = columns.iter().map(|column| rect::len(widest(column))).collect();
    let width =
        (widths.iter().map(|width| width + 2).sum::<u16>() + 2).max(40).min(screen.width - 2);
    let rest = painter.overlay(screen, (width, height), "All keys", scene.keys(&keys));
    let places = Layout::horizontal(widths).flex(Flex::Start).spacing(2).split(rest);
    for (column, place) in columns.into_iter().zip(places.iter()) {
        painter.put(*place, column.into_iter().skip(down.min(end)));
    }
}

const TWO_COLUMNS: usize = 110;

fn widest(lines: &[Line<'static>]) -> usize {
    lines.iter().map(Line::width).max().unwrap_or(0)
}

fn lines(scene: Scene<'_>, groups: &[Group], room: usize) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    let keys = groups.iter().flat_map(|group| bindings(*group));
    let width = keys.map(|binding| keys_of(binding).len()).max().unwrap_or(0);
    for group in groups {
        if !lines.is_empty() {
            lines.push(Line::default());
        }
        lines.push(scene.line(Heading, group.title()));
        for binding in bindings(*group) {
            let mut keys = keys_of(binding);
            for about in text::wrap(binding.about, room.saturating_sub(width + 2)) {
                let keys = text::fit(&std::mem::take(&mut keys), width + 2);
                lines.push(Line::from(vec![scene.span(Key, keys), Span::raw(about)]));
            }
        }
    }
    lines
}

fn bindings(group: Group) -> impl Iterator<Item = &'static Binding> {
    let theirs = move |binding: &&Binding| binding.group == group && binding.is_listed();
    BINDINGS.iter().filter(theirs)
}

pub(super) fn keys_of(binding: &Binding) -> String {
    let keys: Vec<String> = binding.keys.iter().map(ToString::to_string).collect();
    keys.join(" ")
}
