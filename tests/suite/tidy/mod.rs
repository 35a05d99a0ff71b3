//! The rules of the house, read off the source: who may know whom, what stays pure, how long a file may be.

mod imports;
pub(crate) mod source;
mod words;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::Regex;

use self::imports::IMPORTS;
use self::source::{SOURCES, files, leaves, regex, root, without_tests, without_words};

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

/// The most files that a folder may have.
const MOST_FILES: usize = 20;

/// The folders of `app`; each uses those before it.
const APP: [&str; 15] = [
    "format", "keys", "effect", "event", "table", "model", "ui", "state", "query", "history",
    "explain", "actions", "events", "input", "update",
];

/// The folders of `view`; each uses those before it.
const VIEW: [&str; 14] = [
    "rect", "style", "text", "scroll", "scene", "painter", "past", "table", "lab", "pane", "main",
    "overlay", "layout", "hit",
];

/// The paths behind each `crate::` and `fivetuple::`, the braces spread out, with their places.
fn uses(code: &str) -> Vec<(usize, String)> {
    static START: LazyLock<Regex> = LazyLock::new(|| {
        regex(
            r"\b(?:crate|fivetuple)::((?:\w+::)*(?:\w+|\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*\}))",
        )
    });
    let found = START.captures_iter(code);
    found
        .flat_map(|path| {
            let at = path.get(0).map_or(0, |whole| whole.start());
            leaves(&path[1]).into_iter().map(move |(path, _)| (at, path.join("::")))
        })
        .collect()
}

fn check(faults: &[String]) {
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn every_module_uses_lower_layers_only() {
    let may_use: BTreeMap<_, _> = MAY_USE.into_iter().collect();
    let mut faults = Vec::new();
    for source in SOURCES.iter() {
        let Some(allowed) = may_use.get(source.layer()) else {
            faults.push(source.fault(0, "which layer is this module in? Name it in MAY_USE"));
            continue;
        };
        for (at, path) in uses(&source.code) {
            let module = path.split("::").next().unwrap_or_default();
            let fine = module == source.layer()
                || allowed.iter().any(|allowed| *allowed == module || *allowed == path);
            if !fine {
                let rule = format!("{} does not use {path}", source.layer());
                faults.push(source.fault(at, &rule));
            }
        }
    }
    check(&faults);
}

/// Imports that go from an earlier folder of `layer` to a later one.
fn upward(layer: &str, order: &[&str]) -> Vec<String> {
    let place = |module: &[String]| {
        let [first, second, ..] = module else { return None };
        let place = order.iter().position(|folder| folder == second);
        (first == layer)
            .then(|| place.ok_or_else(|| format!("{layer}::{second} has no place in the order")))
    };
    let mut faults = Vec::new();
    for (from, arrows) in &IMPORTS.arrows {
        for (to, names) in arrows {
            match (place(from), place(to)) {
                (Some(Ok(from_place)), Some(Ok(to_place))) if to_place > from_place => {
                    faults.push(format!("{} -> {} {names:?}", from.join("::"), to.join("::")));
                }
                (Some(Err(fault)), _) | (_, Some(Err(fault))) => faults.push(fault),
                _ => (),
            }
        }
    }
    faults
}

#[test]
fn the_folders_of_app_and_view_use_earlier_folders_only() {
    check(&[upward("app", &APP), upward("view", &VIEW)].concat());
}

#[test]
fn no_files_import_each_other_in_a_circle() {
    let circle = |circle| format!("a circle:\n  {}", IMPORTS.among(circle).join("\n  "));
    check(&IMPORTS.circles().iter().map(circle).collect::<Vec<_>>());
}

#[test]
fn one_name_means_one_type() {
    let types = IMPORTS.types();
    let twice = types.iter().filter(|(_, files)| files.len() > 1);
    check(&twice.map(|(name, files)| format!("{name}: {}", files.join(", "))).collect::<Vec<_>>());
}

#[test]
fn pure_modules_do_no_input_no_output_and_read_no_clock() {
    let (impure, paint) = (regex(IMPURE), regex(PAINT));
    let mut faults = Vec::new();
    for source in SOURCES.iter() {
        if PURE.contains(&source.layer()) {
            faults.extend(source.all(&impure, "in a pure module"));
        }
        if source.layer() != "view" && source.layer() != "run" {
            faults.extend(source.all(&paint, "below the view"));
        }
    }
    check(&faults);
}

#[test]
fn colours_have_names_in_one_folder() {
    let colour = regex(r"\bColor\b");
    let others = SOURCES
        .iter()
        .filter(|source| !source.module.starts_with(&["view".into(), "style".into()]));
    let why = "outside view/style: ask the theme for a role";
    check(&others.flat_map(|source| source.all(&colour, why)).collect::<Vec<_>>());
}

#[test]
fn nothing_ends_the_program_in_haste() {
    let hasty = regex(HASTY);
    let why = "ends the program; bad news is news";
    check(&SOURCES.iter().flat_map(|source| source.all(&hasty, why)).collect::<Vec<_>>());
}

#[test]
fn files_and_folders_stay_small() {
    let mut faults = Vec::new();
    let mut folders: BTreeMap<_, usize> = BTreeMap::new();
    for path in ["src", "tests"].iter().flat_map(|folder| files(&root().join(folder), "rs")) {
        let lines = std::fs::read_to_string(&path).unwrap().lines().count();
        let path = path.strip_prefix(root()).unwrap().to_owned();
        if lines > LONGEST {
            faults.push(format!("{}: {lines} lines, {LONGEST} at most", path.display()));
        }
        *folders.entry(path.parent().unwrap().to_owned()).or_default() += 1;
    }
    let full = folders.into_iter().filter(|(_, files)| *files > MOST_FILES);
    faults.extend(
        full.map(|(path, files)| {
            format!("{}: {files} files, {MOST_FILES} at most", path.display())
        }),
    );
    check(&faults);
}

#[test]
fn braces_comments_and_strings_are_understood() {
    let code = "use crate::{app::{State, update}, tcp::Port}; // crate::view\nlet a = \"crate::net\"; crate::run::go();";
    let paths: Vec<_> = uses(&without_words(code)).into_iter().map(|(_, path)| path).collect();
    assert_eq!(paths, ["app::State", "app::update", "tcp::Port", "run::go"]);
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

#[test]
fn names_are_followed_to_the_file_that_defines_them() {
    let arrows = &IMPORTS.arrows[&["app".to_owned(), "update".to_owned()][..]];
    let state: &[String] = &["app".to_owned(), "state".to_owned()];
    assert!(arrows[state].contains("State"), "app re-exports it, state defines it");
}
