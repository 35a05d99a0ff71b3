//! The table of texts: `assets/words/`, the head of `close.txt` explains the format.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

use crate::app::model::{RowNow, RowOutcome};
use crate::tcp::TcpState;

/// One text and its condition.
#[derive(Clone, Debug)]
pub struct TextEntry {
    /// What happened; with a sign at its end the text is a further part of the sentence.
    pub keys: Vec<&'static str>,
    /// Patterns of the rows of both ends, the actor's first.
    pub rows: [RowPattern; 2],
    /// What must have been seen; `A/B` is one of them.
    pub needs: Vec<&'static str>,
    /// The text, with placeholders.
    pub text: &'static str,
}

/// A condition on a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowPattern {
    /// No condition.
    Any,
    /// In that state.
    In(TcpState),
    /// In the same state as before.
    Same,
    /// Gone.
    Gone,
    /// Not in any table.
    Unseen,
}

impl RowPattern {
    fn fits(self, row: RowOutcome) -> bool {
        match self {
            RowPattern::Any => true,
            RowPattern::In(state) => row.after == RowNow::In(state),
            RowPattern::Same => row.before.is_some_and(|before| row.after == RowNow::In(before)),
            RowPattern::Gone => row.after == RowNow::Gone,
            RowPattern::Unseen => row.after == RowNow::Unseen,
        }
    }

    fn of(word: &str) -> Option<RowPattern> {
        match word {
            "any" => Some(RowPattern::Any),
            "same" => Some(RowPattern::Same),
            "gone" => Some(RowPattern::Gone),
            "unseen" => Some(RowPattern::Unseen),
            state => state.parse().ok().map(RowPattern::In),
        }
    }
}

/// What a text is chosen by, and filled with.
pub(crate) trait Evidence {
    fn rows(&self) -> [RowOutcome; 2] {
        [RowOutcome { before: None, after: RowNow::Unseen }; 2]
    }

    fn has(&self, fact: &str) -> bool;

    fn value(&self, name: &str) -> Option<Cow<'_, str>>;
}

/// The files.
pub const SOURCES: [&str; 6] = [
    include_str!("../../../assets/words/connect.txt"),
    include_str!("../../../assets/words/close.txt"),
    include_str!("../../../assets/words/refusals.txt"),
    include_str!("../../../assets/words/messages.txt"),
    include_str!("../../../assets/words/lessons.txt"),
    include_str!("../../../assets/words/rows.txt"),
];

static ENTRIES: LazyLock<Vec<TextEntry>> =
    LazyLock::new(|| SOURCES.iter().flat_map(|text| text.lines()).filter_map(parse).collect());

static BY_KEY: LazyLock<HashMap<&'static str, Vec<&'static TextEntry>>> = LazyLock::new(|| {
    let mut all: HashMap<_, Vec<_>> = HashMap::new();
    for entry in entries() {
        for key in &entry.keys {
            all.entry(*key).or_default().push(entry);
        }
    }
    all
});

/// All entries, in order.
pub fn entries() -> &'static [TextEntry] {
    &ENTRIES
}

fn parse(line: &'static str) -> Option<TextEntry> {
    let parts: Vec<&str> = line.split('|').map(str::trim).collect();
    let (keys, rows, needs, text) = match parts[..] {
        [keys, needs, text] => (keys, [RowPattern::Any; 2], needs, text),
        [keys, own, other, needs, text] => {
            (keys, [RowPattern::of(own)?, RowPattern::of(other)?], needs, text)
        }
        _ => return None,
    };
    let words = |text: &'static str| text.split_whitespace().collect();
    (!keys.starts_with('#')).then(|| TextEntry {
        keys: words(keys),
        rows,
        needs: words(needs),
        text,
    })
}

/// The first text under that key that fits, with its placeholders filled.
pub(crate) fn find(key: &str, evidence: &impl Evidence) -> Option<String> {
    let rows = evidence.rows();
    let has = |need: &&str| need.split('/').any(|fact| evidence.has(fact));
    let fits = |entry: &&&TextEntry| {
        let mut patterns = entry.rows.iter().zip(rows);
        patterns.all(|(pattern, row)| pattern.fits(row)) && entry.needs.iter().all(has)
    };
    let mut entries = BY_KEY.get(key)?.iter().filter(fits);
    entries.find_map(|entry| fill(entry.text, evidence))
}

/// A text with its placeholders filled; `None` if one has no value. `{n: row/rows}` is `1 row` or `2 rows`,
/// `{who's row}` is `laptop's row` or `the row of curl (127.0.0.1:40000)`, and a placeholder may be the key of another text.
fn fill(text: &str, evidence: &impl Evidence) -> Option<String> {
    let mut parts = text.split('{');
    let mut filled = parts.next()?.to_owned();
    for part in parts {
        let (hole, rest) = part.split_once('}')?;
        let (name, forms) = hole.split_once(": ").unzip();
        let (owner, noun) = hole.split_once("'s ").unzip();
        let name = name.or(owner).unwrap_or(hole);
        let value = evidence.value(name).or_else(|| find(name, evidence).map(Cow::Owned))?;
        if let Some(noun) = noun {
            filled.extend([&possessive(&value, noun), rest]);
            continue;
        }
        let [one, many] = forms.and_then(|forms| forms.split_once('/')).unwrap_or_default().into();
        let form = if value == "1" { one } else { many };
        let space = if form.is_empty() { "" } else { " " };
        filled.extend([&value, space, form, rest]);
    }
    Some(filled)
}

/// `laptop's row`, but `the row of curl (127.0.0.1:40000)`: an address takes no apostrophe.
pub(crate) fn possessive(owner: &str, noun: &str) -> String {
    if owner.contains(['.', ':']) {
        format!("the {noun} of {owner}")
    } else {
        format!("{owner}'s {noun}")
    }
}
