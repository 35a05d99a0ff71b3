//! The rules of the house, read off the source: who may know whom, what stays pure, how long a file may be.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use regex::Regex;

/// The layers and what each may use besides itself. `src/lib.rs` explains them.
const MAY_USE: [(&str, &[&str]); 11] = [
    ("tcp", &[]),
    ("lesson", &["tcp"]),
    ("kernel", &["tcp"]),
    ("net", &["tcp"]),
    ("lab", &["tcp"]),
    ("cast", &["tcp"]),
    ("app", &["tcp", "lesson"]),
    ("view", &["tcp", "lesson", "app", "cli::ThemeName"]),
    ("cli", &["tcp"]),
    ("run", &["tcp", "lesson", "kernel", "net", "lab", "cast", "app", "view", "cli"]),
    ("main", &["cli", "run"]),
];

/// Neither input, output, tasks nor clocks: what these do depends on their arguments alone.
const PURE: [&str; 4] = ["tcp", "lesson", "app", "view"];

/// What a pure module does not touch.
const IMPURE: &str = r"(?x)
    \b std::(fs|env|process|thread|os) \b
  | \b std::net::\{? [^;]* \b (Tcp|Udp|ToSocketAddrs)
  | \b std::io::\{? [^;]* \b (stdin|stdout|stderr) \b
  | \b (Instant|SystemTime) \b
  | \b (tokio|libc|rustix|socket2|procfs|crossterm) ::
  | ::now\(";

/// Colours and cells begin with the view.
const PAINT: &str = r"\bratatui\b|\bColor\b";

/// What ends the program where news would do.
const HASTY: &str = r"\.unwrap\(\)|\.expect\(|\b(panic|todo|unimplemented)!";

/// The most lines that a file may have.
const LONGEST: usize = 300;

/// A source file without its comments and strings.
struct Source {
    path: PathBuf,
    module: String,
    code: String,
}

impl Source {
    fn read(root: &Path, path: &Path) -> Source {
        let text = std::fs::read_to_string(path).unwrap();
        let within = path.strip_prefix(root).unwrap();
        let first = within.components().next().unwrap().as_os_str();
        let module = first.to_str().unwrap().trim_end_matches(".rs").to_owned();
        Source {
            module,
            code: without_tests(&without_words(&text)),
            path: Path::new("src").join(within),
        }
    }

    /// `src/app/update.rs:12: what is wrong`.
    fn blame(&self, at: usize, what: &str) -> String {
        let line = 1 + self.code[..at].matches('\n').count();
        format!("{}:{line}: {what}", self.path.display())
    }

    /// Everything that matches `pattern`, as blame.
    fn all(&self, pattern: &Regex, why: &str) -> Vec<String> {
        let found = pattern.find_iter(&self.code);
        found
            .map(|hit| self.blame(hit.start(), &format!("{} {why}", hit.as_str().trim())))
            .collect()
    }
}

/// Every file below `src`, but `lib.rs`, which only lists the modules.
static SOURCES: LazyLock<Vec<Source>> = LazyLock::new(sources);

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut paths = files(&root);
    paths.retain(|path| *path != root.join("lib.rs"));
    assert!(paths.len() > 50, "the sources are somewhere else");
    paths.iter().map(|path| Source::read(&root, path)).collect()
}

/// Every file of Rust below `root`, in order.
fn files(root: &Path) -> Vec<PathBuf> {
    let mut folders = vec![root.to_owned()];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "rs") {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).unwrap()
}

/// The code with comments and strings blanked out; each line stays where it is.
fn without_words(text: &str) -> String {
    static WORDS: LazyLock<Regex> = LazyLock::new(|| {
        regex(r##"(?s)//[^\n]*|/\*.*?\*/|r#".*?"#|r"[^"]*"|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\\n])'"##)
    });
    let blank = |found: &regex::Captures<'_>| -> String {
        let lines = found[0].matches('\n').count();
        "\n".repeat(lines)
    };
    WORDS.replace_all(text, blank).into_owned()
}

/// The code without a module of tests at its end.
fn without_tests(code: &str) -> String {
    static TESTS: LazyLock<Regex> =
        LazyLock::new(|| regex(r"#\[cfg\(test\)\]\s*(#\[[^\]]*\]\s*)*mod \w+ \{"));
    let end = TESTS.find(code).map_or(code.len(), |found| found.start());
    code[..end].to_owned()
}

/// The paths behind each `crate::` and `fivetuple::`, the braces spread out, with their places.
fn uses(code: &str) -> Vec<(usize, String)> {
    static START: LazyLock<Regex> = LazyLock::new(|| regex(r"\b(?:crate|fivetuple)::"));
    let mut uses = Vec::new();
    for found in START.find_iter(code) {
        let rest = &code[found.end()..];
        if let Some(group) = rest.strip_prefix('{') {
            uses.extend(members(group).into_iter().map(|path| (found.start(), path.to_owned())));
        } else {
            uses.push((found.start(), path_of(rest).to_owned()));
        }
    }
    uses
}

/// `a::b` out of `a::b(c)`.
fn path_of(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_' && c != ':');
    &text[..end.unwrap_or(text.len())]
}

/// The members of a group in braces, which has been opened already.
fn members(group: &str) -> Vec<&str> {
    let (mut depth, mut start, mut members) = (0, 0, Vec::new());
    for (n, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            '}' | ',' if depth == 0 => {
                members.push(path_of(group[start..n].trim()));
                start = n + 1;
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

fn check(faults: &[String]) {
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn every_module_uses_lower_layers_only() {
    let may_use: BTreeMap<_, _> = MAY_USE.into_iter().collect();
    let mut faults = Vec::new();
    for source in SOURCES.iter() {
        let Some(allowed) = may_use.get(source.module.as_str()) else {
            faults.push(source.blame(0, "which layer is this module in? Name it in MAY_USE"));
            continue;
        };
        for (at, path) in uses(&source.code) {
            let module = path.split("::").next().unwrap_or_default();
            let fine = module == source.module
                || allowed.iter().any(|allowed| *allowed == module || *allowed == path);
            if !fine {
                let rule = format!("{} does not use {path}", source.module);
                faults.push(source.blame(at, &rule));
            }
        }
    }
    check(&faults);
}

#[test]
fn pure_modules_do_no_input_no_output_and_read_no_clock() {
    let (impure, paint) = (regex(IMPURE), regex(PAINT));
    let mut faults = Vec::new();
    for source in SOURCES.iter() {
        if PURE.contains(&source.module.as_str()) {
            faults.extend(source.all(&impure, "in a pure module"));
        }
        if source.module != "view" && source.module != "run" {
            faults.extend(source.all(&paint, "below the view"));
        }
    }
    check(&faults);
}

#[test]
fn nothing_ends_the_program_in_haste() {
    let hasty = regex(HASTY);
    let faults = SOURCES
        .iter()
        .flat_map(|source| source.all(&hasty, "ends the program; bad news is news"))
        .collect::<Vec<_>>();
    check(&faults);
}

#[test]
fn no_file_is_longer_than_a_reader_s_patience() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut faults = Vec::new();
    for path in ["src", "tests"].iter().flat_map(|folder| files(&root.join(folder))) {
        let lines = std::fs::read_to_string(&path).unwrap().lines().count();
        if lines > LONGEST {
            let path = path.strip_prefix(root).unwrap().display();
            faults.push(format!("{path}: {lines} lines, {LONGEST} at most"));
        }
    }
    check(&faults);
}

#[test]
fn braces_comments_and_strings_are_understood() {
    let code = "use crate::{app::{State, update}, tcp::Port}; // crate::view\nlet a = \"crate::net\"; crate::run::go();";
    let paths: Vec<_> = uses(&without_words(code)).into_iter().map(|(_, path)| path).collect();
    assert_eq!(paths, ["app::", "tcp::Port", "run::go"]);
    let tests = "fn a() {}\n#[cfg(test)]\n#[allow(x)]\nmod tests { fn b() { x.unwrap() } }";
    assert!(!without_tests(tests).contains("unwrap"));
    let clock = regex(IMPURE);
    for text in ["Instant::now()", "use std::net::{IpAddr, TcpStream};", "tokio::spawn"] {
        assert!(clock.is_match(text), "{text}");
    }
    for text in ["use std::net::{IpAddr, Ipv4Addr};", "std::io::Error", "use std::time::Duration;"]
    {
        assert!(!clock.is_match(text), "{text}");
    }
}
