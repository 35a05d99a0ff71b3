//! Paints the state: no I/O, no clock; only scroll positions change.

pub(crate) mod hit;
pub(crate) mod lab;
pub(crate) mod layout;
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

pub use crate::view::hit::hit;
pub use crate::view::hit::pane_at;
pub use crate::view::layout::LEAST;
pub use crate::view::layout::PaneLayout;
pub use crate::view::layout::places;
pub(crate) use crate::view::painter::Painter;
pub(crate) use crate::view::scene::{Scene, Titles, width};
pub(crate) use crate::view::scroll::List;
pub use crate::view::scroll::Scroll;
pub use crate::view::style::glyphs::glyph;
pub use crate::view::style::glyphs::in_ascii;
pub use crate::view::style::theme::ColourDepth;
pub use crate::view::style::theme::Theme;
pub use crate::view::style::theme::ThemeRole;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::app::{FormKind, MainView, Overlay, State};
use crate::view::lab::side_by_side;
use crate::view::main::{big_type, compare, diagram, myth, ports, syscalls, timeline};
use crate::view::overlay::{connection, form, held_states, help, palette, why_not};
use crate::view::pane::{banner, computers, footer, header, notices, server};
use crate::view::style::glyphs;

/// Paints one frame.
pub fn draw(frame: &mut Frame<'_>, state: &State, theme: &Theme, scroll: &mut Scroll) {
    let area = frame.area();
    frame.buffer_mut().set_style(area, theme.ground());
    scroll.visible.clear();
    scroll.cells.clear();
    (scroll.help_end, scroll.notices_end) = (None, None);
    let mut painter = Painter { frame, scene: Scene { state, theme }, scroll };
    match places(area, state) {
        Some(places) => {
            draw_panes(&mut painter, &places);
            draw_overlay(&mut painter, area);
        }
        None => too_small(&mut painter, area),
    }
    if theme.is_ascii() {
        glyphs::to_ascii(frame.buffer_mut());
    }
}

fn draw_panes(painter: &mut Painter<'_, '_>, places: &PaneLayout) {
    let scene = painter.scene;
    header::draw(painter, places.header);
    if !places.banner.is_empty() {
        banner::draw(painter, places.banner);
    }
    footer::draw(painter, places.footer);
    if scene.state.ui.look.big {
        big_type::draw(painter, places.sockets);
        return;
    }
    if !places.listener.is_empty() {
        server::draw(painter, places.listener);
        computers::draw(painter, places.computers);
    }
    match scene.state.ui.picture {
        MainView::Table if scene.state.shows_both_tables() => {
            side_by_side::draw(painter, places.sockets);
        }
        MainView::Table => table::draw(painter, places.sockets),
        MainView::States => diagram::draw(painter, places.sockets),
        MainView::Ports => ports::draw(painter, places.sockets),
        MainView::Compare => compare::draw(painter, places.sockets),
        MainView::Timeline => timeline::draw(painter, places.sockets),
        MainView::Myth => myth::draw(painter, places.sockets),
        MainView::Calls => syscalls::draw(painter, places.sockets),
    }
    notices::draw(painter, places.notices);
    if !places.keys.is_empty() {
        footer::draw_caps(painter, places.keys);
    }
}

fn draw_overlay(painter: &mut Painter<'_, '_>, area: Rect) {
    let scene = painter.scene;
    let above_footer = Rect { height: area.height.saturating_sub(1), ..area };
    match &scene.state.ui.overlay {
        Some(Overlay::Help(down)) => help::draw(painter, above_footer, *down),
        Some(Overlay::Form(kind, form)) => {
            let title = match kind {
                FormKind::Listen => String::from("Listener options"),
                FormKind::Connect => String::from("Connect options"),
                FormKind::Ports => {
                    format!("Ports of {} to use up", scene.state.clients.computer().name)
                }
            };
            form::draw(painter, above_footer, &title, form);
        }
        Some(Overlay::States(at)) => held_states::draw(painter, above_footer, *at),
        Some(Overlay::Card(name)) => connection::draw(painter, above_footer, *name),
        Some(Overlay::Why(down)) => why_not::draw(painter, above_footer, *down),
        Some(Overlay::Palette(palette)) => palette::draw(painter, above_footer, palette),
        None => (),
    }
}

fn too_small(painter: &mut Painter<'_, '_>, area: Rect) {
    let lines = [
        String::from("The window is too small."),
        format!("have {} x {}", area.width, area.height),
        format!("need {} x {}", LEAST.0, LEAST.1),
    ];
    let place = rect::middle(area, area.width, 3);
    let room = usize::from(area.width);
    painter.put(place, lines.map(|line| Line::from(text::cut(&line, room)).centered()));
}
