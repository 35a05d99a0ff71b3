//! The README says what is so: its keys are the program's, its files are there, its commands are real.

use std::path::{Path, PathBuf};

use clap::CommandFactory;
use fivetuple::app::{BINDINGS, Binding, Group};
use fivetuple::cli::Cli;
use regex::Regex;

use crate::tidy::source::files;

const BEGIN: &str = "readme::rewrite -- --ignored -->\n";
const END: &str = "<!-- end of keys -->";

fn at_home(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn readme() -> String {
    std::fs::read_to_string(at_home("README.md")).unwrap()
}

fn keys() -> String {
    let mut lines = vec!["\n| key | does |\n|---|---|\n".to_owned()];
    for group in Group::ALL {
        lines.push(format!("| **{}** | |\n", group.title()));
        let listed = |binding: &&Binding| binding.group == group && binding.is_listed();
        for binding in BINDINGS.iter().filter(listed) {
            let keys: Vec<_> = binding.keys.iter().map(|key| format!("`{key}`")).collect();
            lines.push(format!("| {} | {} |\n", keys.join(" "), binding.about));
        }
    }
    lines.push("\n".to_owned());
    lines.concat()
}

/// What stands before, in and after the table of keys.
fn around_keys(text: &str) -> (&str, &str, &str) {
    let begin = text.find(BEGIN).expect("the mark before the keys") + BEGIN.len();
    let end = text.find(END).expect("the mark after the keys");
    (&text[..begin], &text[begin..end], &text[end..])
}

#[test]
fn the_keys_are_the_program_s() {
    let readme = readme();
    let (_, listed, _) = around_keys(&readme);
    let wanted = keys();
    assert!(
        listed == wanted,
        "the README lists other keys; cargo test --test suite {BEGIN}It should be:\n{wanted}"
    );
}

#[test]
#[ignore = "writes the table of keys into README.md"]
fn rewrite() {
    let readme = readme();
    let (before, _, after) = around_keys(&readme);
    std::fs::write(at_home("README.md"), format!("{before}{}{after}", keys())).unwrap();
}

#[test]
fn every_file_it_shows_is_there() {
    if !at_home("assets").exists() {
        return; // A published crate comes without its pictures.
    }
    let links = Regex::new(r#"\]\(([^)#:]+)\)|src(?:set)?="([^":]+)""#).unwrap();
    let readme = readme();
    let files: Vec<_> = links
        .captures_iter(&readme)
        .filter_map(|found| found.get(1).or(found.get(2)))
        .map(|file| file.as_str())
        .collect();
    assert!(files.len() > 10, "{files:?}");
    for file in files {
        assert!(at_home(file).is_file(), "{file} is not there");
    }
}

#[test]
fn every_picture_is_told_in_words() {
    let pictures = Regex::new(r#"!\[([^\]]*)\]|<img [^>]*?alt="([^"]*)""#).unwrap();
    let readme = readme();
    let mut count = 0;
    for found in pictures.captures_iter(&readme) {
        let words = found.get(1).or(found.get(2)).unwrap().as_str();
        assert!(words.len() > 60, "say what is to be seen: {words:?}");
        count += 1;
    }
    let images = readme.matches("<img").count() + readme.matches("![").count();
    assert_eq!(count, images, "a picture without words");
}

#[test]
fn the_messages_that_it_explains_are_the_program_s() {
    let readme = readme();
    let (_, section) = readme.split_once("## When it does not work").unwrap();
    let (section, _) = section.split_once("\n## ").unwrap();
    let program = [files(&at_home("src"), "rs"), files(&at_home("assets/words"), "txt")].concat();
    let program: Vec<String> =
        program.iter().map(|file| std::fs::read_to_string(file).unwrap()).collect();
    let titles = Regex::new(r"\*\*`.+?\*\*").unwrap();
    let quoted = Regex::new(r"`([^`]+)`").unwrap();
    let mut count = 0;
    for title in titles.find_iter(section) {
        for message in quoted.captures_iter(title.as_str()) {
            // Up to the first value in it.
            let begin = message[1].split(['.', '[', '1', '4']).next().unwrap().trim_end();
            let is_said = program.iter().any(|text| text.contains(begin));
            assert!(is_said, "no message begins with {begin:?}");
            count += 1;
        }
    }
    assert!(count >= 7, "{count}");
}

fn options() -> Vec<String> {
    let cli = Cli::command();
    let all = std::iter::once(&cli).chain(cli.get_subcommands());
    all.flat_map(clap::Command::get_arguments)
        .filter_map(|arg| arg.get_long().map(str::to_owned))
        .chain(["help", "version"].map(str::to_owned))
        .collect()
}

#[test]
fn its_commands_are_the_program_s() {
    let readme = readme();
    let cli = Cli::command();
    let commands = Regex::new(r"(?:\$ |`)fivetuple ([a-z]+)").unwrap();
    for found in commands.captures_iter(&readme) {
        let known = cli.find_subcommand(&found[1]).is_some();
        assert!(known, "there is no `fivetuple {}`", &found[1]);
    }
    let known = options();
    // Of cargo, and of docker.
    let others = [
        "security-opt",
        "release",
        "path",
        "no-deps",
        "open",
        "test",
        "ignored",
        "test-threads",
        "bench",
    ];
    let long = Regex::new(r"(?m)[ `(]--([a-z][a-z-]+)").unwrap();
    for found in long.captures_iter(&readme) {
        let name = &found[1];
        let real = known.iter().any(|option| option == name) || others.contains(&name);
        assert!(real, "there is no --{name}");
    }
    for command in ["cargo run --release", "cargo install --path .", "cargo test"] {
        assert!(readme.contains(&format!("```sh\n{command}\n```")), "{command}");
    }
}
