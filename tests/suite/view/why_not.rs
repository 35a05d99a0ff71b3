//! The last refusal taken apart.

use crate::app::explain::why_not::{answer, refused};
use crate::view::{ALL, USUAL, check, paint, text_of};
use fivetuple::cli::ThemeName;
use fivetuple::view::{ColourDepth, Theme};

#[test]
fn blocking_rows_and_remedies() {
    let mut robot = refused();
    robot.press("y");
    answer(&mut robot);
    check("why_not", &mut robot, &ALL);
    let mono = Theme::new(ThemeName::Mono, ColourDepth::Mono, true);
    insta::assert_snapshot!("why_not_mono_ascii", text_of(&paint(&mut robot, mono, USUAL).0));
    robot.press("w Esc");
    check("why_not_waits", &mut robot, &[USUAL]);
}

#[test]
fn all_of_it_can_be_scrolled_to() {
    let mut robot = refused();
    robot.press("y j j j j j j j j");
    let text = crate::view::screen(&mut robot, (60, 16));
    assert!(text.contains("timer ends it"), "{text}");
}
