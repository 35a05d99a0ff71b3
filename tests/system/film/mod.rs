//! The film and the pictures of the README: their scripts are read, played against the built program, and painted.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::support::paint::{Painter, Palette};
use crate::support::player::{Played, Player};
use crate::support::tape::{Command, Tape, parse};
use crate::support::{gif, netns, skipped};
use crate::terminal::LIMIT;

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

const FILM: &str = "demo.tape";
const PICTURES: &str = "assets/pictures.tape";
const VIEWS: &str = "assets/views.tape";
const LAB: &str = "assets/lab.tape";

fn tape(name: &str) -> Tape {
    let text = std::fs::read_to_string(at_home(name)).unwrap_or_else(|why| panic!("{name}: {why}"));
    parse(&text).unwrap_or_else(|why| panic!("{name}, {why}"))
}

/// Plays a tape: besides what a `Wait` waits for, its comment `# shows: ` lists what stands on the screen then.
fn play(name: &str, player: Player<'_>) -> Played {
    let text = std::fs::read_to_string(at_home(name)).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let finished = player.play(|_, step, terminal| {
        let line = lines[step.line - 1];
        let Some((_, remark)) = line.split_once("  # ") else { return };
        let texts = remark.strip_prefix("shows: ").unwrap_or_else(|| panic!("{name}: {line}"));
        for text in texts.split(", ") {
            let what = format!("{text:?} (line {} of {name})", step.line);
            let has = |screen: &vt100::Screen| screen.contents().contains(text);
            terminal.wait_until(&what, LIMIT, has);
        }
    });
    finished.terminal.assert_screen_restored();
    finished
}

fn replay(name: &str) {
    play(name, Player::of(&tape(name)).at_speed(8.0));
}

/// A port that nobody has at the moment, for a network that is not ours alone.
fn free_port() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().unwrap().port().to_string()
}

#[test]
fn the_tapes_parse_and_dwell_no_longer_than_somebody_watches() {
    for (name, output) in [
        (FILM, "assets/demo.gif"),
        (PICTURES, "assets/pictures.gif"),
        (VIEWS, "assets/views.gif"),
        (LAB, "assets/lab.gif"),
    ] {
        let tape = tape(name);
        assert_eq!(tape.outputs, [output]);
        assert!(tape.requires.contains(&"fivetuple".to_owned()));
        Palette::from_theme(tape.settings.theme.as_deref().unwrap()).unwrap();
        let sleeps = tape.steps.iter().filter_map(|step| {
            if let Command::Sleep(time) = step.command { Some(time) } else { None }
        });
        let length: Duration = sleeps.sum();
        assert!(length < PATIENCE, "{output} dwells for {length:?}");
    }
}

fn replay_film(scale: f64) {
    let (port, tape) = (free_port(), tape(FILM));
    let player = Player::of(&tape).at_speed(8.0).scaled(scale);
    play(FILM, player.with_env("FIVETUPLE_PORT", &port));
}

#[test]
fn the_film_replays_and_each_beat_shows() {
    replay_film(1.0);
}

#[test]
fn the_film_replays_on_a_smaller_and_a_larger_screen() {
    std::thread::scope(|scope| {
        for scale in [0.8, 1.2] {
            scope.spawn(move || replay_film(scale));
        }
    });
}

#[test]
fn the_pictures_replay() {
    netns::alone(|| replay(PICTURES));
}

#[test]
fn the_other_views_replay() {
    netns::alone(|| replay(VIEWS));
}

#[test]
fn the_lab_replays() {
    if crate::lab::commands::possible() {
        replay(LAB);
    }
}

#[test]
#[ignore = "renders the film of the README"]
fn render_film() {
    netns::alone(|| {
        let tape = tape(FILM);
        let dark = Palette::from_theme(tape.settings.theme.as_deref().unwrap()).unwrap();
        match Painter::new(&tape.settings, dark, 1) {
            Ok(painter) => write_film(&tape, &play(FILM, Player::of(&tape)), painter),
            Err(why) => skipped(&why),
        }
    });
}

// A network for each theme: rows that are still in TIME_WAIT belong to the other one.

#[test]
#[ignore = "renders the pictures of the README"]
fn render_pictures() {
    netns::alone(|| render_stills(PICTURES, None));
}

#[test]
#[ignore = "renders the pictures of the README in the light theme"]
fn render_light_pictures() {
    netns::alone(|| render_stills(PICTURES, Some(LIGHT)));
}

#[test]
#[ignore = "renders the other views of the README"]
fn render_views() {
    netns::alone(|| render_stills(VIEWS, None));
}

#[test]
#[ignore = "renders the other views of the README in the light theme"]
fn render_light_views() {
    netns::alone(|| render_stills(VIEWS, Some(LIGHT)));
}

#[test]
#[ignore = "renders the lab of the README, in both themes"]
fn render_lab() {
    if crate::lab::commands::possible() {
        render_stills(LAB, None);
        render_stills(LAB, Some(LIGHT));
    }
}

fn render_stills(name: &str, light: Option<&str>) {
    let tape = tape(name);
    let colours = light.or(tape.settings.theme.as_deref()).unwrap();
    let (theme, suffix) = light.map_or(("dark", ""), |_| ("light", "-light"));
    let palette = Palette::from_theme(colours).unwrap();
    let player = Player::of(&tape).with_env("FIVETUPLE_THEME", theme);
    write_stills(&tape, &play(name, player), palette, suffix);
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
    let mut painter = match Painter::new(&tape.settings, palette, 2) {
        Ok(painter) => painter,
        Err(why) => return skipped(&why),
    };
    for (name, screen) in played.footage.stills() {
        let name = format!("{}{suffix}.png", name.trim_end_matches(".png"));
        let looks = [painter.looks(&screen)];
        painter.limit_colours(&looks, 256);
        painter.picture(&screen).write_png(&at_home(&name)).unwrap();
    }
}
