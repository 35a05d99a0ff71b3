use std::ops::Range;

use crate::app::lesson::fault::LessonFault;

/// A word of a line, and where it stands in the text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Word<'a> {
    /// Without its quotes.
    pub(super) text: &'a str,
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) is_quoted: bool,
}

impl Word<'_> {
    pub(super) fn span(&self) -> Range<usize> {
        self.start..self.end
    }

    pub(super) fn unexpected(&self, help: impl Into<String>) -> LessonFault {
        LessonFault::new(self.span(), format!("unexpected `{}`", self.text), help)
    }

    pub(super) fn is(&self, word: &str) -> bool {
        !self.is_quoted && self.text.eq_ignore_ascii_case(word)
    }
}

/// The words of a line, taken one after another.
#[derive(Clone, Debug)]
pub(super) struct Words<'a> {
    all: Vec<Word<'a>>,
    next: usize,
    start: usize,
}

impl<'a> Words<'a> {
    /// The words of `line`, which stands at `start`; text in quotes is one.
    pub(super) fn of(line: &'a str, start: usize) -> Words<'a> {
        let mut all = Vec::new();
        let mut at = 0;
        while let Some(rest) = line.get(at..) {
            let space = rest.len() - rest.trim_start().len();
            let (rest, from) = (rest.trim_start(), at + space);
            if rest.is_empty() {
                break;
            }
            let quoted = rest.strip_prefix('"').and_then(|text| Some((text, closing_quote(text)?)));
            let word = rest.find(char::is_whitespace).unwrap_or(rest.len());
            let word = (&rest[..word], word);
            let (text, length) = quoted.map_or(word, |(text, end)| (&text[..end], end + 2));
            let (start, end) = (start + from, start + from + length);
            all.push(Word { text, start, end, is_quoted: quoted.is_some() });
            at = from + length;
        }
        Words { all, next: 0, start }
    }

    pub(super) fn peek(&self) -> Option<Word<'a>> {
        self.all.get(self.next).copied()
    }

    pub(super) fn take(&mut self) -> Option<Word<'a>> {
        let word = self.peek()?;
        self.next += 1;
        Some(word)
    }

    /// Whether these words come next, in any case; parentheses, as of `accept()`, may be left out.
    pub(super) fn begin_with(&self, words: &str) -> bool {
        let mut next = self.rest().iter();
        let is_next = |word: &str| {
            next.next().is_some_and(|next| next.is(word) || next.is(&word.replace("()", "")))
        };
        words.split(' ').all(is_next)
    }

    /// Takes these words if they come next.
    pub(super) fn take_all(&mut self, words: &str) -> bool {
        let fits = self.begin_with(words);
        self.next += if fits { words.split(' ').count() } else { 0 };
        fits
    }

    /// Takes the next word if it has a meaning.
    pub(super) fn take_if<T>(&mut self, meaning: impl Fn(&str) -> Option<T>) -> Option<T> {
        let next = self.peek().filter(|word| !word.is_quoted)?;
        let found = meaning(next.text)?;
        self.next += 1;
        Some(found)
    }

    /// Takes the next word if it has a meaning; fails where it has none, or no word is left.
    pub(super) fn need<T>(
        &mut self,
        meaning: impl Fn(&str) -> Option<T>,
        message: &str,
        help: &str,
    ) -> Result<T, LessonFault> {
        self.take_if(meaning).ok_or_else(|| LessonFault::new(self.here(), message, help))
    }

    pub(super) fn rest(&self) -> &[Word<'a>] {
        self.all.get(self.next..).unwrap_or_default()
    }

    /// Fails where a quotation mark has no other one.
    pub(super) fn are_quoted_whole(&self) -> Result<(), LessonFault> {
        let is_half = |word: &&Word<'_>| !word.is_quoted && word.text.starts_with('"');
        let half = self.all.iter().find(is_half);
        half.map_or(Ok(()), |word| {
            let (place, help) = (word.start..word.start + 1, "write another one after the text");
            Err(LessonFault::new(place, "the quotation mark is not closed", help))
        })
    }

    /// Fails where a word is left.
    pub(super) fn end_here(&self, help: &str) -> Result<(), LessonFault> {
        self.peek().map_or(Ok(()), |word| Err(word.unexpected(help)))
    }

    /// The place of the next word, or that after the last one.
    pub(super) fn here(&self) -> Range<usize> {
        self.peek().map_or_else(|| self.end(), |word| word.span())
    }

    /// The place of all words.
    pub(super) fn span(&self) -> Range<usize> {
        let first = self.all.first().map_or(self.start, |word| word.start);
        first..self.all.last().map_or(first, |word| word.end)
    }

    /// The place after the last word.
    pub(super) fn end(&self) -> Range<usize> {
        let end = self.span().end;
        end..end
    }
}

fn closing_quote(text: &str) -> Option<usize> {
    let mut is_escaped = false;
    for (n, c) in text.char_indices() {
        match c {
            '"' if !is_escaped => return Some(n),
            _ => is_escaped = c == '\\' && !is_escaped,
        }
    }
    None
}
