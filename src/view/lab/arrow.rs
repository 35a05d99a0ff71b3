//! A segment on the wire, as an arrow from one computer to the other.

use std::time::Duration;

use crate::tcp::{Delivery, Moment, WireSegment};
use crate::view::ThemeRole::{Changed, Error, Text, Warning};
use crate::view::style::glyphs::REFUSED;
use crate::view::{ThemeRole, text};

/// A segment as an arrow.
#[derive(Clone, Copy)]
pub(super) struct SegmentArrow<'a> {
    /// The segment and its fate.
    pub(crate) crossing: &'a WireSegment,
    /// Whether it points to the right.
    pub(crate) to_the_right: bool,
    /// The delay of the wire.
    pub(crate) delay: Duration,
    /// Whether the wire is held.
    pub(crate) held: bool,
}

/// The style of a segment: one that waits or is lost stands out.
pub(crate) fn part(crossing: &WireSegment) -> ThemeRole {
    match crossing.fate {
        Delivery::OnTheWay => Warning,
        Delivery::Lost(..) => Error,
        Delivery::Arrived(_) if crossing.again => Changed,
        Delivery::Arrived(_) => Text,
    }
}

impl SegmentArrow<'_> {
    /// Whether an arrow of `columns` has room for that label.
    pub(crate) fn has_room(columns: usize, label: &str) -> bool {
        text::width(label) + 6 <= columns
    }

    /// The arrow, with `label` at the sender's side. The part not yet travelled is dotted.
    pub(crate) fn arrow(self, now: Moment, columns: usize, label: &str) -> String {
        let last = columns.saturating_sub(1);
        let head = match self.crossing.fate {
            Delivery::Arrived(_) => last,
            Delivery::Lost(..) => last * 3 / 5,
            Delivery::OnTheWay if self.held => last * 3 / 5,
            Delivery::OnTheWay => self.travelled(now, last),
        };
        let labelled = SegmentArrow::has_room(columns, label);
        let label = format!(" {label} ");
        let wide = text::width(&label);
        // The label covers neither the tip nor what stops it.
        let head = if labelled { head.max(wide + 1).min(last) } else { head };
        let tip = match self.crossing.fate {
            Delivery::Lost(..) => REFUSED,
            Delivery::Arrived(_) | Delivery::OnTheWay if self.to_the_right => "▶",
            Delivery::Arrived(_) | Delivery::OnTheWay => "◀",
        };
        let stopped = self.crossing.fate == Delivery::OnTheWay && self.held;
        // Drawn from the sender to the receiver; the label is added afterwards, because it reads from left to right.
        let mut cells: Vec<String> = (0..columns)
            .map(|n| match n {
                n if n < head => "─",
                n if n == head => tip,
                n if n == head + 1 && stopped => "┃",
                _ => "·",
            })
            .map(str::to_owned)
            .collect();
        if !self.to_the_right {
            cells.reverse();
        }
        if labelled {
            let from = if self.to_the_right { 1 } else { columns - 1 - wide };
            for (cell, c) in cells.iter_mut().skip(from).zip(label.chars()) {
                *cell = c.to_string();
            }
        }
        cells.concat()
    }

    /// How many of `last` columns it has travelled by now.
    fn travelled(self, now: Moment, last: usize) -> usize {
        let gone = now.since(self.crossing.sent).as_micros();
        let whole = self.delay.as_micros().max(1);
        let columns = gone.saturating_mul(last as u128) / whole;
        usize::try_from(columns).unwrap_or(last).min(last.saturating_sub(1))
    }
}
