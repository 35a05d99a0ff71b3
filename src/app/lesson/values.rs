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
    let braces = source.match_indices('{').map(|(at, _)| at);
    let fault = |at: usize| {
        let rest = source.get(at + 1..).unwrap_or("");
        let Some(length) = rest.find(['}', '\n']).filter(|end| rest[*end..].starts_with('}'))
        else {
            let brace = part.start + at..part.start + at + 1;
            let fault = LessonFault::new(brace, "the brace is not closed");
            return Some(fault.help("braces stand for a value of the table: `{laptop.port}`"));
        };
        let (name, start) = (&rest[..length], part.start + at + 1);
        if is_known(name) {
            return None;
        }
        let fault = LessonFault::new(start..start + length, format!("unknown value `{name}`"));
        let of_computers = computers::known()
            .flat_map(|computer| COMPUTER_VALUES.map(|value| format!("{computer}.{value}")));
        let all = CAPTION_VALUES.map(str::to_owned).into_iter().chain(of_computers);
        let known: Vec<String> = all.filter(|name| is_known(name)).collect();
        let help = format!(
            "the values are {}, laptop.port, laptop.ip and laptop.end",
            CAPTION_VALUES.join(", ")
        );
        Some(fault.suggest(name, known.iter().map(String::as_str), help))
    };
    braces.filter_map(fault).collect()
}

fn is_known(name: &str) -> bool {
    let of_computer = || {
        let (computer, value) = name.split_once('.').unwrap_or((name, "ip"));
        let is_computer = computers::known().any(|known| known == computer);
        // Of the server, which has many ends, only the address is clear.
        is_computer
            && COMPUTER_VALUES.contains(&value)
            && (computer != computers::SERVER || value == "ip")
    };
    CAPTION_VALUES.contains(&name) || of_computer()
}
