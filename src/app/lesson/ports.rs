//! The ten ports of a lesson: 5000 to 5009 in its text, or others in their place.

use crate::app::Lesson;
use crate::tcp::{ListenSpec, Port};

/// The text with ports from that one on in place of 5000 to 5009.
pub(crate) fn moved(text: &str, to: Port) -> String {
    let first = ListenSpec::PORT.0;
    let mut moved = String::new();
    let mut rest = text;
    while let Some(begin) = rest.find(|c: char| c.is_ascii_digit()) {
        let (before, from) = rest.split_at(begin);
        let end = from.find(|c: char| !c.is_ascii_digit()).unwrap_or(from.len());
        let (number, after) = from.split_at(end);
        let offset = number.parse::<u16>().ok().and_then(|port| port.checked_sub(first));
        let port =
            offset.filter(|offset| *offset < Lesson::PORTS).and_then(|n| to.0.checked_add(n));
        moved.push_str(before);
        moved.push_str(&port.map_or_else(|| number.to_owned(), |port| port.to_string()));
        rest = after;
    }
    moved + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ports_of_a_lesson_move_together_and_no_other_number_does() {
        let text = "listen on :5001, 127.0.0.1:5000, 15000 and 50000 (5,000), 5010.";
        let moved = moved(text, Port(6100));
        assert_eq!(moved, "listen on :6101, 127.0.0.1:6100, 15000 and 50000 (5,000), 5010.");
    }
}
