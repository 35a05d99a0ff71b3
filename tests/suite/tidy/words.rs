//! Plain English: words that no text of this program uses.

use super::source::{files, regex, root};

/// Phrases that need decoding, or that stand for a term of the field, and what says it plainly.
const PLAIN: [(&str, &str); 23] = [
    (r"whoever", "name the actor: the client, the server, the kernel"),
    (r"nobody|no ?one", "nothing is listening, no program, no process"),
    (r"somebody|someone", "name the actor"),
    (r"h[au]ngs? up|hung", "close"),
    (r"g[eo]ts? in|let in", "connect, be accepted"),
    (r"worked out", "inferred"),
    (r"all the same", "anyway, still"),
    (r"tells? more|told more", "explains"),
    (r"is told|are told|was told|were told", "is reported"),
    (r"goes through|went through", "is delivered"),
    (r"brakes?|braked", "delay"),
    (r"loses the next", "drops the next"),
    (r"what is so", "what the kernel does"),
    (r"telephones?|ring|rings", "connect"),
    (r"farewells?|goodbyes?", "close"),
    (r"in vain", "unanswered"),
    (r"of its own accord|by itself alone", "on its own"),
    (r"in passing", "briefly"),
    (r"bears? out", "shows"),
    (r"at the door|knocks?", "waits to be accepted"),
    (r"listens? at|listening at", "listen on"),
    (r"looks? taken|gone for good", "removed"),
    (r"poor|alas|lo and behold", "nothing"),
];

#[test]
fn texts_and_comments_are_plain_english() {
    let source = files(&root().join("src"), "rs");
    let words = files(&root().join("assets/words"), "txt");
    let texts = ["README.md", "CHANGELOG.md"].map(|name| root().join(name));
    let patterns = PLAIN.map(|(word, plain)| (regex(&format!(r"(?i)\b(?:{word})\b")), plain));
    let mut faults = Vec::new();
    for path in source.iter().chain(&words).chain(&texts) {
        let text = std::fs::read_to_string(path).unwrap();
        for (n, line) in (1..).zip(text.lines()) {
            let found = patterns.iter().filter(|(pattern, _)| pattern.is_match(line));
            faults.extend(found.map(|(pattern, plain)| {
                format!("{}:{n}: {line}\n  {pattern}: {plain}", path.display())
            }));
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}
