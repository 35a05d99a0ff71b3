//! The film of the README: its script is read, played against the built program, and painted.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::support::paint::{Painter, Palette};
use super::support::player::{Played, Player};
use super::support::tape::{Command, Tape, parse};
use super::support::{gif, netns, skipped};

/// What must be on the screen at each `Wait` of the film, besides what it waits for; from the first beat on.
const BEATS: [&[&str]; 7] = [
    &["Press l to listen", "netstat"],
    &["LISTEN"],
    &["LISTEN", "ESTABLISHED", "laptop"],
    &["LISTEN", "ESTABLISHED", "phone"],
    &["LISTEN", "ESTABLISHED", "phone"],
    &["LISTEN", "TIME_WAIT", "ESTABLISHED", "phone"],
    &[],
];

/// Black letters on white, for pages in a light theme.
const LIGHT: &str = r##"{ "background": "#ffffff", "foreground": "#1f2328", "black": "#24292f", "red": "#cf222e",
    "green": "#116329", "yellow": "#7d4e00", "blue": "#0969da", "magenta": "#8250df", "cyan": "#1b7c83", "white": "#6e7781",
    "brightBlack": "#57606a", "brightRed": "#a40e26", "brightGreen": "#1a7f37", "brightYellow": "#633c01",
    "brightBlue": "#218bff", "brightMagenta": "#a475f9", "brightCyan": "#3192aa", "brightWhite": "#8c959f" }"##;

/// The longest film that somebody watches to its end.
const PATIENCE: Duration = Duration::from_secs(30);

/// The largest GIF that a page may load.
const MOST_BYTES: u64 = 1_000_000;

fn at_home(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn tape() -> Tape {
    let text = std::fs::read_to_string(at_home("demo.tape")).expect("demo.tape");
    parse(&text).unwrap_or_else(|e| panic!("demo.tape, {e}"))
}

/// Plays the film and looks at each of its beats.
fn play(player: Player<'_>) -> Played {
    let mut beats = BEATS.iter();
    let finished = player.play(|_, step, terminal| {
        if !matches!(step.command, Command::Wait { .. }) {
            return;
        }
        let wanted = beats
            .next()
            .expect("a row in BEATS for each Wait of demo.tape");
        let screen = terminal.screen();
        for text in *wanted {
            if !screen.contains(text) {
                terminal.fail(&format!("line {} of demo.tape: no {text:?}", step.line));
            }
        }
    });
    assert_eq!(
        beats.len(),
        0,
        "BEATS has more rows than demo.tape has Waits"
    );
    finished.terminal.assert_screen_restored();
    finished
}

#[test]
fn the_tape_parses() {
    let tape = tape();
    assert_eq!(tape.outputs, ["assets/demo.gif"]);
    assert!(tape.requires.contains(&"fivetuple".to_owned()));
    Palette::from_theme(tape.settings.theme.as_deref().unwrap()).unwrap();
    let sleeps = tape.steps.iter().filter_map(|step| {
        if let Command::Sleep(time) = step.command {
            Some(time)
        } else {
            None
        }
    });
    let length: Duration = sleeps.sum();
    assert!(length < PATIENCE, "the film dwells for {length:?}");
}

#[test]
fn the_tape_replays_and_each_beat_shows() {
    netns::alone_if_possible(|| {
        play(Player::of(&tape()).at_speed(8.0));
    });
}

#[test]
fn the_tape_replays_on_a_smaller_and_on_a_larger_screen() {
    netns::alone(|| {
        for factor in [0.8, 1.2] {
            play(Player::of(&tape()).at_speed(8.0).scaled(factor));
        }
    });
}

#[test]
#[ignore = "renders the pictures of the README"]
fn render() {
    netns::alone_if_possible(|| {
        let tape = tape();
        let dark = Palette::from_theme(tape.settings.theme.as_deref().unwrap()).unwrap();
        let light = Palette::from_theme(LIGHT).unwrap();
        let film = match Painter::new(&tape.settings, dark.clone(), 1) {
            Ok(painter) => painter,
            Err(why) => return skipped(&why),
        };
        let played = play(Player::of(&tape));
        write_film(&tape, &played, film);
        write_stills(&tape, &played, dark, "");
        let played = play(Player::of(&tape).with_env("FIVETUPLE_THEME", "light"));
        write_stills(&tape, &played, light, "-light");
    });
}

fn write_film(tape: &Tape, played: &Played, mut painter: Painter) {
    let (shots, length) = played.footage.shots(tape.settings.framerate);
    assert!(length < PATIENCE, "the film lasts {length:?}");
    for output in &tape.outputs {
        let path = at_home(output);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        let file = std::io::BufWriter::new(std::fs::File::create(&path).unwrap());
        gif::write(file, &mut painter, &shots, length).unwrap();
        let bytes = path.metadata().unwrap().len();
        assert!(bytes < MOST_BYTES, "{output} has {bytes} bytes");
    }
}

fn write_stills(tape: &Tape, played: &Played, palette: Palette, suffix: &str) {
    let mut painter = Painter::new(&tape.settings, palette, 2).unwrap();
    for (name, screen) in played.footage.stills() {
        let name = format!("{}{suffix}.png", name.trim_end_matches(".png"));
        painter.picture(&screen).write_png(&at_home(&name)).unwrap();
    }
}
