//! The blocks of a lesson's Markdown, with their places in the text.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "the parser's events are many, and few count here"
)]

use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag};

use crate::app::lesson::fault::LessonFault;

/// A block at the left margin.
#[derive(Clone, Debug)]
pub(super) struct MarkdownBlock<'a> {
    pub(super) span: Range<usize>,
    pub(super) kind: MarkdownKind<'a>,
}

#[derive(Clone, Debug)]
pub(super) enum MarkdownKind<'a> {
    Heading { is_step: bool, text: String },
    Paragraph(String),
    Tasks(Vec<Task>),
    Quote(String),
    Fence(Fence<'a>),
}

/// An item of a list.
#[derive(Clone, Debug)]
pub(super) struct Task {
    pub(super) span: Range<usize>,
    /// Whether its box is ticked; `None` where it has none.
    pub(super) is_marked: Option<bool>,
    pub(super) text: String,
    /// The code at its end, and its place.
    pub(super) claim: Option<(String, Range<usize>)>,
}

/// A block between fences.
#[derive(Clone, Debug)]
pub(super) struct Fence<'a> {
    /// What stands after the first fence.
    pub(super) info: String,
    /// Each line, and where it begins.
    pub(super) lines: Vec<(usize, &'a str)>,
    pub(super) is_closed: bool,
}

impl<'a> Fence<'a> {
    /// The lines that are not blank.
    pub(super) fn written(&self) -> impl Iterator<Item = (usize, &'a str)> {
        self.lines.iter().copied().filter(|(_, line)| !line.trim().is_empty())
    }
}

/// What has no place in a lesson: what it is, and what to do.
type Foreign = (&'static str, &'static str);

const HTML: Foreign = ("HTML", "write it as plain text; `&lt;` stands for <");

type Spanned<'e> = (Event<'e>, Range<usize>);

/// The blocks of `text` from `base` on.
pub(super) fn blocks<'a>(
    text: &'a str,
    base: usize,
    faults: &mut Vec<LessonFault>,
) -> Vec<MarkdownBlock<'a>> {
    let body = text.get(base..).unwrap_or("");
    let mut events = Parser::new_ext(body, Options::ENABLE_TASKLISTS)
        .into_offset_iter()
        .map(|(event, span)| (event, span.start + base..span.end + base));
    let mut blocks = Vec::new();
    while let Some((event, span)) = events.next() {
        let kind = match event {
            Event::Start(tag) => block(text, tag, &span, inside(&mut events), faults),
            Event::Rule => Err(("a rule", "begin a step with `# Heading` instead")),
            _ => continue,
        };
        match kind {
            Ok(kind) => blocks.push(MarkdownBlock { span, kind }),
            Err(what) => faults.push(foreign(first_line(text, &span), what)),
        }
    }
    blocks
}

/// The events up to the end of what has just begun.
fn inside<'e>(events: &mut impl Iterator<Item = Spanned<'e>>) -> Vec<Spanned<'e>> {
    let mut depth = 1;
    let is_inside = |(event, _): &Spanned<'_>| {
        depth += match event {
            Event::Start(_) => 1,
            Event::End(_) => -1,
            _ => 0,
        };
        depth > 0
    };
    events.take_while(is_inside).collect()
}

fn block<'a>(
    text: &'a str,
    tag: Tag<'_>,
    span: &Range<usize>,
    inner: Vec<Spanned<'_>>,
    faults: &mut Vec<LessonFault>,
) -> Result<MarkdownKind<'a>, Foreign> {
    Ok(match tag {
        Tag::Heading { level, .. } => MarkdownKind::Heading {
            is_step: level == HeadingLevel::H1,
            text: plain(&inner, faults),
        },
        Tag::Paragraph => MarkdownKind::Paragraph(plain(&inner, faults)),
        Tag::BlockQuote(_) => MarkdownKind::Quote(plain(&inner, faults)),
        Tag::List(_) => MarkdownKind::Tasks(tasks(inner, faults)),
        Tag::CodeBlock(CodeBlockKind::Fenced(info)) => {
            MarkdownKind::Fence(fence(text, info.trim().to_owned(), span, &inner))
        }
        Tag::CodeBlock(CodeBlockKind::Indented) => {
            let help = "four spaces at the left make code of a line: move it to the margin";
            return Err(("an indented block", help));
        }
        Tag::HtmlBlock => return Err(HTML),
        _ => return Err(("this", "a step has paragraphs, a task list, notes and blocks")),
    })
}

fn fence<'a>(text: &'a str, info: String, span: &Range<usize>, inner: &[Spanned<'_>]) -> Fence<'a> {
    let lines = inner.iter().flat_map(|(_, at)| lines_of(text, at.clone()));
    let lines: Vec<(usize, &str)> = lines.collect();
    let end = inner.last().map_or(first_line(text, span).end, |(_, at)| at.end);
    // A fence that is not closed ends at the next one, whose name is then a line of it.
    let is_closed = text.get(end..span.end).is_some_and(|fence| !fence.trim().is_empty())
        && !lines.iter().any(|(_, line)| line.starts_with("```"));
    Fence { info, lines, is_closed }
}

/// Each line of that part without its end, and where it begins.
pub(super) fn lines_of(text: &str, part: Range<usize>) -> impl Iterator<Item = (usize, &str)> {
    let mut start = part.start;
    text.get(part).unwrap_or("").split_inclusive('\n').map(move |line| {
        let at = start;
        start += line.len();
        (at, line.trim_end_matches('\n'))
    })
}

/// The part of a place in its first line.
pub(super) fn first_line(text: &str, part: &Range<usize>) -> Range<usize> {
    let length = lines_of(text, part.clone()).next().map_or(0, |(_, line)| line.trim_end().len());
    part.start..part.start + length
}

/// The text of a block, its marks removed; a line end is a space.
fn plain(inner: &[Spanned<'_>], faults: &mut Vec<LessonFault>) -> String {
    let mut text = String::new();
    for (event, span) in inner {
        let what = match event {
            Event::Text(part) | Event::Code(part) => {
                text.push_str(part);
                continue;
            }
            Event::SoftBreak | Event::HardBreak | Event::Start(Tag::Paragraph) => {
                text.push(' ');
                continue;
            }
            Event::Html(tag) | Event::InlineHtml(tag) if !tag.starts_with("</") => HTML,
            Event::Start(Tag::Image { .. }) => ("a picture", "the program shows the table itself"),
            Event::Start(
                Tag::CodeBlock(_) | Tag::List(_) | Tag::Heading { .. } | Tag::BlockQuote(_),
            ) => ("a block inside a block", "move it to the left margin"),
            _ => continue,
        };
        faults.push(foreign(span.clone(), what));
    }
    text.trim().to_owned()
}

pub(super) fn foreign(span: Range<usize>, (what, help): (&str, &str)) -> LessonFault {
    LessonFault::new(span, format!("{what} has no place in a lesson"), help)
}

fn tasks(items: Vec<Spanned<'_>>, faults: &mut Vec<LessonFault>) -> Vec<Task> {
    let mut events = items.into_iter();
    let mut tasks = Vec::new();
    while let Some((_, span)) = events.next() {
        let parts = inside(&mut events);
        let is_marked = parts.iter().find_map(|(event, _)| match event {
            Event::TaskListMarker(is_marked) => Some(*is_marked),
            _ => None,
        });
        let last = parts.iter().rposition(|(event, _)| match event {
            Event::Text(text) => !text.trim().is_empty(),
            event => matches!(event, Event::Code(_)),
        });
        let claim = last.and_then(|last| match &parts[last] {
            (Event::Code(claim), at) => Some((claim.to_string(), at.clone())),
            _ => None,
        });
        let words = last.filter(|_| claim.is_some()).unwrap_or(parts.len());
        let text = plain(&parts[..words], faults);
        plain(&parts[words..], faults);
        tasks.push(Task { span, is_marked, text, claim });
    }
    tasks
}
