//! Paints the state: what is on the screen, and nothing else. No I/O, no clock; only scroll positions change.

mod arrange;
mod banner;
mod big;
mod calls;
mod card;
mod columns;
mod compare;
mod computers;
mod diagram;
mod digits;
mod empty;
mod five;
mod folded;
mod footer;
mod form;
mod glyphs;
mod header;
mod help;
mod hit;
mod input;
mod lab;
mod ladder;
mod lane;
mod leaving;
mod listener;
mod myth;
mod narrow;
mod netstat;
mod notices;
mod paint;
mod pairs;
mod palette;
mod past;
mod ports;
mod row;
mod scroll;
mod sockets;
mod states;
mod text;
mod theme;
mod timeline;
mod who;
mod whose;
mod why;
mod window;
mod wire;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;

pub use arrange::{LEAST, Places, places};
pub use glyphs::{glyph, in_ascii};
pub use hit::{hit, pane_at};
pub use scroll::Scroll;
pub use theme::{ColourDepth, PARTS, Part, Theme};

use crate::app::{Overlay, Picture, State};
use paint::Scene;

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

fn draw_panes(frame: &mut Frame<'_>, places: &Places, scene: Scene<'_>, scroll: &mut Scroll) {
    header::draw(frame, places.header, scene);
    if !places.banner.is_empty() {
        banner::draw(frame, places.banner, scene);
    }
    footer::draw(frame, places.footer, scene);
    if scene.state.desk.look.big {
        big::draw(frame, places.sockets, scene, scroll);
        return;
    }
    if !places.listener.is_empty() {
        listener::draw(frame, places.listener, scene);
        computers::draw(frame, places.computers, scene, &mut scroll.computers);
    }
    match scene.state.desk.picture {
        Picture::Table if lab::is_shown(scene.state) => {
            lab::draw(frame, places.sockets, scene, scroll);
        }
        Picture::Table => sockets::draw(frame, places.sockets, scene, scroll),
        Picture::States => diagram::draw(frame, places.sockets, scene, scroll),
        Picture::Ports => ports::draw(frame, places.sockets, scene, scroll),
        Picture::Compare => compare::draw(frame, places.sockets, scene, scroll),
        Picture::Timeline => timeline::draw(frame, places.sockets, scene, scroll),
        Picture::Myth => myth::draw(frame, places.sockets, scene, scroll),
        Picture::Calls => calls::draw(frame, places.sockets, scene, scroll),
    }
    notices::draw(frame, places.notices, scene, scroll);
    if !places.keys.is_empty() {
        footer::draw_caps(frame, places.keys, scene);
    }
}

fn draw_overlay(frame: &mut Frame<'_>, area: Rect, scene: Scene<'_>, scroll: &mut Scroll) {
    let above_footer = Rect { height: area.height.saturating_sub(1), ..area };
    match &scene.state.desk.overlay {
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
        Some(Overlay::States(at)) => states::draw(frame, above_footer, scene, *at),
        Some(Overlay::Card(name)) => card::draw(frame, above_footer, scene, *name, scroll),
        Some(Overlay::Why(down)) => why::draw(frame, above_footer, scene, *down, scroll),
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
    let place = arrange::middle(area, area.width, 3);
    for (n, line) in (0..place.height).zip(lines) {
        let line = Line::from(text::cut(&line, usize::from(area.width))).centered();
        frame.render_widget(line, arrange::line(place, n));
    }
}
