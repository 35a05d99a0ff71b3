use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::symbols::border::Set;

use crate::tcp::TcpState::{
    self, CloseWait, Closed, Closing, Established, FinWait1, FinWait2, LastAck, Listen,
    SynReceived, SynSent, TimeWait,
};
use crate::view::main::diagram::paths::Stroke;
use crate::view::{Painter, rect};

#[derive(Clone, Copy, Debug)]
pub(super) struct Figure {
    area: Rect,
    widths: [u16; 3],
    lefts: [u16; 3],
    /// The height of a box, and the lines between two.
    pub(super) high: u16,
    gap: u16,
}

/// The five rows, from connect() to close; where they differ, the server's part is at the left and the client's at the right.
const GRID: [[Option<TcpState>; 3]; 5] = [
    [None, Some(Closed), None],
    [Some(Listen), None, Some(SynSent)],
    [Some(SynReceived), Some(Established), None],
    [Some(FinWait1), Some(Closing), Some(CloseWait)],
    [Some(FinWait2), Some(TimeWait), Some(LastAck)],
];

/// The sides of a box, and the symbols of the selected connection's ends.
const FRAME: u16 = 4;
const WIDEST_GAP: u16 = 26;

impl Figure {
    pub(super) fn is_wide(area: Rect, text: [u16; 3]) -> bool {
        text.iter().sum::<u16>() + 3 * FRAME + 2 * 6 <= area.width
    }

    pub(super) fn fitting(area: Rect, text: [u16; 3]) -> Figure {
        const SIZES: [(u16, u16); 6] = [(3, 3), (3, 2), (3, 1), (1, 2), (1, 1), (1, 0)];
        let wide = Figure::is_wide(area, text);
        let fits =
            |(high, gap): &(u16, u16)| 5 * high + 4 * gap <= area.height && (*high == 1 || wide);
        let (high, gap) = SIZES.into_iter().find(fits).unwrap_or((1, 0));
        let widths = text.map(|width| width + FRAME);
        let taken: u16 = widths.iter().sum();
        let between = (area.width.saturating_sub(taken) / 2).min(WIDEST_GAP);
        let spare = area.width.saturating_sub(taken + 2 * between);
        // The right gap takes the odd column: two arrows and a symbol must fit there.
        let odd = u16::from(between < WIDEST_GAP) * (spare % 2);
        let left = area.x + (spare - odd) / 2;
        let middle = left + widths[0] + between;
        let right = middle + widths[1] + between + odd;
        Figure { area, widths, lefts: [left, middle, right], high, gap }
    }

    pub(super) fn place(state: TcpState) -> (usize, u16) {
        let columns = (0..).zip(GRID).map(|(row, states)| {
            let column = states.iter().position(|cell| *cell == Some(state));
            column.map(|column| (column, row))
        });
        columns.flatten().next().unwrap_or((1, 0))
    }

    pub(super) fn of(&self, state: TcpState) -> Rect {
        let (column, row) = Figure::place(state);
        Rect {
            x: self.lefts[column],
            y: self.area.y + row * (self.high + self.gap),
            width: self.widths[column],
            height: self.high,
        }
    }

    fn gap_at_right(&self) -> u16 {
        (self.lefts[2]).saturating_sub(self.lefts[1] + self.widths[1])
    }

    /// The symbol for CLOSED between TIME_WAIT and LAST_ACK, and where it begins.
    pub(super) fn end(&self) -> (&'static str, (u16, u16)) {
        let gap = self.gap_at_right();
        let (text, half) = if gap >= 14 { ("CLOSED", 3) } else { ("◇", 0) };
        let x = self.lefts[1] + self.widths[1] + gap / 2;
        (text, (x.saturating_sub(half), middle(self.of(TimeWait)).1))
    }

    pub(super) fn route(&self, from: TcpState, to: TcpState) -> Option<Polyline> {
        let (a, b) = (self.of(from), self.of(to));
        let ((ax, ay), (bx, by)) = (middle(a), middle(b));
        let (below, above) = (a.bottom(), b.y.saturating_sub(1));
        let has_gap = self.gap > 0;
        let last = |rect: Rect| rect.right().saturating_sub(1);
        let (points, head) = match (from, to) {
            (Closed, Listen) => (vec![(a.x, ay), (bx, ay), (bx, above)], "▼"),
            (Closed, SynSent) => (vec![(last(a), ay), (bx, ay), (bx, above)], "▼"),
            (SynSent, Established) => (vec![(ax, below - 1), (ax, by), (b.right(), by)], "◀"),
            (Established, FinWait1 | CloseWait) if has_gap => {
                let x = if to == FinWait1 { a.x + 2 } else { last(a).saturating_sub(2) };
                (vec![(x, below - 1), (x, below), (bx, below), (bx, above)], "▼")
            }
            (TimeWait | LastAck, Closed) => return self.line_to_end(from),
            (SynReceived, Established) | (FinWait1, Closing) | (FinWait2, TimeWait) => {
                (vec![(last(a), ay), (b.x.saturating_sub(1), ay)], "▶")
            }
            (Listen, SynReceived)
            | (FinWait1, FinWait2)
            | (Closing, TimeWait)
            | (CloseWait, LastAck)
                if has_gap =>
            {
                (vec![(ax, below - 1), (ax, above)], "▼")
            }
            _ => return None,
        };
        Some(Polyline { points, head })
    }

    fn line_to_end(&self, from: TcpState) -> Option<Polyline> {
        let place = self.of(from);
        if self.gap_at_right() < 3 {
            return None;
        }
        let (text, (x, y)) = self.end();
        let long = rect::len(text.chars().count());
        let space = u16::from(long > 1);
        let (first, end, head) = if from == TimeWait {
            (place.right() - 1, x.saturating_sub(1 + space), "▶")
        } else {
            (place.x, x + long + space, "◀")
        };
        Some(Polyline { points: vec![(first, y), (end, y)], head })
    }
}

pub(super) fn middle(rect: Rect) -> (u16, u16) {
    (rect.x + rect.width / 2, rect.y + rect.height / 2)
}

/// A line of straight pieces with a head. Its first point is in the frame of the box it leaves, and is not drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Polyline {
    pub(super) points: Vec<(u16, u16)>,
    pub(super) head: &'static str,
}

impl Polyline {
    pub(super) fn draw(
        &self,
        painter: &mut Painter<'_>,
        area: Rect,
        (stroke, style): (Stroke, Style),
    ) {
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

fn corner<'a>(
    set: &Set<'a>,
    (from, at, to): ((u16, u16), (u16, u16), (u16, u16)),
) -> Option<&'a str> {
    if from.0 == to.0 || from.1 == to.1 {
        return None;
    }
    // A corner joins one neighbour beside it with one above or below it.
    let has_left = from.0.min(to.0) < at.0;
    let has_above = from.1.min(to.1) < at.1;
    Some(match (has_left, has_above) {
        (false, false) => set.top_left,
        (true, false) => set.top_right,
        (false, true) => set.bottom_left,
        (true, true) => set.bottom_right,
    })
}
