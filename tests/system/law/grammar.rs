//! Takes a text apart into clauses that state something: conditions, forecasts, and what a key would do are left out.

use super::claims::Whose;

/// A clause that states something, and who the sentence around it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Clause {
    pub(super) text: String,
    /// Whom "its" means.
    actor: Whose,
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
// What makes the clause around it a condition, wherever it stands in it; and, at the beginning of a segment or behind a comma, all of the
// segment or the clause before it.
pattern!(CONDITION, r"(?i)\b(if|once|when|whenever|unless|as soon as|as long as)\b");
// What else makes all of a segment a condition, where it begins with it.
pattern!(
    OPENS_CONDITION,
    r"(?i)^\s*(until|after|before|while|then|later|afterwards|helps?|try|press|with|or)\b"
);
// What makes only the rest of the clause one.
pattern!(UNTIL, r"(?i)\b(until|till|before|so that|in order to|instead of|rather than)\b.*$");
pattern!(
    MODAL,
    r"(?i)\b(will|would|may|might|could|can|cannot|should|must|shall|to be|lets|makes|helps)\b"
);
pattern!(LATER, r"(?i)^\s*(and then|then|later|afterwards) ");
pattern!(OTHER, r"(?i)the other (end|row)");
pattern!(ITS, r"(^| )[Ii]ts |itself");
pattern!(AT_ITS, r"^\s*(at|on) its");
// What follows the one whose row it is.
pattern!(
    OWNS,
    r"^('s| is| was| stays| went| goes| turned| turns| has| entered| reached| remains| moved)"
);
pattern!(PART, r" (?:and|but|so|while|because|as) ");

/// The clauses of `text` that state something about now or before.
pub(super) fn clauses(text: &str, names: &[String]) -> Vec<Clause> {
    let text = ASIDE.replace_all(text, "").replace("at once", "immediately");
    let text = BEFORE.replace_all(&text, "earlier");
    let text = PASSED.replace_all(&text, "");
    let mut all = Vec::new();
    let mut actor = Whose::Any;
    for sentence in SENTENCE.split(&text) {
        actor = actor_of(sentence, names, actor);
        let is_stated = |text: &&str| !begins_condition(text) && !OPENS_CONDITION.is_match(text);
        for segment in SEGMENT.split(sentence).filter(is_stated) {
            let parts: Vec<&str> = segment.split(", ").collect();
            for (n, clause) in parts.iter().enumerate() {
                let next = parts.get(n + 1);
                if next.is_some_and(|next| begins_condition(next))
                    || [&CONDITION, &MODAL, &LATER].iter().any(|no| no.is_match(clause))
                {
                    continue;
                }
                let clause = UNTIL.replace(clause, "");
                let stated = PART.split(&clause).map(str::trim);
                let stated = stated.filter(|text| !text.is_empty() && !LATER.is_match(text));
                all.extend(stated.map(|text| Clause {
                    text: text.to_owned(),
                    actor: actor.clone(),
                    names: names.to_vec(),
                }));
            }
        }
    }
    all
}

fn begins_condition(text: &str) -> bool {
    CONDITION.find(text).is_some_and(|found| text[..found.start()].trim().is_empty())
}

/// Whom a sentence is about: who stands at its beginning; else whom the one before was about, if that named nobody else.
fn actor_of(sentence: &str, names: &[String], before: Whose) -> Whose {
    match named(sentence, names).into_iter().next() {
        Some((at, who, _)) if at <= 4 => who,
        Some(_) => Whose::Any,
        None => before,
    }
}

/// Who is named in a text, where, and what follows.
fn named<'a>(text: &'a str, names: &[String]) -> Vec<(usize, Whose, &'a str)> {
    let lower = text.to_lowercase();
    let mut all = Vec::new();
    for name in names.iter().map(String::as_str).chain(["server", "client"]) {
        let found = lower.match_indices(name).map(|(at, _)| at);
        let is_word = |at: &usize| {
            let after = lower[at + name.len()..].chars().next();
            let before = lower[..*at].chars().next_back();
            [after, before].into_iter().flatten().all(|c| !c.is_alphanumeric() && c != '_')
        };
        let who = match name {
            "server" => Whose::Server,
            "client" => Whose::Client,
            other => Whose::Of(other.to_owned()),
        };
        all.extend(found.filter(is_word).map(|at| (at, who.clone(), &text[at + name.len()..])));
    }
    all.sort_by_key(|(at, ..)| *at);
    all
}

impl Clause {
    /// Whose row it is that is spoken of between `start` and `end`.
    pub(super) fn whose(&self, start: usize, end: usize) -> Whose {
        let (before, behind) = (&self.text[..start], self.text[end..].trim_start());
        if AT_ITS.is_match(behind) {
            return self.actor.clone();
        }
        if behind.starts_with("at the other end") {
            return self.actor.other();
        }
        if behind.starts_with("at ") || behind.starts_with("of ") {
            let near = named(behind, &self.names).into_iter().find(|(at, ..)| *at <= 8);
            return near.map_or(Whose::Any, |(_, who, _)| who);
        }
        let last = |pattern: &regex::Regex| pattern.find_iter(before).last().map(|at| at.start());
        let (others, own) = (last(&OTHER), last(&ITS));
        let mut named = named(before, &self.names).into_iter();
        let owner = named.rfind(|(.., rest)| OWNS.is_match(rest));
        let place = owner.as_ref().map(|(at, ..)| *at);
        match [others, own, place].into_iter().flatten().max() {
            None => Whose::Any,
            last if last == others => self.actor.other(),
            last if last == own => self.actor.clone(),
            _ => owner.map_or(Whose::Any, |(_, who, _)| who),
        }
    }
}

impl Whose {
    fn other(&self) -> Whose {
        match self {
            Whose::Any => Whose::Any,
            whose => Whose::NotOf(Box::new(whose.clone())),
        }
    }
}
