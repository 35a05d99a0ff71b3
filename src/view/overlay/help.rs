use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::app::{BINDINGS, Binding, FIRST_ACTIONS, Group, binding_of};
use crate::view::ThemeRole::{Heading, Key};
use crate::view::{Painter, Scene, rect, text, width};

/// The columns that a group needs for one line a key.
const COLUMN: usize = 36;
const GAP: usize = 2;

pub(crate) fn draw(painter: &mut Painter<'_>, screen: Rect, page: usize) {
    let scene = painter.scene;
    let (room, height) = (usize::from(screen.width) - 6, usize::from(screen.height) - 2);
    let head = first_keys(scene, room);
    let many = ((room + GAP) / (COLUMN + GAP)).max(1);
    let groups = Group::ALL.iter().flat_map(|group| {
        let (title, keys) = group_lines(scene, *group, (room + GAP) / many - GAP);
        let parts: Vec<_> = keys.chunks(height - 1).map(<[Line<'_>]>::to_vec).collect();
        parts.into_iter().map(move |keys| [vec![title.clone()], keys].concat())
    });
    let groups: Vec<KeyList> = groups.collect();
    let most = height - head.len() - 1;
    // The lowest columns that take everything on one page, else several pages.
    let least = groups.iter().map(Vec::len).max().unwrap_or(0);
    let mut tries = (least..=most).map(|high| one_page(&groups, high));
    let columns = tries.find(|columns| columns.len() <= many);
    let columns = columns.unwrap_or_else(|| in_order(&groups, (many, most), height));
    let pages = columns.len().div_ceil(many);
    let page = page.min(pages - 1);
    painter.scroll.help_end = Some(pages - 1);

    let wide = columns.iter().flatten().map(Line::width).max().unwrap_or(0);
    let of_page = |page: usize| columns.chunks(many).nth(page).unwrap_or_default();
    let height_of = |page: usize| {
        let highest = of_page(page).iter().map(Vec::len).max().unwrap_or(0);
        highest + if page == 0 { head.len() + 1 } else { 0 }
    };
    let lines = (0..pages).map(height_of).max().unwrap_or(0);
    let used = many.min(columns.len()) * (wide + GAP) - GAP;
    let used = used.max(head.iter().map(Line::width).max().unwrap_or(0));
    let at = format!("page {} of {pages}", page + 1);
    let keys = [("j k", &*at), ("Esc", "close")];
    let keys = scene.keys(if pages > 1 { &keys } else { &keys[1..] });
    let mut rest = painter.overlay(screen, (rect::len(used + 4), lines), "All keys", keys);
    if page == 0 {
        painter.put(rect::take_top(&mut rest, rect::len(head.len() + 1)), head);
    }
    for (n, column) in of_page(page).iter().enumerate() {
        let x = rest.x + rect::len(n * (wide + GAP));
        let place = Rect { x, width: rect::len(wide), ..rest }.intersection(rest);
        painter.put(place, column.iter().cloned());
    }
}

type KeyList = Vec<Line<'static>>;

/// Each group in the first column of that height that has room for it whole.
fn one_page(groups: &[KeyList], high: usize) -> Vec<KeyList> {
    let mut columns: Vec<KeyList> = Vec::new();
    for group in groups {
        let has_room = |column: &&mut KeyList| column.len() + 1 + group.len() <= high;
        match columns.iter_mut().find(has_room) {
            Some(column) => below(column, group),
            None => columns.push(group.clone()),
        }
    }
    columns
}

/// The groups one after the other, whole, on pages of `many` columns; those of the first page are lower.
fn in_order(groups: &[KeyList], (many, first): (usize, usize), further: usize) -> Vec<KeyList> {
    let mut columns: Vec<KeyList> = Vec::new();
    for group in groups {
        let high = |n: usize| if n <= many { first } else { further };
        let now = columns.len();
        match columns.last_mut() {
            Some(column) if column.len() + 1 + group.len() <= high(now) => below(column, group),
            _ => {
                // One that is too high for the first page goes to the second.
                let rest = if group.len() > first { many.saturating_sub(now) } else { 0 };
                columns.extend(std::iter::repeat_n(Vec::new(), rest));
                columns.push(group.clone());
            }
        }
    }
    columns
}

fn below(column: &mut KeyList, group: &[Line<'static>]) {
    column.push(Line::default());
    column.extend_from_slice(group);
}

/// The keys that a beginner needs, in as many lines as these take.
fn first_keys(scene: Scene<'_>, room: usize) -> Vec<Line<'static>> {
    let mut lines = vec![vec![scene.span(Heading, "Start with  ")]];
    for binding in FIRST_ACTIONS.into_iter().filter_map(binding_of) {
        let key = scene.span(Key, binding.keys[0].to_string());
        let hint = vec![key, Span::raw(format!(" {}   ", binding.help))];
        match lines.last_mut() {
            Some(line) if width(line) + width(&hint) <= room + 3 => line.extend(hint),
            _ => lines.push(hint),
        }
    }
    lines.into_iter().map(Line::from).collect()
}

/// The heading of a group, and its keys.
fn group_lines(scene: Scene<'_>, group: Group, room: usize) -> (Line<'static>, Vec<Line<'static>>) {
    let theirs = |binding: &&Binding| binding.group == group && binding.is_listed();
    let bindings: Vec<&Binding> = BINDINGS.iter().filter(theirs).collect();
    let lengths = bindings.iter().map(|binding| keys_of(binding).len());
    let column = lengths.filter(|length| *length < 10).max().unwrap_or(0) + 2;
    let lines = bindings.into_iter().flat_map(|binding| {
        let keys = keys_of(binding);
        let keys = text::fit(&keys, column.max(keys.len() + 2));
        let mut words = text::wrap(binding.about, room.saturating_sub(keys.len())).into_iter();
        let first = Span::raw(words.next().unwrap_or_default());
        let first = Line::from(vec![scene.span(Key, keys), first]);
        let rest = words.map(move |words| Line::from(format!("{:column$}{words}", "")));
        std::iter::once(first).chain(rest)
    });
    (scene.line(Heading, group.title()), lines.collect())
}

pub(super) fn keys_of(binding: &Binding) -> String {
    let keys: Vec<String> = binding.keys.iter().map(ToString::to_string).collect();
    keys.join(" ")
}
