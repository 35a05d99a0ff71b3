//! Takes a text apart into clauses that state something: conditions, forecasts, and what a key would do are left out.

use super::claims::Whose;

/// A clause that states something, and who the sentence around it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Clause {
    pub(super) text: String,
    /// Whom "its" means.
    actor: Option<String>,
    names: Vec<String>,
}

macro_rules! pattern {
    ($name:ident, $text:expr) => {
        static $name: std::sync::LazyLock<regex::Regex> =
            std::sync::LazyLock::new(|| regex::Regex::new($text).expect("a pattern"));
    };
}
pub(super) use pattern;

pattern!(ASIDE, r" ?\([^()]*\)");
// No condition, though the word is there.
pattern!(BEFORE, r"\b(from|of|as|sent|than) before\b");
// States that are passed through faster than anybody looks, and the ones that follow some time.
pattern!(PASSED, r"\b[A-Z]+_?[A-Z]+\d?,? (?:and )?then [A-Z]+_[A-Z]+\d?\b");
pattern!(SEGMENT, r"[.;:]\s+|\.$");
pattern!(SENTENCE, r"\.\s+|\.$");
// What makes all of a segment a condition, where it begins with it.
pattern!(
    OPENS_CONDITION,
    r"(?i)^\s*(if|when|whenever|once|until|unless|as soon as|as long as|after|before|while|then|later|afterwards|helps?|try|press|with|or)\b"
);
// What makes the clause around it a condition, wherever it stands in it.
pattern!(CONDITION, r"(?i)\b(if|once|when|whenever|unless|as soon as|as long as)\b");
// What makes the clause before it one, too, behind a comma.
pattern!(BEGINS_CONDITION, r"(?i)^(if|once|when|whenever|unless|as soon as)\b");
// What makes only the rest of the clause one.
pattern!(UNTIL, r"(?i)\b(until|till|before|so that|in order to|instead of|rather than)\b.*$");
pattern!(
    MODAL,
    r"(?i)\b(will|would|may|might|could|can|cannot|should|must|shall|to be|lets|makes|helps)\b"
);
pattern!(PART, r" (?:and|but|so|while|because|as) ");

/// The clauses of `text` that state something about now or before.
pub(super) fn clauses(text: &str, names: &[String]) -> Vec<Clause> {
    let text = ASIDE.replace_all(text, "").replace("at once", "immediately");
    let text = BEFORE.replace_all(&text, "earlier");
    let text = PASSED.replace_all(&text, "");
    let mut all = Vec::new();
    let mut actor = None;
    for sentence in SENTENCE.split(&text) {
        actor = actor_of(sentence, names, actor);
        for segment in SEGMENT.split(sentence) {
            if OPENS_CONDITION.is_match(segment) {
                continue;
            }
            let parts: Vec<&str> = segment.split(", ").collect();
            for (n, clause) in parts.iter().enumerate() {
                let is_on_condition =
                    parts.get(n + 1).is_some_and(|next| BEGINS_CONDITION.is_match(next));
                if is_on_condition
                    || CONDITION.is_match(clause)
                    || MODAL.is_match(clause)
                    || opens_later(clause)
                {
                    continue;
                }
                let clause = UNTIL.replace(clause, "");
                for part in PART.split(&clause).filter(|part| !part.trim().is_empty()) {
                    if !opens_later(part) {
                        let (text, names) = (part.trim().to_owned(), names.to_vec());
                        all.push(Clause { text, actor: actor.clone(), names });
                    }
                }
            }
        }
    }
    all
}

fn opens_later(part: &str) -> bool {
    let part = part.trim_start().to_lowercase();
    ["then ", "and then ", "later ", "afterwards "].iter().any(|word| part.starts_with(word))
}

/// Whom a sentence is about: who stands at its beginning; else whom the one before was about, if that named nobody else.
fn actor_of(sentence: &str, names: &[String], before: Option<String>) -> Option<String> {
    let first = named(sentence, names).into_iter().next();
    match first {
        Some((at, name)) if at <= 4 => Some(name),
        Some(_) => None,
        None => before,
    }
}

/// Who is named in a text, and where.
fn named(text: &str, names: &[String]) -> Vec<(usize, String)> {
    let lower = text.to_lowercase();
    let mut all: Vec<(usize, String)> = Vec::new();
    for name in names.iter().map(String::as_str).chain(["server", "client"]) {
        let found = lower.match_indices(name).map(|(at, _)| at);
        let is_word = |at: &usize| {
            let after = lower[at + name.len()..].chars().next();
            let before = lower[..*at].chars().next_back();
            [after, before].into_iter().flatten().all(|c| !c.is_alphanumeric() && c != '_')
        };
        all.extend(found.filter(is_word).map(|at| (at, name.to_owned())));
    }
    all.sort();
    all
}

fn who(name: &str) -> Whose {
    match name {
        "server" => Whose::Server,
        "client" => Whose::Client,
        other => Whose::Of(other.to_owned()),
    }
}

impl Clause {
    /// Whose row it is that is spoken of between `start` and `end`.
    pub(super) fn whose(&self, start: usize, end: usize) -> Whose {
        let (before, after) = (&self.text[..start], &self.text[end..]);
        let actor = || self.actor.as_deref().map_or(Whose::Any, who);
        let behind = after.trim_start();
        if behind.starts_with("at its") || behind.starts_with("on its") {
            return actor();
        }
        if behind.starts_with("at the other end") {
            return not(actor());
        }
        if behind.starts_with("at ") || behind.starts_with("of ") {
            let near = named(behind, &self.names).into_iter().find(|(at, _)| *at <= 8);
            return near.map_or(Whose::Any, |(_, name)| who(&name));
        }
        let other = before.rfind("the other end").or(before.rfind("The other end"));
        let others = other.or(before.rfind("the other row"));
        let own = [" its ", "its ", "Its ", "itself"].into_iter().filter_map(|word| {
            let at = before.rfind(word)?;
            (word.starts_with(' ') || at == 0 || word == "itself").then_some(at)
        });
        let own = own.max();
        let mut name = named(before, &self.names).into_iter().filter(|(at, name)| {
            let rest = &before[at + name.len()..];
            let verbs = [
                "'s", " is", " was", " stays", " went", " goes", " turned", " turns", " has",
                " entered", " reached", " remains", " moved",
            ];
            verbs.iter().any(|verb| rest.starts_with(verb))
        });
        let name = name.next_back();
        let places = [others, own, name.as_ref().map(|(at, _)| *at)];
        match places.into_iter().flatten().max() {
            None => Whose::Any,
            last if last == others => not(actor()),
            last if last == own => actor(),
            _ => name.map_or(Whose::Any, |(_, name)| who(&name)),
        }
    }
}

fn not(whose: Whose) -> Whose {
    match whose {
        Whose::Any => Whose::Any,
        whose => Whose::NotOf(Box::new(whose)),
    }
}
