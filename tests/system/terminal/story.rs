//! l, c, c, d: the whole story, in every theme and at every size.

use crate::support::netns;
use crate::support::pty::Terminal;
use crate::terminal::{LIMIT, listen, look, press_for_rows, quit, sized, wait_rows};

/// Plays the story up to one connection and one row in TIME_WAIT.
fn play(terminal: &Terminal) {
    listen(terminal);
    press_for_rows(terminal, "c", "ESTABLISHED", 2);
    press_for_rows(terminal, "c", "ESTABLISHED", 4);
    terminal.press("d");
    shows(terminal);
}

fn shows(terminal: &Terminal) {
    wait_rows(terminal, "TIME_WAIT", 1);
    wait_rows(terminal, "ESTABLISHED", 2);
    wait_rows(terminal, "LISTEN", 1);
}

fn in_every_theme(cols: u16, rows: u16) {
    let terminal = sized(&["--theme", "dark"], cols, rows);
    play(&terminal);
    let mut looks = vec![look(&terminal.styled(), "ESTABLISHED").unwrap()];
    for _ in 1..4 {
        terminal.press("T");
        terminal.wait_until("another theme", LIMIT, |screen| {
            look(screen, "ESTABLISHED").is_some_and(|now| !looks.contains(&now))
        });
        shows(&terminal);
        looks.push(look(&terminal.styled(), "ESTABLISHED").unwrap());
    }
    assert!(looks.iter().any(|look| look.ink == vt100::Color::Default), "none is mono: {looks:?}");
    quit(terminal);
}

#[test]
fn the_story_is_told_in_every_theme_at_each_size() {
    netns::alone_if_possible(|| {
        std::thread::scope(|scope| {
            for (cols, rows) in [(120, 36), (80, 24), (60, 18)] {
                scope.spawn(move || in_every_theme(cols, rows));
            }
        });
    });
}

#[test]
fn a_theme_can_be_chosen_at_the_start() {
    let mut looks = Vec::new();
    for theme in ["dark", "light", "high-contrast", "mono"] {
        let terminal = sized(&["--theme", theme], 80, 24);
        let key = look(&terminal.styled(), "l listen  L").unwrap();
        assert!(!looks.contains(&key) && key.bold, "{theme}: {key:?} after {looks:?}");
        looks.push(key);
    }
    assert_eq!(looks[3].ink, vt100::Color::Default);
}

#[test]
fn the_story_is_told_in_ascii() {
    netns::alone_if_possible(|| {
        let terminal = sized(&["--ascii"], 80, 24);
        play(&terminal);
        terminal.press_until("?", "All keys");
        terminal.press("Esc");
        terminal.press_until("C", "Enter apply");
        terminal.press("Esc");
        shows(&terminal);
        let raw = terminal.bytes_since(0);
        let foreign = raw.iter().position(|byte| !byte.is_ascii());
        assert_eq!(foreign, None, "a byte beyond ASCII");
        quit(terminal);
    });
}
