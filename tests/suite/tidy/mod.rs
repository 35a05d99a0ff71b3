//! The rules of the house, read off the source: who may know whom, what stays pure, how long a file may be.

mod imports;
pub(crate) mod source;
mod words;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::Regex;

use self::imports::IMPORTS;
use self::source::{SOURCES, Source, files, leaves, regex, root, without_tests, without_words};

/// The layers and what each may use besides itself. `src/lib.rs` explains them.
const MAY_USE: [(&str, &[&str]); 9] = [
    ("tcp", &[]),
    ("kernel", &["tcp"]),
    ("net", &["tcp"]),
    ("lab", &["tcp"]),
    ("app", &["tcp"]),
    ("view", &["tcp", "app", "cli::ThemeName"]),
    ("cli", &["tcp"]),
    ("run", &["tcp", "kernel", "net", "lab", "app", "view", "cli"]),
    ("main", &["cli", "run"]),
];

/// What a module does not touch that depends on its arguments alone: input, output, tasks and clocks.
const IMPURE: &str = r"(?x)
    \b std::(fs|env|process|thread|os) \b
  | \b std::net::\{? [^;]* \b (Tcp|Udp|ToSocketAddrs)
  | \b std::io::\{? [^;]* \b (stdin|stdout|stderr) \b
  | \b (Instant|SystemTime) \b
  | \b (tokio|libc|rustix|socket2|procfs|crossterm) ::
  | ::now\(";

/// What stays out of some modules, out of which, and why.
type Law = (&'static str, fn(&Source) -> bool, &'static str);

const FORBIDDEN: [Law; 4] = [
    (IMPURE, |source| ["tcp", "app", "view"].contains(&source.layer()), "in a pure module"),
    (
        r"\bratatui\b|\bColor\b",
        |source| !["view", "run"].contains(&source.layer()),
        "below the view",
    ),
    (r"\bColor\b", |source| !source.is_in("view", "style"), "outside view/style: ask for a role"),
    (
        r"\.unwrap\(\)|\.expect\(|\b(panic|todo|unimplemented)!",
        |_| true,
        "ends the program; bad news is news",
    ),
];

/// The most lines that a file may have.
const LONGEST: usize = 300;

/// The most files that a folder may have.
const MOST_FILES: usize = 20;

/// The folders of `app`; each uses those before it.
const APP: [&str; 18] = [
    "format",
    "keys",
    "effect",
    "table",
    "model",
    "event",
    "ui",
    "state",
    "query",
    "history",
    "explain",
    "actions",
    "lesson",
    "dispatch",
    "events",
    "input",
    "typed_ahead",
    "update",
];

/// The folders of `view`; each uses those before it.
const VIEW: [&str; 15] = [
    "rect", "style", "text", "scroll", "scene", "painter", "past", "table", "lab", "pane",
    "lesson", "main", "overlay", "layout", "hit",
];

fn check(faults: &[String]) {
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn every_module_uses_lower_layers_only() {
    let may_use: BTreeMap<_, _> = MAY_USE.into_iter().collect();
    let mut faults: Vec<String> = SOURCES.iter().flat_map(wrong_layers).collect();
    for (from, to, name) in IMPORTS.named() {
        let Some(allowed) = may_use.get(from[0].as_str()) else { continue };
        let names = [to[0].clone(), format!("{}::{name}", to[0])];
        let is_allowed = names.iter().any(|name| allowed.contains(&name.as_str()));
        if from[0] != to[0] && !is_allowed {
            faults.push(format!("{} uses {name} of {}", from.join("::"), to.join("::")));
        }
    }
    check(&faults);
}

/// The layers that a source names, but may not use: as it is written, wherever that leads.
fn wrong_layers(source: &Source) -> Vec<String> {
    static NAMED: LazyLock<Regex> =
        LazyLock::new(|| regex(r"\b(?:crate|fivetuple)::((\w*)(?:::\w+)?)"));
    let path = source.path.display();
    let Some((layer, allowed)) = MAY_USE.iter().find(|(layer, _)| *layer == source.layer()) else {
        return vec![format!("{path}: which layer is this in? Name it in MAY_USE")];
    };
    let named = NAMED.captures_iter(&source.code).filter(|found| {
        &found[2] != *layer && !allowed.contains(&&found[2]) && !allowed.contains(&&found[1])
    });
    named.map(|found| format!("{path} names {}", &found[0])).collect()
}

#[test]
fn a_name_of_a_layer_that_is_not_below_is_found_where_it_is_written() {
    let faults = |layer: &str, code: &str| {
        let (path, code) = ("planted.rs".into(), code.to_owned());
        wrong_layers(&Source { path, module: vec![layer.to_owned()], code }).join(", ")
    };
    for (layer, code, found) in [
        ("tcp", "use crate::tcp::Port;", ""),
        ("tcp", "x!(crate::app::State)", "planted.rs names crate::app::State"),
        ("view", "use crate::cli::ThemeName;", ""),
        ("view", "use crate::cli::Cli;", "planted.rs names crate::cli::Cli"),
        ("app", "use crate::{tcp::Port, net::Engine};", "planted.rs names crate::"),
        ("main", "use fivetuple::net;", "planted.rs names fivetuple::net"),
        ("new", "", "planted.rs: which layer is this in? Name it in MAY_USE"),
    ] {
        assert_eq!(faults(layer, code), found, "{code}");
    }
}

/// Imports that go from an earlier folder of `layer` to a later one.
fn upward(layer: &str, order: &[&str]) -> Vec<String> {
    let place = |module: &[String]| {
        let folder = module.get(1).filter(|_| module[0] == layer)?;
        let place = order.iter().position(|known| known == folder);
        Some(place.unwrap_or_else(|| panic!("{layer}::{folder} has no place in the order")))
    };
    let mut faults = Vec::new();
    for (from, arrows) in &IMPORTS.arrows {
        for (to, names) in arrows {
            let places = place(from).zip(place(to));
            if places.is_some_and(|(from, to)| to > from) {
                faults.push(format!("{} -> {} {names:?}", from.join("::"), to.join("::")));
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
fn what_is_forbidden_stays_out() {
    let mut faults = Vec::new();
    for (pattern, is_forbidden_in, why) in FORBIDDEN {
        let pattern = regex(pattern);
        let sources = SOURCES.iter().filter(|source| is_forbidden_in(source));
        faults.extend(sources.flat_map(|source| source.all(&pattern, why)));
    }
    check(&faults);
}

#[test]
fn files_and_folders_stay_small() {
    let mut faults = Vec::new();
    let mut folders: BTreeMap<_, usize> = BTreeMap::new();
    let within = |folder: &str, end| files(&root().join(folder), end);
    let code = [within("src", "rs"), within("tests", "rs")];
    let texts = ["scenario", "txt"].map(|end| within("tests", end));
    for path in code.into_iter().chain(texts).flatten() {
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
    let code = without_words(code);
    let tree = code.split("use ").nth(1).and_then(|code| code.split(';').next()).unwrap();
    let paths: Vec<_> = leaves(tree).into_iter().map(|(path, _)| path.join("::")).collect();
    assert_eq!(paths, ["crate::app::State", "crate::app::update", "crate::tcp::Port"]);
    assert!(!code.contains("view") && !code.contains("net") && code.contains("crate::run::go"));
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
