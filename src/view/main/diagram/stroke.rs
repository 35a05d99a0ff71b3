use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::symbols::border::Set;
use ratatui::widgets::BorderType;

use crate::app::Certainty;
use crate::view::ThemeRole::{Border, FocusBorder, Warning};
use crate::view::{Painter, Scene};

/// The stroke of an arrow or a box: which end took it, and how that is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stroke {
    /// Neither end.
    Neither,
    /// The other end of the selected one.
    Other(Certainty),
    /// The selected end.
    Selected(Certainty),
}

impl Stroke {
    pub(crate) fn style(self, scene: Scene<'_>) -> Style {
        scene.style(match self {
            Stroke::Neither => Border,
            Stroke::Other(_) => Warning,
            Stroke::Selected(_) => FocusBorder,
        })
    }

    /// The frame of a box.
    pub(crate) const fn border(self) -> BorderType {
        match self {
            Stroke::Neither | Stroke::Other(Certainty::WorkedOut) => BorderType::Rounded,
            Stroke::Other(Certainty::Seen) => BorderType::Double,
            Stroke::Selected(_) => BorderType::Thick,
        }
    }

    /// A horizontal and a vertical piece of line.
    pub(crate) const fn lines(self) -> [&'static str; 2] {
        match self {
            Stroke::Neither => ["─", "│"],
            Stroke::Other(Certainty::Seen) => ["═", "║"],
            Stroke::Other(Certainty::WorkedOut) => ["╌", "╎"],
            Stroke::Selected(Certainty::Seen) => ["━", "┃"],
            Stroke::Selected(Certainty::WorkedOut) => ["╍", "╏"],
        }
    }
}

/// A line of straight pieces with a head. Its first point is in the frame of the box it leaves, and is not drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Polyline {
    pub(crate) points: Vec<(u16, u16)>,
    pub(crate) head: &'static str,
}

impl Polyline {
    pub(crate) fn draw(&self, painter: &mut Painter<'_>, area: Rect, stroke: Stroke) {
        let style = stroke.style(painter.scene);
        let mut set = |at: (u16, u16), symbol: &str| {
            if area.contains(at.into()) {
                painter.set(at, symbol.chars().next().unwrap_or(' '), style);
            }
        };
        let [side, down] = stroke.lines();
        let corners = stroke.border().to_border_set();
        for pair in self.points.windows(2) {
            let ((x0, y0), (x1, y1)) = (pair[0], pair[1]);
            let is_first = pair[0] == self.points[0];
            let cells = (x0.min(x1)..=x0.max(x1))
                .flat_map(|x| (y0.min(y1)..=y0.max(y1)).map(move |y| (x, y)));
            for at in cells.filter(|at| !(is_first && *at == pair[0])) {
                set(at, if y0 == y1 { side } else { down });
            }
        }
        for turn in self.points.windows(3) {
            if let Some(symbol) = corner(&corners, (turn[0], turn[1], turn[2])) {
                set(turn[1], symbol);
            }
        }
        if let Some(end) = self.points.last() {
            set(*end, self.head);
        }
    }
}

/// The corner at `at` on the way from `from` to `to`; `None` on a straight line.
fn corner<'a>(
    set: &Set<'a>,
    (from, at, to): ((u16, u16), (u16, u16), (u16, u16)),
) -> Option<&'a str> {
    if from.0 == to.0 || from.1 == to.1 {
        return None;
    }
    // A corner joins one neighbour beside it with one above or below it.
    let has_left = from.0 < at.0 || to.0 < at.0;
    let has_above = from.1 < at.1 || to.1 < at.1;
    Some(match (has_left, has_above) {
        (false, false) => set.top_left,
        (true, false) => set.top_right,
        (false, true) => set.bottom_left,
        (true, true) => set.bottom_right,
    })
}
