use std::fmt;
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};

use crate::app::format::many;
use crate::tcp::is_legible;

/// What is wrong in one lesson file; [`fmt::Display`] draws each with its line, as rustc does, without colour.
#[derive(Clone, Debug)]
pub struct LessonFaults {
    /// The name of the file.
    pub file: String,
    /// What is wrong, in the order of the file.
    pub all: Vec<LessonFault>,
    text: String,
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LessonFault {
    /// Where it is in the text.
    pub span: Range<usize>,
    /// What is wrong.
    pub message: String,
    /// What would be right.
    pub help: String,
    /// Whether the lesson can be given anyway.
    pub is_warning: bool,
    label: Option<String>,
}

impl LessonFault {
    /// What is wrong there, and what would be right.
    pub(super) fn new(
        span: Range<usize>,
        message: impl Into<String>,
        help: impl Into<String>,
    ) -> LessonFault {
        let (message, help) = (message.into(), help.into());
        LessonFault { span, message, help, is_warning: false, label: None }
    }

    pub(super) fn warning(span: Range<usize>, message: String, help: String) -> LessonFault {
        LessonFault { is_warning: true, ..LessonFault::new(span, message, help) }
    }

    /// Says beside the mark in the line what is wrong there.
    pub(super) fn label(self, label: impl Into<String>) -> LessonFault {
        LessonFault { label: Some(label.into()), ..self }
    }

    /// Asks whether the word that is closest was meant, if one is close.
    pub(super) fn suggest<'a>(
        self,
        written: &str,
        known: impl IntoIterator<Item = &'a str>,
    ) -> LessonFault {
        match closest(written, known) {
            Some(word) => self.did_you_mean(word),
            None => self,
        }
    }

    pub(super) fn did_you_mean(self, word: &str) -> LessonFault {
        LessonFault { help: format!("did you mean `{word}`?"), ..self }
    }
}

/// The known word that is closest to what is written, unless none is close.
pub(super) fn closest<'a>(
    written: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let close = known.into_iter().filter_map(|word| Some((likeness(written, word)?, word)));
    close.max_by(|(a, _), (b, _)| a.total_cmp(b)).map(|(_, word)| word)
}

/// How like a word is to what is written, up to 1; `None` where it is not meant.
pub(super) fn likeness(written: &str, word: &str) -> Option<f64> {
    let written: String = written.chars().take(LONGEST_WORD).collect();
    let [written, word] = [&written, word].map(str::to_lowercase);
    let like = strsim::normalized_damerau_levenshtein(&written, &word);
    (like >= CLOSE).then_some(like)
}

const LONGEST_WORD: usize = 40;

const CLOSE: f64 = 0.6;

/// More than these are not drawn.
const MOST: usize = 40;

impl LessonFaults {
    pub(super) fn new(file: &str, text: &str, mut all: Vec<LessonFault>) -> LessonFaults {
        all.sort_by_key(|fault| (fault.span.start, fault.span.end));
        all.dedup();
        LessonFaults { file: file.to_owned(), all, text: text.to_owned() }
    }

    /// The line and the column of a fault, counted from 1, in characters.
    pub fn position(&self, fault: &LessonFault) -> (usize, usize) {
        let (line, start) = line_at(&self.text, fault.span.start);
        let before = self.text.get(start..fault.span.start).unwrap_or("");
        (line, before.chars().count() + 1)
    }

    fn draw(&self, f: &mut fmt::Formatter<'_>, fault: &LessonFault) -> fmt::Result {
        let (line, start) = line_at(&self.text, fault.span.start);
        let source = self.text.get(start..).unwrap_or("").lines().next().unwrap_or("");
        let within = |at: usize| clean(source.get(..at.saturating_sub(start)).unwrap_or(source));
        let (from, to) = (within(fault.span.start).len(), within(fault.span.end).len());
        let source = clean(source);
        let mark = AnnotationKind::Primary.span(from..to.max(from));
        let snippet = Snippet::source(source)
            .line_start(line)
            .path(clean(&self.file))
            .annotation(mark.label(fault.label.as_deref().map(clean)));
        let level = if fault.is_warning { Level::WARNING } else { Level::ERROR };
        let title = level.primary_title(clean(&fault.message));
        let group = title.element(snippet).element(Level::HELP.message(clean(&fault.help)));
        writeln!(f, "{}\n", Renderer::plain().term_width(WIDTH).render(&[group]))
    }
}

const WIDTH: usize = 100;

impl fmt::Display for LessonFaults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.all.iter().take(MOST).try_for_each(|fault| self.draw(f, fault))?;
        let errors = self.all.iter().filter(|fault| !fault.is_warning).count();
        let warnings = self.all.len() - errors;
        let count = |number: usize, one, more| (number > 0).then(|| many(number as u64, one, more));
        let counts = [count(errors, "error", "errors"), count(warnings, "warning", "warnings")];
        let counts: Vec<String> = counts.into_iter().flatten().collect();
        let more = self.all.len().saturating_sub(MOST);
        let more = if more > 0 { format!("; {more} of them not shown") } else { String::new() };
        let counts = if counts.is_empty() { "no errors".to_owned() } else { counts.join(", ") };
        write!(f, "{}: {counts}{more}", clean(&self.file))
    }
}

impl std::error::Error for LessonFaults {}

/// The number of the line with that byte, counted from 1, and where it begins.
pub(super) fn line_at(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap_or(text);
    (before.matches('\n').count() + 1, before.rfind('\n').map_or(0, |end| end + 1))
}

/// Text of a file as a terminal may have it: what cannot be seen is escaped.
fn clean(text: &str) -> String {
    let shown = |c: char| {
        if c == '\t' || is_printable(c) { c.to_string() } else { c.escape_unicode().to_string() }
    };
    text.chars().map(shown).collect()
}

/// Whether a character is fit for a terminal. Marks that combine with the letter before them are.
pub(super) fn is_printable(c: char) -> bool {
    const JOINERS: [char; 2] = ['\u{a0}', '\u{200d}'];
    is_legible(c) || JOINERS.contains(&c) || (c.is_alphanumeric() || is_mark(c))
}

/// The blocks of Unicode with nothing but combining marks, and the selectors of a variant.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{fe00}'..='\u{fe0f}' | '\u{20d0}'..='\u{20f0}')
}
