//! The manual page: one page, with all that the command line takes.

use std::process::{Command, Stdio};

use clap::CommandFactory;
use fivetuple::cli::Cli;

use crate::support::skipped_none;

fn page() -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_fivetuple")).arg("man").output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    String::from_utf8(output.stdout).unwrap()
}

/// The page as somebody reads it, at 80 columns.
fn read() -> Option<String> {
    let groff = Command::new("groff")
        .args(["-man", "-Tascii", "-P-cbou", "-rLL=80n", "-ww"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let Ok(mut groff) = groff else {
        return skipped_none("no groff here");
    };
    let mut stdin = groff.stdin.take().unwrap();
    std::io::Write::write_all(&mut stdin, page().as_bytes()).unwrap();
    drop(stdin);
    let output = groff.wait_with_output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}

#[test]
fn every_option_of_every_subcommand_stands_in_its_part_of_the_one_page() {
    let page = page();
    assert!(page.contains(".TH fivetuple 1"), "{page}");
    let mut command = Cli::command();
    command.build();
    let known = |command: &clap::Command| -> Vec<String> {
        let shown = command.get_arguments().filter(|arg| !arg.is_hide_set());
        let longs = shown.filter_map(clap::Arg::get_long);
        longs.map(|long| long.replace('-', r"\-")).collect()
    };
    let (first, _) = page.split_once(".SH SUBCOMMANDS").expect("subcommands");
    for long in known(&command) {
        assert!(first.contains(&format!(r"\-\-{long}")), "{long}: {first}");
    }
    let mut seen = 0;
    for sub in command.get_subcommands().filter(|sub| !sub.is_hide_set()) {
        if sub.get_name() == "help" {
            continue;
        }
        seen += 1;
        let begin = format!(".SS \"fivetuple {}\"", sub.get_name());
        let (_, part) = page.split_once(&begin).expect(&begin);
        let part = part.split("\n.SH ").next().unwrap_or(part);
        let part = part.split("\n.SS ").next().unwrap_or(part);
        for long in known(sub) {
            assert!(part.contains(&format!(r"\-\-{long}")), "{long}: {part}");
        }
    }
    assert_eq!(seen, 4, "listen, connect, table, lab");
    assert!(!page.contains("(1)"), "a page that does not exist: {page}");
}

#[test]
fn the_examples_and_exit_codes_stand_line_by_line_as_one_types_them() {
    let Some(text) = read() else { return };
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let at = |wanted: &str| {
        let place = lines.iter().position(|line| *line == wanted);
        place.unwrap_or_else(|| panic!("no line {wanted:?} in\n{text}"))
    };
    let examples = at("EXAMPLES");
    let help = Cli::command().get_after_long_help().unwrap().to_string();
    let commands = help.lines().filter(|line| line.starts_with("  fivetuple "));
    let mut count = 0;
    for line in commands.take_while(|line| !line.contains("ends with the exit code")) {
        let typed = line.trim().split("  ").next().unwrap();
        assert!(at(typed) > examples || typed == "fivetuple", "{typed}");
        count += 1;
    }
    assert!(count >= 9, "{help}");
    assert!(at("EXIT CODES") > examples);
    let long = lines.iter().find(|line| line.len() > 80);
    assert_eq!(long, None);
}
