//! The tables of texts and the program use the same names.

use std::collections::BTreeSet;
use std::path::Path;

use fivetuple::app::explain::texts::{SOURCES, entries};
use fivetuple::tcp::{Errno, TcpState};

use crate::app::explain::situations::{SIGNS, VERBS, holes};

#[test]
fn every_line_of_the_tables_is_an_entry() {
    let lines = SOURCES.iter().flat_map(|text| text.lines());
    let lines = lines.filter(|line| !line.trim().is_empty() && !line.starts_with('#'));
    assert_eq!(entries().len(), lines.count());
}

/// Every key, condition and placeholder of a statement is a word of the program, and the reverse.
#[test]
fn the_program_and_the_tables_use_the_same_names() {
    let code = ["src/app", "src/run", "src/view"].map(|folder| sources(folder.as_ref())).concat();
    let words: BTreeSet<&str> = code.iter().flat_map(|code| code.split('"')).collect();
    let is_word = |name: &str| {
        let is_state = TcpState::ALL.iter().any(|state| state.name() == name);
        let is_errno = (1..200).any(|errno| Errno(errno).symbol() == Some(name));
        let is_key = entries().iter().any(|entry| entry.keys.contains(&name));
        is_state || is_errno || is_key || words.contains(name) || ["n", "one"].contains(&name)
    };
    let mut keys = BTreeSet::new();
    for entry in entries() {
        let bases = entry.keys.iter().map(|key| {
            let key = key.trim_end_matches(SIGNS);
            let suffixes = ["-title", "-details", "-why"];
            suffixes.iter().find_map(|suffix| key.strip_suffix(suffix)).unwrap_or(key)
        });
        keys.extend(bases.clone());
        if bases.clone().any(|base| VERBS.iter().any(|(verb, ..)| *verb == base)) {
            continue;
        }
        let needs = entry.needs.iter().flat_map(|need| need.split('/'));
        let names = needs.chain(holes(entry.text)).chain(bases.clone());
        let unknown: Vec<&str> = names.filter(|name| !is_word(name)).collect();
        assert!(unknown.is_empty(), "{:?}: {unknown:?}", entry.keys);
        // Some texts are parts of others.
        let is_part =
            |base| entries().iter().any(|entry| entry.text.contains(&format!("{{{base}}}")));
        assert!(
            bases.clone().all(|base| words.contains(base) || is_part(base)),
            "{:?}",
            entry.keys
        );
    }
    let is_key_like = |word: &&&str| {
        word.contains('-')
            && word.split('-').all(|part| part.starts_with(|c: char| c.is_ascii_lowercase()))
            && word.chars().all(|c| c == '-' || c.is_ascii_alphanumeric())
    };
    let unknown: Vec<_> =
        words.iter().filter(is_key_like).filter(|word| !keys.contains(*word)).collect();
    assert_eq!(unknown, [&"ctrl-c"], "no such text");
}

fn sources(folder: &Path) -> Vec<String> {
    let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    files
        .flat_map(|path| {
            let text = || vec![std::fs::read_to_string(&path).unwrap()];
            if path.is_dir() { sources(&path) } else { text() }
        })
        .collect()
}
