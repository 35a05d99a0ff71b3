//! Paints the state: no I/O, no clock; only scroll positions change.

pub(crate) mod hit;
pub(crate) mod lab;
pub(crate) mod layout;
pub(crate) mod lesson;
pub(crate) mod main;
pub(crate) mod overlay;
pub(crate) mod painter;
pub(crate) mod pane;
pub(crate) mod past;
pub(crate) mod rect;
pub(crate) mod scene;
pub(crate) mod scroll;
pub(crate) mod style;
pub(crate) mod table;
pub(crate) mod text;

pub use crate::view::hit::{hit, wheel};
pub use crate::view::layout::LEAST;
pub use crate::view::lesson::speaker::{SpeakerView, draw_for_speaker, speaker_lines};
pub(crate) use crate::view::painter::Painter;
pub(crate) use crate::view::scene::{Scene, Titles, push_fitting, width};
pub use crate::view::scroll::Scroll;
pub use crate::view::style::glyphs::{glyph, in_ascii};
pub use crate::view::style::ink::ColourDepth;
pub use crate::view::style::theme::{Theme, ThemeRole};

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Line;

use crate::app::{FormKind, MainView, Overlay, State};
use crate::view::lab::side_by_side;
use crate::view::layout::{PaneLayout, places};
use crate::view::main::{big_type, compare, diagram, myth, ports, syscalls, timeline};
use crate::view::overlay::{connection, form, held_states, help, palette, why_not};
use crate::view::pane::{computers, footer, header, notices, pressed_keys, server, strip};
use crate::view::style::glyphs;

/// Paints one frame.
pub fn draw(frame: &mut Frame<'_>, state: &State, theme: &Theme, scroll: &mut Scroll) {
    let area = frame.area();
    let buffer = frame.buffer_mut();
    if theme.ground() != Style::new() {
        buffer.set_style(area, theme.ground());
    }
    scroll.visible.clear();
    scroll.cells.clear();
    (scroll.help_end, scroll.notices) = (None, None);
    let mut painter = Painter { buffer, scene: Scene { state, theme }, scroll };
    match places(area, state) {
        Some(places) => {
            draw_panes(&mut painter, &places);
            draw_overlay(&mut painter, Rect { height: area.height - 1, ..area });
            pressed_keys::draw(&mut painter, rect::line(area, area.height - 2));
        }
        None => too_small(&mut painter, area),
    }
    if theme.is_ascii() {
        glyphs::to_ascii(painter.buffer);
    }
}

fn draw_panes(painter: &mut Painter<'_>, places: &PaneLayout) {
    header::draw(painter, places.header);
    if !places.banner.is_empty() {
        header::draw_warning(painter, places.banner);
    }
    let is_log = painter.scene.state.ui.look.big || !places.notices.is_empty();
    footer::draw(painter, places.footer, is_log);
    if places.server.height == 1 {
        strip::draw(painter, [places.server, places.computers]);
    } else if !places.server.is_empty() {
        server::draw(painter, places.server);
        computers::draw(painter, places.computers);
    }
    for pane in
        [places.server, places.computers].into_iter().filter(|_| painter.scene.state.is_past())
    {
        painter.fade(if pane.height == 1 { pane } else { rect::inside(pane) });
    }
    for (view, place) in places.views.iter().copied().filter(|(_, place)| !place.is_empty()) {
        draw_view(painter, view, place);
    }
    if !places.lesson.is_empty() {
        lesson::draw(painter, places.lesson);
    }
    if !places.notices.is_empty() {
        notices::draw(painter, places.notices);
    }
}

fn draw_view(painter: &mut Painter<'_>, view: MainView, place: Rect) {
    let state = painter.scene.state;
    let draw = match view {
        _ if state.ui.look.big => big_type::draw,
        MainView::Table if state.shows_both_tables() => side_by_side::draw,
        MainView::Table => table::draw,
        MainView::States => diagram::draw,
        MainView::Ports => ports::draw,
        MainView::Compare => compare::draw,
        MainView::Timeline => timeline::draw,
        MainView::Myth => myth::draw,
        MainView::Calls => syscalls::draw,
    };
    draw(painter, place);
}

fn draw_overlay(painter: &mut Painter<'_>, area: Rect) {
    let state = painter.scene.state;
    if state.ui.overlay.is_some() {
        painter.fade(area);
    }
    match &state.ui.overlay {
        Some(Overlay::Help(down)) => help::draw(painter, area, *down),
        Some(Overlay::Form(kind, form)) => {
            let title = match kind {
                FormKind::Listen => match state.one_of_several(state.server().at()) {
                    Some(at) => format!("Listener options: {at}"),
                    None => String::from("Listener options"),
                },
                FormKind::AnotherListener => String::from("Another listener"),
                FormKind::Connect => String::from("Connect options"),
                FormKind::Ports => format!("Ports of {} to use up", state.clients.computer().name),
            };
            form::draw(painter, area, &title, form);
        }
        Some(Overlay::HeldStates(at)) => held_states::draw(painter, area, *at),
        Some(Overlay::Details(name)) => connection::draw(painter, area, *name),
        Some(Overlay::Why(down)) => why_not::draw(painter, area, *down),
        Some(Overlay::Palette(palette)) => palette::draw(painter, area, palette),
        None => (),
    }
}

fn too_small(painter: &mut Painter<'_>, area: Rect) {
    let lines = [
        String::from("The window is too small."),
        format!("have {} x {}", area.width, area.height),
        format!("need {} x {}", LEAST.0, LEAST.1),
    ];
    let room = usize::from(area.width);
    let lines = lines.map(|line| Line::from(text::cut(&line, room)).centered());
    painter.put(rect::middle(area, area.width, 3), lines);
}
