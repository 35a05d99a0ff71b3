//! The manual page: one page, with all that the command line takes.

use clap::CommandFactory;
use fivetuple::cli::Cli;

use crate::ran::fivetuple;
use crate::support::skipped_none;

fn page() -> String {
    fivetuple(&["man"]).ends(0, &[".TH fivetuple 1"]).out
}

/// The page as somebody reads it, at 80 columns.
fn read() -> Option<String> {
    let mut groff = assert_cmd::Command::new("groff");
    groff.args(["-man", "-Tascii", "-P-cbou", "-rLL=80n", "-ww"]).write_stdin(page());
    let Ok(output) = groff.output() else { return skipped_none("no groff here") };
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}

#[test]
fn every_option_of_every_subcommand_stands_in_its_part_of_the_one_page() {
    let page = page();
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
    let is_shown = |sub: &&clap::Command| !sub.is_hide_set() && sub.get_name() != "help";
    for sub in command.get_subcommands().filter(is_shown) {
        seen += 1;
        let begin = format!(".SS \"fivetuple {}\"", sub.get_name());
        let (_, part) = page.split_once(&begin).expect(&begin);
        let part = part.split("\n.S").next().unwrap_or(part);
        for long in known(sub) {
            assert!(part.contains(&format!(r"\-\-{long}")), "{long}: {part}");
        }
    }
    assert_eq!(seen, 8, "listen, connect, table, lab, lesson, exercise, completions, man");
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
