//! The head of a lesson: `key: value` lines between two lines of three dashes.

use std::ops::Range;

use crate::app::lesson::fault::{LessonFault, closest};
use crate::app::lesson::markdown::lines_of;
use crate::app::{Lesson, Need};

const KEYS: [&str; 6] = ["title", "belief", "minutes", "needs", "lang", "format"];

const NEEDED: [(&str, &str); 3] = [
    ("title", "write `title: The port is never hogged`"),
    ("belief", "write `belief: ` and what the class believes before the lesson"),
    ("minutes", "write `minutes: 5`, the time to give the lesson"),
];

const SAMPLE: &str =
    "begin the file with `---`, `title: ...`, `belief: ...`, `minutes: 5`, `---`, a line each";

/// Reads the head into the lesson; where the steps begin.
pub(super) fn read(text: &str, lesson: &mut Lesson, faults: &mut Vec<LessonFault>) -> usize {
    let first = 0..text.lines().next().map_or(0, str::len);
    if !is_fence(&text[first.clone()]) {
        faults.push(LessonFault::new(first, "the lesson has no head", SAMPLE));
        return 0;
    }
    let mut seen: Vec<&str> = Vec::new();
    let (mut end, mut is_closed) = (first.end, false);
    let lines = lines_of(text, 0..text.len()).skip(1);
    for (start, line) in lines.take_while(|(_, line)| !line.starts_with("# ")) {
        end = start + line.len();
        is_closed = is_fence(line);
        if is_closed {
            break;
        }
        if let Err(fault) = entry(line, start, lesson, &mut seen, faults) {
            faults.push(fault);
        }
    }
    if !is_closed {
        let help = "write `---` on a line of its own after the last entry";
        faults.push(LessonFault::new(first.clone(), "the head is not closed", help));
    }
    let missing = NEEDED.iter().filter(|(key, _)| !seen.contains(key));
    faults.extend(missing.map(|(key, help)| {
        LessonFault::new(first.clone(), format!("the head has no `{key}`"), *help)
    }));
    end
}

fn is_fence(line: &str) -> bool {
    line.trim_end() == "---"
}

fn entry<'a>(
    line: &'a str,
    start: usize,
    lesson: &mut Lesson,
    seen: &mut Vec<&'a str>,
    faults: &mut Vec<LessonFault>,
) -> Result<(), LessonFault> {
    let commented = line.find(" #").map_or(line, |comment| &line[..comment]);
    let bare = commented.trim();
    if bare.is_empty() {
        return Ok(());
    }
    let whole = start..start + line.trim_end().len();
    let Some((key, value)) = commented.split_once(':') else {
        let help = "write `key: value`, or close the head with `---`";
        return Err(LessonFault::new(whole, "this is not an entry of the head", help));
    };
    let at = |part: &str| place(line, part, start);
    let (key, value) = (key.trim(), value.trim());
    let wrong = |what: String, help: &str| Err(LessonFault::new(at(key), what, help));
    if !KEYS.contains(&key) {
        let help = format!("the keys are {}", KEYS.join(", "));
        // What was meant is not missing as well.
        seen.extend(closest(key, KEYS));
        return wrong(format!("unknown key `{key}`"), &help)
            .map_err(|fault| fault.suggest(key, KEYS));
    }
    if seen.contains(&key) {
        return wrong(format!("`{key}` is given twice"), "remove one of them");
    }
    seen.push(key);
    let quoted = value.strip_prefix('"').and_then(|value| value.strip_suffix('"'));
    let value = quoted.unwrap_or(value);
    if value.is_empty() {
        return wrong(format!("`{key}` has no value"), "write it behind the colon");
    }
    match key {
        "title" => value.clone_into(&mut lesson.title),
        "belief" => value.clone_into(&mut lesson.belief),
        "minutes" => {
            let minutes = value.parse().ok().filter(|minutes| (1..=60).contains(minutes));
            lesson.minutes = minutes.ok_or_else(|| {
                let what = format!("`{value}` is not a number of minutes");
                LessonFault::new(at(value), what, "write a whole number from 1 to 60")
            })?;
        }
        "needs" => {
            for need in value.split(',').map(str::trim) {
                match needed(need, at(need)) {
                    Ok(need) => lesson.needs.extend(need),
                    Err(fault) => faults.push(fault),
                }
            }
        }
        "format" if value != "1" => {
            let what = format!("format {value} is not known");
            return Err(LessonFault::new(at(value), what, "this version reads `format: 1`"));
        }
        _ => (),
    }
    Ok(())
}

/// The place of `part`, a piece of `line`.
fn place(line: &str, part: &str, start: usize) -> Range<usize> {
    let within = (part.as_ptr() as usize).saturating_sub(line.as_ptr() as usize);
    start + within..start + within + part.len()
}

fn needed(need: &str, at: Range<usize>) -> Result<Option<Need>, LessonFault> {
    match need {
        "tcp" => return Ok(None),
        "lab" => return Ok(Some(Need::Lab)),
        "ipv6" => return Ok(Some(Need::Ipv6)),
        _ => (),
    }
    let version = need.strip_prefix("linux ").and_then(|version| version.trim().split_once('.'));
    let version =
        version.and_then(|(major, minor)| Some((major.parse().ok()?, minor.parse().ok()?)));
    let Some((major, minor)) = version else {
        let known = ["tcp", "lab", "ipv6", "linux 6.3"];
        let help = format!("a lesson may need {}", known.join(", "));
        let fault = LessonFault::new(at, format!("unknown need `{need}`"), help);
        return Err(fault.suggest(need, known));
    };
    Ok(Some(Need::Linux(major, minor)))
}
