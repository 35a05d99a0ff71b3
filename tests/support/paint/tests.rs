use super::super::seen::blank;
use super::super::skipped;
use super::super::tape::parse;
use super::{Painter, Palette};

fn painter(scale: u8) -> Option<Painter> {
    let tape = parse("Set FontSize 20 Set LetterSpacing 0 Set Padding 2").unwrap();
    let palette = Palette { ground: PAPER, letters: INK, ansi: [RED; 16] };
    Painter::new(&tape.settings, palette, scale).inspect_err(|why| skipped(why)).ok()
}

const INK: [u8; 3] = [0, 0, 0];
const PAPER: [u8; 3] = [255, 255, 255];
const RED: [u8; 3] = [255, 0, 0];

#[test]
fn a_box_is_closed_and_a_block_is_full() {
    let Some(mut painter) = painter(1) else {
        return;
    };
    let mut screen = blank(4, 3);
    screen.process("\x1b[?25l┌──┐\r\n│█ │\r\n└──┘".as_bytes());
    let canvas = painter.picture(screen.screen());
    assert_eq!((canvas.width, canvas.height), (4 * 12 + 4, 3 * 27 + 4));
    let (middle, edge) = (2 + 13, 2 + 6);
    assert!((edge..2 + 42).all(|x| canvas.at(x, middle) == INK), "the upper border has a gap");
    assert!(
        (middle..2 + 27 * 2 + 13).all(|y| canvas.at(edge, y) == INK),
        "the left border has a gap"
    );
    for (x, y) in [(14, 29), (25, 29), (14, 55), (25, 55)] {
        assert_eq!(canvas.at(x, y), INK, "the block does not fill {x},{y}");
    }
    assert_eq!(canvas.at(27, 40), PAPER);
}

#[test]
fn styles_are_painted() {
    let Some(mut painter) = painter(2) else {
        return;
    };
    let mut screen = blank(8, 1);
    screen.process(
        "\x1b[?25l\x1b[31m█\x1b[m\x1b[7m \x1b[m\x1b[2m█\x1b[m\x1b[4m \x1b[m\x1b[48;2;1;2;3m "
            .as_bytes(),
    );
    screen.process("\x1b[mH\x1b[1mH".as_bytes());
    let canvas = painter.picture(screen.screen());
    let at = |cell: usize| canvas.at(4 + cell * 24 + 12, 4 + 27);
    assert_eq!([at(0), at(1), at(4)], [RED, INK, [1, 2, 3]]);
    assert_eq!(at(2), [102, 102, 102], "dim");
    let ink = |cell: usize| {
        let places = (0..24 * 54).map(|n| canvas.at(4 + cell * 24 + n % 24, 4 + n / 24));
        places.map(|pixel| u32::from(255 - pixel[0])).sum::<u32>()
    };
    assert!(ink(3) > 0, "underlined");
    assert!(ink(6) > ink(5) && ink(5) > 0, "bold");
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.png");
    canvas.write_png(&path).unwrap();
    assert!(std::fs::read(path).unwrap().starts_with(b"\x89PNG"));
}

#[test]
fn only_what_changed_is_painted_again() {
    let Some(mut painter) = painter(1) else {
        return;
    };
    let mut screen = blank(10, 2);
    screen.process(b"\x1b[?25lhello");
    let before = painter.looks(screen.screen());
    let mut canvas = painter.picture(screen.screen());
    screen.process(b"\x1b[1;3HL");
    let after = painter.looks(screen.screen());
    let rect = painter.repaint(&mut canvas, Some(&before), &after).unwrap();
    assert_eq!((rect.x, rect.y, rect.width, rect.height), (2 + 24, 2, 12, 27));
    assert_eq!(painter.repaint(&mut canvas, Some(&after), &after), None);
}
