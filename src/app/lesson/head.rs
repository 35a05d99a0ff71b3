//! The head of a lesson: `key: value` lines between two lines of three dashes.

use std::ops::Range;

use crate::app::lesson::fault::{LessonFault, closest};
use crate::app::{Lesson, Need};

const KEYS: [&str; 6] = ["title", "belief", "minutes", "needs", "lang", "format"];

const NEEDED: [&str; 3] = ["title", "belief", "minutes"];

const SAMPLE: &str =
    "begin the file with `---`, `title: ...`, `belief: ...`, `minutes: 5`, `---`, a line each";

/// Reads the head into the lesson; where the steps begin.
pub(super) fn read(text: &str, lesson: &mut Lesson, faults: &mut Vec<LessonFault>) -> usize {
    let mut lines = lines_of(text);
    let Some((_, first)) = lines.next().filter(|(_, line)| is_fence(line)) else {
        let first = text.lines().next().unwrap_or("");
        let fault = LessonFault::new(0..first.len(), "the lesson has no head");
        faults.push(fault.help(SAMPLE));
        return 0;
    };
    let mut seen: Vec<&str> = Vec::new();
    let mut end = first.len();
    let mut is_closed = false;
    for (start, line) in lines {
        if is_fence(line) {
            (end, is_closed) = (start + line.len(), true);
            break;
        }
        if line.starts_with("# ") {
            end = start;
            break;
        }
        end = start + line.len();
        if let Err(fault) = entry(line, start, lesson, &mut seen, faults) {
            faults.push(fault);
        }
    }
    if !is_closed {
        let fault = LessonFault::new(0..first.len(), "the head is not closed");
        faults.push(fault.help("write `---` on a line of its own after the last entry"));
    }
    let missing = NEEDED.iter().filter(|key| !seen.contains(key));
    faults.extend(missing.map(|key| {
        let fault = LessonFault::new(0..first.len(), format!("the head has no `{key}`"));
        fault.help(match *key {
            "title" => "write `title: The port is never hogged`",
            "belief" => "write `belief: ` and what the class believes before the lesson",
            _ => "write `minutes: 5`, the time to give the lesson",
        })
    }));
    end
}

/// Each line without its end, and where it begins.
fn lines_of(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut start = 0;
    text.split_inclusive('\n').map(move |line| {
        let at = start;
        start += line.len();
        (at, line.strip_suffix('\n').unwrap_or(line))
    })
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
        return Err(LessonFault::new(whole, "this is not an entry of the head")
            .help("write `key: value`, or close the head with `---`"));
    };
    let at = |part: &str| place(line, part, start);
    let (key, value) = (key.trim(), value.trim());
    if !KEYS.contains(&key) {
        let help = format!("the keys are {}", KEYS.join(", "));
        // What was meant is not missing as well.
        seen.extend(closest(key, KEYS));
        return Err(
            LessonFault::new(at(key), format!("unknown key `{key}`")).suggest(key, KEYS, help)
        );
    }
    if seen.contains(&key) {
        return Err(
            LessonFault::new(at(key), format!("`{key}` is given twice")).help("remove one of them")
        );
    }
    seen.push(key);
    let quoted = value.strip_prefix('"').and_then(|value| value.strip_suffix('"'));
    let value = quoted.unwrap_or(value);
    if value.is_empty() {
        return Err(LessonFault::new(at(key), format!("`{key}` has no value")));
    }
    match key {
        "title" => value.clone_into(&mut lesson.title),
        "belief" => value.clone_into(&mut lesson.belief),
        "minutes" => {
            let minutes = value.parse().ok().filter(|minutes| (1..=60).contains(minutes));
            lesson.minutes = minutes.ok_or_else(|| {
                LessonFault::new(at(value), format!("`{value}` is not a number of minutes"))
                    .help("write a whole number from 1 to 60")
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
            return Err(LessonFault::new(at(value), format!("format {value} is not known"))
                .help("this version reads `format: 1`"));
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
        return Err(LessonFault::new(at, format!("unknown need `{need}`")).suggest(
            need,
            ["tcp", "lab", "ipv6", "linux 6.3"],
            "a lesson may need tcp, lab, ipv6, linux 6.3",
        ));
    };
    Ok(Some(Need::Linux(major, minor)))
}
