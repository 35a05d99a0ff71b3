//! A segment on the wire, as an arrow from one computer to the other.

use std::time::Duration;

use crate::app::State;
use crate::tcp::{Delivery, Moment, WireSegment};
use crate::view::lab::segment_label::goes_right;
use crate::view::style::glyphs::REFUSED;
use crate::view::{ThemeRole, text};

pub(super) fn part(crossing: &WireSegment) -> ThemeRole {
    match crossing.fate {
        Delivery::OnTheWay | Delivery::Arrived(_) if crossing.spare => ThemeRole::Dim,
        Delivery::OnTheWay => ThemeRole::Warning,
        Delivery::Lost(..) => ThemeRole::Error,
        Delivery::Arrived(_) if crossing.again => ThemeRole::Changed,
        Delivery::Arrived(_) => ThemeRole::Text,
    }
}

pub(super) fn has_room(columns: usize, label: &str) -> bool {
    text::width(label) + 6 <= columns
}

/// The arrow, with `label` at the sender's side. The part not yet travelled is dotted.
pub(super) fn drawn(state: &State, crossing: &WireSegment, columns: usize, label: &str) -> String {
    let settings = state.wire_then();
    let last = columns.saturating_sub(1);
    let to_the_right = goes_right(state, &crossing.segment);
    let is_stopped = crossing.fate == Delivery::OnTheWay && settings.held;
    let head = match crossing.fate {
        Delivery::Arrived(_) => last,
        Delivery::OnTheWay if !is_stopped => {
            travelled(state.then(), crossing.sent, settings.delay, last)
        }
        Delivery::Lost(..) | Delivery::OnTheWay => last * 3 / 5,
    };
    let is_labelled = has_room(columns, label);
    let label = format!(" {label} ");
    let wide = text::width(&label);
    // The label covers neither the tip nor what stops it.
    let head = if is_labelled { head.max(wide + 1).min(last) } else { head };
    let tip = match crossing.fate {
        Delivery::Lost(..) => REFUSED,
        Delivery::Arrived(_) | Delivery::OnTheWay if to_the_right => "▶",
        Delivery::Arrived(_) | Delivery::OnTheWay => "◀",
    };
    // Drawn from the sender to the receiver; the label is added afterwards, because it reads from left to right.
    let mut cells: Vec<String> = (0..columns)
        .map(|n| match n {
            n if n < head => "─",
            n if n == head => tip,
            n if n == head + 1 && is_stopped => "┃",
            _ => "·",
        })
        .map(str::to_owned)
        .collect();
    if !to_the_right {
        cells.reverse();
    }
    if is_labelled {
        let from = if to_the_right { 1 } else { columns - 1 - wide };
        for (cell, c) in cells.iter_mut().skip(from).zip(label.chars()) {
            *cell = c.to_string();
        }
    }
    cells.concat()
}

fn travelled(now: Moment, sent: Moment, delay: Duration, last: usize) -> usize {
    let columns = now.since(sent).as_micros().saturating_mul(last as u128);
    let columns = columns / delay.as_micros().max(1);
    usize::try_from(columns).unwrap_or(last).min(last.saturating_sub(1))
}
