//! The terms of the field, each with its meaning and where it is defined: `assets/glossary.md`.

use std::sync::LazyLock;

/// A term of the field.
#[derive(Debug)]
pub(crate) struct Term {
    pub(crate) name: &'static str,
    pub(crate) meaning: String,
    /// The last line: the section of an RFC, or a page of the manual.
    pub(crate) see: &'static str,
}

pub(crate) static TERMS: LazyLock<Vec<Term>> = LazyLock::new(|| {
    let text = include_str!("../../../assets/glossary.md");
    text.strip_prefix("# ").unwrap_or(text).split("\n# ").filter_map(parse).collect()
});

fn parse(section: &'static str) -> Option<Term> {
    let (name, text) = section.split_once('\n')?;
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let (see, meaning): (Vec<_>, Vec<_>) = lines.partition(|line| line.starts_with("See: "));
    let meaning = meaning.join(" ").replace('`', "");
    Some(Term { name: name.trim(), meaning, see: see.last().copied().unwrap_or_default() })
}
