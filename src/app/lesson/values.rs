//! Values of the table in captions: `{laptop.port}`.

use std::ops::Range;

use crate::app::lesson::computers;
use crate::app::lesson::fault::LessonFault;

/// The names of values.
pub const CAPTION_VALUES: [&str; 8] = [
    "port",
    "range",
    "range.low",
    "range.high",
    "range.size",
    "somaxconn",
    "descriptors",
    "connections",
];

/// What may stand after the name of a computer and a dot.
pub const COMPUTER_VALUES: [&str; 3] = ["ip", "port", "end"];

/// The names in braces, in that part of the text, that stand for no value.
pub(super) fn unknown(text: &str, part: &Range<usize>) -> Vec<LessonFault> {
    let source = text.get(part.clone()).unwrap_or("");
    let fault = |(at, _)| {
        let rest = source.get(at + 1..).unwrap_or("");
        let start = part.start + at + 1;
        let end = rest.find(['}', '\n']).filter(|end| rest[*end..].starts_with('}'));
        let Some(length) = end else {
            let help = "braces stand for a value of the table: `{laptop.port}`";
            return Some(LessonFault::new(start - 1..start, "the brace is not closed", help));
        };
        let name = &rest[..length];
        let known: Vec<String> = known().collect();
        if known.iter().any(|known| known == name) {
            return None;
        }
        let values = CAPTION_VALUES.join(", ");
        let help = format!("the values are {values}, laptop.port, laptop.ip and laptop.end");
        let fault =
            LessonFault::new(start..start + length, format!("unknown value `{name}`"), help);
        Some(fault.suggest(name, known.iter().map(String::as_str)))
    };
    source.match_indices('{').filter_map(fault).collect()
}

/// Every value. Of the server, which has many ends, only the address is clear; it needs no name.
fn known() -> impl Iterator<Item = String> {
    let of_computers = computers::known().flat_map(|computer| {
        let has = move |value: &&str| computer != computers::SERVER || *value == "ip";
        let values = COMPUTER_VALUES.into_iter().filter(has);
        values.map(move |value| format!("{computer}.{value}")).chain([computer.to_owned()])
    });
    CAPTION_VALUES.into_iter().map(str::to_owned).chain(of_computers)
}
