//! The manual page: one for the program and its subcommands, all of it from the command line's own types.
//!
//! clap_mangen's `generate_to` would write a page for each subcommand into a directory, and the examples and exit codes as one paragraph
//! under EXTRA; one page on standard output is easier to read and to install.

use std::io;

use clap::{Command, CommandFactory};
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};

use crate::cli::Cli;

pub(crate) fn write(out: &mut dyn io::Write) -> io::Result<()> {
    let mut command = Cli::command().disable_help_subcommand(true);
    command.build();
    let man = Man::new(command.clone());
    man.render_title(out)?;
    man.render_name_section(out)?;
    man.render_synopsis_section(out)?;
    man.render_description_section(out)?;
    man.render_options_section(out)?;
    heading(out, "SH", "SUBCOMMANDS")?;
    for sub in command.get_subcommands().filter(|sub| !sub.is_hide_set()) {
        subcommand(out, sub)?;
    }
    let after = command.get_after_long_help().map(ToString::to_string);
    for part in after.unwrap_or_default().split("\n\n") {
        two_columns(out, part)?;
    }
    man.render_version_section(out)
}

fn heading(out: &mut dyn io::Write, kind: &str, words: &str) -> io::Result<()> {
    let mut roff = Roff::default();
    roff.control(kind, [words]);
    roff.to_writer(out)
}

/// A subcommand has no page of its own: its sections stand under its name, without their headings.
fn subcommand(out: &mut dyn io::Write, sub: &Command) -> io::Result<()> {
    heading(out, "SS", sub.get_bin_name().unwrap_or(sub.get_name()))?;
    let man = Man::new(sub.clone());
    let mut text = Vec::new();
    man.render_synopsis_section(&mut text)?;
    man.render_description_section(&mut text)?;
    man.render_options_section(&mut text)?;
    for line in String::from_utf8_lossy(&text).lines() {
        let line = if line.starts_with(".SH ") { ".PP" } else { line };
        writeln!(out, "{line}")?;
    }
    Ok(())
}

/// What follows the options in the help: a heading, then lines of two columns, the second of which may go on in lines of its own.
fn two_columns(out: &mut dyn io::Write, part: &str) -> io::Result<()> {
    let mut roff = Roff::default();
    let mut lines = part.lines().peekable();
    let title = lines.next().unwrap_or_default().trim_end_matches(':');
    roff.control("SH", [title.to_uppercase().as_str()]);
    while let Some(line) = lines.next() {
        let line = line.strip_prefix("  ").unwrap_or(line);
        let goes_on = lines.peek().is_some_and(|next| next.starts_with("    "));
        match line.split_once("  ") {
            Some(("", more)) => roff.text([roman(more.trim())]),
            Some((typed, words)) => {
                roff.control("TP", []);
                roff.text([bold(typed)]).text([roman(words.trim())])
            }
            None if goes_on => {
                roff.control("TP", []);
                roff.text([bold(line)])
            }
            None => {
                roff.control("PP", []);
                roff.text([roman(line)])
            }
        };
    }
    roff.to_writer(out)
}
