//! The blocks of a lesson's Markdown, with their places in the text.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "the parser's events are many, and few count here"
)]

use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use crate::app::lesson::fault::LessonFault;

/// A block at the left margin.
#[derive(Clone, Debug)]
pub(super) struct MarkdownBlock<'a> {
    pub(super) span: Range<usize>,
    pub(super) kind: MarkdownKind<'a>,
}

#[derive(Clone, Debug)]
pub(super) enum MarkdownKind<'a> {
    Heading {
        is_step: bool,
        text: String,
    },
    Paragraph(String),
    Tasks(Vec<Task>),
    Quote(String),
    Fence(Fence<'a>),
    /// What has no place in a lesson: what it is, and what to do.
    Foreign(&'static str, &'static str),
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

const HTML: (&str, &str) = ("HTML", "write it as plain text; `&lt;` stands for <");

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
            Event::Start(tag) => {
                let mut depth = 1;
                let inner: Vec<_> = events
                    .by_ref()
                    .take_while(|(event, _)| {
                        depth += match event {
                            Event::Start(_) => 1,
                            Event::End(_) => -1,
                            _ => 0,
                        };
                        depth > 0
                    })
                    .collect();
                block(text, tag, &span, &inner, faults)
            }
            Event::Rule => MarkdownKind::Foreign("a rule", "begin a step with `# Heading` instead"),
            _ => continue,
        };
        blocks.push(MarkdownBlock { span, kind });
    }
    blocks
}

type Spanned<'e> = (Event<'e>, Range<usize>);

fn block<'a>(
    text: &'a str,
    tag: Tag<'_>,
    span: &Range<usize>,
    inner: &[Spanned<'_>],
    faults: &mut Vec<LessonFault>,
) -> MarkdownKind<'a> {
    match tag {
        Tag::Heading { level, .. } => {
            MarkdownKind::Heading { is_step: level == HeadingLevel::H1, text: plain(inner, faults) }
        }
        Tag::Paragraph => MarkdownKind::Paragraph(plain(inner, faults)),
        Tag::BlockQuote(_) => MarkdownKind::Quote(plain(inner, faults)),
        Tag::List(_) => tasks(inner, faults),
        Tag::CodeBlock(CodeBlockKind::Fenced(info)) => {
            MarkdownKind::Fence(fence(text, info.trim().to_owned(), span, inner))
        }
        Tag::CodeBlock(CodeBlockKind::Indented) => MarkdownKind::Foreign(
            "an indented block",
            "four spaces at the left make code of a line: move it to the margin",
        ),
        Tag::HtmlBlock => MarkdownKind::Foreign(HTML.0, HTML.1),
        _ => MarkdownKind::Foreign("this", "a step has paragraphs, a task list, notes and blocks"),
    }
}

fn fence<'a>(text: &'a str, info: String, span: &Range<usize>, inner: &[Spanned<'_>]) -> Fence<'a> {
    let mut lines = Vec::new();
    for (_, at) in inner {
        let mut start = at.start;
        for line in text.get(at.clone()).unwrap_or("").split_inclusive('\n') {
            lines.push((start, line.trim_end_matches('\n')));
            start += line.len();
        }
    }
    let source = text.get(span.clone()).unwrap_or("").trim_end();
    let last = source.lines().skip(1).last().unwrap_or("").trim();
    let sign = if source.trim_start().starts_with('~') { '~' } else { '`' };
    let is_closed = last.len() >= 3 && last.chars().all(|c| c == sign);
    Fence { info, lines, is_closed }
}

/// The text of a block, its marks removed; a line end is a space.
fn plain(inner: &[Spanned<'_>], faults: &mut Vec<LessonFault>) -> String {
    let mut text = String::new();
    for (event, span) in inner {
        match event {
            Event::Text(part) | Event::Code(part) => text.push_str(part),
            Event::SoftBreak | Event::HardBreak | Event::Start(Tag::Paragraph) => text.push(' '),
            Event::Html(tag) | Event::InlineHtml(tag) if !tag.starts_with("</") => {
                faults.push(foreign(span.clone(), HTML.0, HTML.1));
            }
            Event::Start(Tag::Image { .. }) => {
                faults.push(foreign(
                    span.clone(),
                    "a picture",
                    "the program shows the table itself",
                ));
            }
            Event::Start(
                Tag::CodeBlock(_) | Tag::List(_) | Tag::Heading { .. } | Tag::BlockQuote(_),
            ) => {
                faults.push(foreign(
                    span.clone(),
                    "a block inside a block",
                    "move it to the left margin",
                ));
            }
            _ => (),
        }
    }
    text.trim().to_owned()
}

pub(super) fn foreign(span: Range<usize>, what: &str, help: &str) -> LessonFault {
    LessonFault::new(span, format!("{what} has no place in a lesson")).help(help)
}

fn tasks<'a>(inner: &[Spanned<'_>], faults: &mut Vec<LessonFault>) -> MarkdownKind<'a> {
    let mut depth = 0;
    let mut starts = Vec::new();
    for (n, (event, _)) in inner.iter().enumerate() {
        match event {
            Event::Start(Tag::List(_)) => depth += 1,
            Event::End(TagEnd::List(_)) => depth -= 1,
            Event::Start(Tag::Item) if depth == 0 => starts.push(n),
            _ => (),
        }
    }
    let ends = starts.iter().skip(1).copied().chain([inner.len()]);
    let items = starts.iter().zip(ends).map(|(from, to)| {
        let span = inner[*from].1.clone();
        let parts = &inner[*from + 1..to];
        let is_marked = parts.iter().find_map(|(event, _)| match event {
            Event::TaskListMarker(is_marked) => Some(*is_marked),
            _ => None,
        });
        let is_word = |part: &&Spanned<'_>| match &part.0 {
            Event::Text(text) => !text.trim().is_empty(),
            event => matches!(event, Event::Code(_)),
        };
        let last = parts.iter().rposition(|part| is_word(&part));
        let claim = last.and_then(|last| match &parts[last] {
            (Event::Code(claim), at) => Some((claim.to_string(), at.clone())),
            _ => None,
        });
        let words = last.filter(|_| claim.is_some()).unwrap_or(parts.len());
        plain(parts, faults);
        Task { span, is_marked, text: plain(&parts[..words], &mut vec![]), claim }
    });
    MarkdownKind::Tasks(items.collect())
}
