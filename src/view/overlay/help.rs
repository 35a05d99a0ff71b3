use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::app::{BINDINGS, Binding, Group};
use crate::view::scene::{Scene, put};
use crate::view::scroll::Scroll;
use crate::view::style::theme::ThemeRole;
use crate::view::{rect, text};

/// All keys, by what they are about; `down` lines are scrolled away.
pub(crate) fn draw(
    frame: &mut Frame<'_>,
    screen: Rect,
    scene: Scene<'_>,
    down: usize,
    scroll: &mut Scroll,
) {
    // The right column has what is looked at, the left one all that is done.
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
    let width = wide(&columns).max(40);
    let height = rect::len(most + 2);
    let area = rect::middle(screen, width.min(screen.width - 2), height.min(screen.height - 2));
    let inner_height = usize::from(area.height.saturating_sub(2));
    let end = most.saturating_sub(inner_height);
    scroll.help_end = Some(end);
    let down = down.min(end);
    let mut keys = vec![("Esc", "close")];
    if most > inner_height {
        keys.insert(0, ("j k", "scroll"));
    }
    let mut rest = scene.sheet(frame, area, "All keys", scene.keys(&keys));
    for column in columns {
        let widest = column.iter().map(Line::width).max().unwrap_or(0);
        put(frame, rest, column.into_iter().skip(down));
        let taken = rect::len(widest + 2).min(rest.width);
        rest.x += taken;
        rest.width -= taken;
    }
}

/// From this width on there are two columns.
const TWO_COLUMNS: usize = 110;

/// How wide the frame around these columns is.
fn wide(columns: &[Vec<Line<'static>>]) -> u16 {
    let widest =
        |column: &Vec<Line<'static>>| column.iter().map(Line::width).max().unwrap_or(0) + 2;
    rect::len(columns.iter().map(widest).sum::<usize>() + 2)
}

/// The keys of these groups; what does not fit into `room` columns goes on in the next line.
fn lines(scene: Scene<'_>, groups: &[Group], room: usize) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    let keys = groups.iter().flat_map(|group| bindings(*group));
    let width = keys.map(|binding| keys_of(binding).len()).max().unwrap_or(0);
    for group in groups {
        if !lines.is_empty() {
            lines.push(Line::default());
        }
        lines.push(scene.line(ThemeRole::Heading, group.title()));
        for binding in bindings(*group) {
            let mut keys = keys_of(binding);
            for about in text::wrap(binding.about, room.saturating_sub(width + 2)) {
                let keys = text::fit(&std::mem::take(&mut keys), width + 2);
                lines.push(Line::from(vec![scene.span(ThemeRole::Key, keys), Span::raw(about)]));
            }
        }
    }
    lines
}

fn bindings(group: Group) -> impl Iterator<Item = &'static Binding> {
    let theirs = move |binding: &&Binding| binding.group == group && binding.is_listed();
    BINDINGS.iter().filter(theirs)
}

fn keys_of(binding: &Binding) -> String {
    let keys: Vec<String> = binding.keys.iter().map(ToString::to_string).collect();
    keys.join(" ")
}
