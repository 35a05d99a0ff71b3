//! Paints the state: no I/O, no clock; only scroll positions change.

pub(crate) mod hit;
pub(crate) mod lab;
pub(crate) mod layout;
pub(crate) mod main;
pub(crate) mod overlay;
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
pub(crate) use crate::view::scene::{Scene, Titles, put, width};
pub(crate) use crate::view::scroll::List;
pub use crate::view::scroll::Scroll;
pub use crate::view::style::glyphs::glyph;
pub use crate::view::style::glyphs::in_ascii;
pub use crate::view::style::theme::ColourDepth;
pub use crate::view::style::theme::PARTS;
pub use crate::view::style::theme::Theme;
pub use crate::view::style::theme::ThemeRole;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::app::query::lab_tables;
use crate::app::{MainView, Overlay, State};
use crate::view::lab::side_by_side;
use crate::view::main::{big_type, compare, diagram, myth, ports, syscalls, timeline};
use crate::view::overlay::{connection, form, held_states, help, palette, why_not};
use crate::view::pane::{banner, computers, footer, header, notices, server};
use crate::view::style::glyphs;

/// Paints one frame.
pub fn draw(frame: &mut Frame<'_>, state: &State, theme: &Theme, scroll: &mut Scroll) {
    let area = frame.area();
    let scene = Scene { state, theme };
    frame.buffer_mut().set_style(area, theme.ground());
    scroll.visible.clear();
    scroll.cells.clear();
    (scroll.help_end, scroll.notices_end) = (None, None);
    match places(area, state) {
        Some(places) => {
            draw_panes(frame, &places, scene, scroll);
            draw_overlay(frame, area, scene, scroll);
        }
        None => too_small(frame, area),
    }
    if theme.is_ascii() {
        glyphs::to_ascii(frame.buffer_mut());
    }
}

fn draw_panes(frame: &mut Frame<'_>, places: &PaneLayout, scene: Scene<'_>, scroll: &mut Scroll) {
    header::draw(frame, places.header, scene);
    if !places.banner.is_empty() {
        banner::draw(frame, places.banner, scene);
    }
    footer::draw(frame, places.footer, scene);
    if scene.state.ui.look.big {
        big_type::draw(frame, places.sockets, scene, scroll);
        return;
    }
    if !places.listener.is_empty() {
        server::draw(frame, places.listener, scene);
        computers::draw(frame, places.computers, scene, &mut scroll.computers);
    }
    match scene.state.ui.picture {
        MainView::Table if lab_tables::is_shown(scene.state) => {
            side_by_side::draw(frame, places.sockets, scene, scroll);
        }
        MainView::Table => table::draw(frame, places.sockets, scene, scroll),
        MainView::States => diagram::draw(frame, places.sockets, scene, scroll),
        MainView::Ports => ports::draw(frame, places.sockets, scene, scroll),
        MainView::Compare => compare::draw(frame, places.sockets, scene, scroll),
        MainView::Timeline => timeline::draw(frame, places.sockets, scene, scroll),
        MainView::Myth => myth::draw(frame, places.sockets, scene, scroll),
        MainView::Calls => syscalls::draw(frame, places.sockets, scene, scroll),
    }
    notices::draw(frame, places.notices, scene, scroll);
    if !places.keys.is_empty() {
        footer::draw_caps(frame, places.keys, scene);
    }
}

fn draw_overlay(frame: &mut Frame<'_>, area: Rect, scene: Scene<'_>, scroll: &mut Scroll) {
    let above_footer = Rect { height: area.height.saturating_sub(1), ..area };
    match &scene.state.ui.overlay {
        Some(Overlay::Help(down)) => help::draw(frame, above_footer, scene, *down, scroll),
        Some(Overlay::ListenForm(form)) => {
            form::draw(frame, above_footer, scene, "How to listen", form);
        }
        Some(Overlay::ConnectForm(form)) => {
            form::draw(frame, above_footer, scene, "How to connect", form);
        }
        Some(Overlay::PortsForm(form)) => {
            let who = &scene.state.clients.computer().name;
            let title = format!("How many ports of {who} to use up");
            form::draw(frame, above_footer, scene, &title, form);
        }
        Some(Overlay::States(at)) => held_states::draw(frame, above_footer, scene, *at),
        Some(Overlay::Card(name)) => connection::draw(frame, above_footer, scene, *name, scroll),
        Some(Overlay::Why(down)) => why_not::draw(frame, above_footer, scene, *down, scroll),
        Some(Overlay::Palette(palette)) => palette::draw(frame, above_footer, scene, palette),
        None => (),
    }
}

fn too_small(frame: &mut Frame<'_>, area: Rect) {
    let lines = [
        String::from("fivetuple needs more room"),
        format!("have {} x {}", area.width, area.height),
        format!("need {} x {}", LEAST.0, LEAST.1),
    ];
    let place = rect::middle(area, area.width, 3);
    for (n, line) in (0..place.height).zip(lines) {
        let line = Line::from(text::cut(&line, usize::from(area.width))).centered();
        frame.render_widget(line, rect::line(place, n));
    }
}
