//! Reads the source: its files, without comments and strings.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use regex::Regex;

/// A source file without its comments, strings and tests.
pub(crate) struct Source {
    /// The path from the top of the repository.
    pub(crate) path: PathBuf,
    /// The names of the modules that lead to it: `["app", "table", "row"]`.
    pub(crate) module: Vec<String>,
    pub(crate) code: String,
}

impl Source {
    fn read(root: &Path, path: &Path) -> Source {
        let text = std::fs::read_to_string(path).unwrap();
        let within = path.strip_prefix(root).unwrap();
        let names = within.with_extension("");
        let mut module: Vec<String> =
            names.iter().map(|name| name.to_str().unwrap().to_owned()).collect();
        module.pop_if(|name| name == "mod");
        Source {
            module,
            code: without_tests(&without_words(&text)),
            path: Path::new("src").join(within),
        }
    }

    /// The top-level module that it belongs to.
    pub(crate) fn layer(&self) -> &str {
        &self.module[0]
    }

    pub(crate) fn is_in(&self, layer: &str, folder: &str) -> bool {
        self.layer() == layer && self.module.get(1).is_some_and(|name| name == folder)
    }

    /// `src/app/update.rs:12: what is wrong`, for each match of `pattern`.
    pub(crate) fn all(&self, pattern: &Regex, why: &str) -> Vec<String> {
        let fault = |hit: regex::Match<'_>| {
            let line = 1 + self.code[..hit.start()].matches('\n').count();
            format!("{}:{line}: {} {why}", self.path.display(), hit.as_str().trim())
        };
        pattern.find_iter(&self.code).map(fault).collect()
    }
}

/// Every file below `src` except `lib.rs`, which only lists the modules.
pub(crate) static SOURCES: LazyLock<Vec<Source>> = LazyLock::new(|| {
    let root = root().join("src");
    let mut paths = files(&root, "rs");
    paths.retain(|path| *path != root.join("lib.rs"));
    assert!(paths.len() > 50, "the sources are somewhere else");
    paths.iter().map(|path| Source::read(&root, path)).collect()
});

/// The top of the repository.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every file below `folder` whose name ends so, in order.
pub(crate) fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut folders = vec![folder.to_owned()];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == extension) {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

pub(crate) fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).unwrap()
}

/// Comments, strings and characters.
pub(crate) static WORDS: LazyLock<Regex> = LazyLock::new(|| {
    regex(r##"(?s)//[^\n]*|/\*.*?\*/|r#".*?"#|r"[^"]*"|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\\n])'"##)
});

/// The code with comments and strings blanked out; each line stays where it is.
pub(crate) fn without_words(text: &str) -> String {
    let blank = |found: &regex::Captures<'_>| "\n".repeat(found[0].matches('\n').count());
    WORDS.replace_all(text, blank).into_owned()
}

/// The code without a module of tests at its end.
pub(crate) fn without_tests(code: &str) -> String {
    static TESTS: LazyLock<Regex> =
        LazyLock::new(|| regex(r"#\[cfg\(test\)\]\s*(#\[[^\]]*\]\s*)*mod \w+ \{"));
    let end = TESTS.find(code).map_or(code.len(), |found| found.start());
    code[..end].to_owned()
}

/// The paths of a `use` tree, the braces spread out, each with the name that it brings into scope.
pub(crate) fn leaves(tree: &str) -> Vec<(Vec<String>, String)> {
    let mut found = Vec::new();
    spread(&[], tree.trim(), &mut found);
    found
}

fn spread(prefix: &[String], tree: &str, found: &mut Vec<(Vec<String>, String)>) {
    let names = |path: &str| -> Vec<String> {
        let names = path.split("::").map(str::trim).filter(|name| !name.is_empty());
        prefix.iter().cloned().chain(names.map(str::to_owned)).collect()
    };
    if let Some((before, group)) = tree.split_once('{') {
        let before = names(before);
        for member in members(group) {
            spread(&before, member, found);
        }
        return;
    }
    let (path, alias) =
        tree.split_once(" as ").map_or((tree, None), |(path, name)| (path, Some(name)));
    let mut path = names(path);
    path.pop_if(|name| name == "self");
    if let Some(last) = path.last().cloned() {
        found.push((path, alias.map_or(last, |name| name.trim().to_owned())));
    }
}

/// The members of a group in braces, which has been opened already.
fn members(group: &str) -> Vec<&str> {
    let (mut depth, mut start, mut members) = (0, 0, Vec::new());
    for (n, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            '}' | ',' => {
                if depth == 0 {
                    members.push(group[start..n].trim());
                    start = n + 1;
                }
                if c == '}' {
                    break;
                }
            }
            _ => (),
        }
    }
    members.retain(|member| !member.is_empty());
    members
}
