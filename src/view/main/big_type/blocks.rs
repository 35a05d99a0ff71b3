//! Connections in large letters: as large as lets all of them fit.

use ratatui::layout::Rect;
use ratatui::style::Modifier;
use ratatui::text::{Line, Span};

use crate::app::{Holder, PointOfView, Role, TableRow};
use crate::tcp::{Endpoint, SocketId, TcpState};
use crate::view::ThemeRole::{Dim, Gone, Strong};
use crate::view::style::big_letters::BigLetters;
use crate::view::style::glyphs::{HOLLOW, glyph};
use crate::view::table::{column, role, timer};
use crate::view::{Painter, Scene, rect, text};

/// Columns before the first port, and those of a state's glyph.
const MARGIN: usize = 3;
const GLYPH: usize = 2;
const ARROW: &str = "─▶ ";
/// The letters of a client's port, and of the longest state.
const PORT: usize = 5;
const STATE: usize = "ESTABLISHED".len();
/// Among so many of the newest rows the longest port is looked for.
const NEWEST: usize = 64;

/// How large the letters are, and how many connections have room.
#[derive(Clone, Copy)]
pub(super) struct Blocks {
    size: BigLetters,
    /// Whether the state has room in large letters.
    with_state: bool,
    pub(super) count: usize,
    /// The rows that are in view then, with the listeners that the numbers show.
    pub(super) rows: usize,
    /// The letters of the longest port at the server's end.
    server: usize,
}

impl Blocks {
    /// The largest letters with which all connections fit into so many columns and lines, or the smallest.
    pub(super) fn new(scene: Scene<'_>, (columns, lines): (usize, u16)) -> Blocks {
        let shown = &scene.state.ui.shown;
        let rows_each = if scene.state.ui.row_filter.view == PointOfView::BothEnds { 2 } else { 1 };
        let listening = shown.iter().take_while(|row| is_in_numbers(scene, **row)).count();
        let wanted = (shown.len() - listening).div_ceil(rows_each);
        let newest = shown.iter().rev().take(NEWEST);
        let server = newest.map(|row| ends(scene, *row).1.0.port.to_string().len()).max();
        let server = server.unwrap_or(PORT);
        let of_size = |(size, with_state): (BigLetters, bool)| {
            let count = usize::from(lines / (size.height() + 1)).max(1);
            Blocks { size, with_state, count, rows: listening + count * rows_each, server }
        };
        let sizes = BigLetters::sizes(scene.theme.is_ascii());
        let with_state = sizes.iter().map(|size| (*size, true));
        let tries = with_state.chain(sizes.last().map(|size| (*size, false))).map(of_size);
        let mut fitting = tries.filter(|blocks| blocks.width() <= columns);
        let smallest = fitting.clone().min_by_key(|blocks| (!blocks.with_state, blocks.height()));
        let all = fitting.find(|blocks| blocks.count >= wanted);
        all.or(smallest).unwrap_or_else(|| of_size((BigLetters::SENTENCE, false)))
    }

    /// With the line of words below.
    pub(super) fn height(self) -> u16 {
        self.size.height() + 1
    }

    /// Where the server's port begins, and where the state.
    fn columns(self) -> [usize; 2] {
        let server = MARGIN + self.size.width(PORT) + text::width(ARROW);
        [server, server + self.size.width(self.server) + 1]
    }

    fn width(self) -> usize {
        let state = if self.with_state { self.size.width(STATE) } else { STATE };
        self.columns()[1] + GLYPH + state
    }

    pub(super) fn draw(self, painter: &mut Painter<'_>, area: Rect, line: &TableRow) {
        let scene = painter.scene;
        let block = Block { blocks: self, area, line };
        let middle = block.middle();
        let rows = || [Some(line), block.other(scene)].into_iter().flatten();
        if rows().any(|line| scene.state.is_lit(line)) {
            painter.buffer.set_style(area, scene.theme.lit());
        }
        // Either end may be selected.
        let selected = rows().find(|line| scene.state.ui.selected == Some(line.row.name()));
        let symbols = column::symbols(scene, selected.unwrap_or(line));
        painter.render(Line::from(symbols), middle);
        let [x_of_server, x_of_state] = self.columns();
        let (client, server) = ends(scene, line.row.name());
        if line.row.tuple.is_connected() {
            let number = client.0.port.to_string();
            let indent = self.size.width(PORT) - self.size.width(number.len());
            block.put(painter, MARGIN + indent, &Span::styled(number, scene.theme.end(client.1)));
            let x = x_of_server - text::width(ARROW);
            block.put_at(painter, middle.y, x, scene.span(Strong, ARROW));
            let peer = peer(scene, line);
            let words = [format!("{peer} {}", client.0.ip), peer];
            let words = text::cut_to_fit(words, x_of_server - MARGIN);
            block.put_below(painter, MARGIN, Span::styled(words, scene.theme.path(client.1)));
        }
        let number = Span::styled(server.0.port.to_string(), scene.theme.end(server.1));
        block.put(painter, x_of_server, &number);
        block.draw_state(painter, x_of_state);
    }
}

/// The client's end of a row, and the server's, which is the only one of a row without a peer.
fn ends(
    scene: Scene<'_>,
    row: SocketId,
) -> ((Endpoint, Option<Holder>), (Endpoint, Option<Holder>)) {
    let [near, far] = scene.state.whose_ends(row);
    let is_server = matches!(near, Some(Holder::Server(_))) || !row.tuple.is_connected();
    let [near, far] = [(row.tuple.local, near), (row.tuple.remote, far)];
    if is_server { (far, near) } else { (near, far) }
}

/// Whether the large numbers at the top show this listener.
pub(super) fn is_in_numbers(scene: Scene<'_>, row: SocketId) -> bool {
    let line = scene.state.seen().get(row);
    let is_listener =
        line.is_some_and(|line| line.row.state == TcpState::Listen && line.gone.is_none());
    is_listener && scene.state.listened() && row.tuple.local == scene.state.server().at()
}

/// Who is at the client's end.
fn peer(scene: Scene<'_>, line: &TableRow) -> String {
    if let Role::ServerEnd(peer) = Role::of(scene.state, &line.row) {
        return text::safe(&peer);
    }
    role::name(scene, line, usize::MAX)
}

/// One connection in large letters, with a line of words below.
struct Block<'a> {
    blocks: Blocks,
    area: Rect,
    line: &'a TableRow,
}

impl Block<'_> {
    fn middle(&self) -> Rect {
        rect::line(self.area, self.blocks.size.height() / 2)
    }

    fn put(&self, painter: &mut Painter<'_>, x: usize, text: &Span<'_>) {
        painter.letters((self.area, x), self.blocks.size, text);
    }

    fn put_below(&self, painter: &mut Painter<'_>, x: usize, words: Span<'static>) {
        self.put_at(painter, self.area.y + self.blocks.size.height(), x, words);
    }

    fn put_at(&self, painter: &mut Painter<'_>, y: u16, x: usize, words: Span<'static>) {
        let place = Rect { x: self.area.x + rect::len(x), y, height: 1, ..self.area };
        painter.render(words, place.intersection(self.area));
    }

    fn other<'a>(&self, scene: Scene<'a>) -> Option<&'a TableRow> {
        let row = self.line.row.name();
        row.tuple.is_connected().then(|| scene.state.seen().get(scene.state.other_end(row)))?
    }

    /// The state of both ends, once if it is the same, and what else there is to say of it.
    fn draw_state(&self, painter: &mut Painter<'_>, x: usize) {
        let scene = painter.scene;
        let ends = [Some(self.line), self.other(scene)].into_iter().flatten();
        let (gone, open): (Vec<_>, Vec<_>) = ends.partition(|line| line.gone.is_some());
        let mut states: Vec<TcpState> = open.iter().map(|line| line.row.state).collect();
        states.dedup();
        let room = usize::from(self.area.width).saturating_sub(x);
        let letters = states.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
        let fits = self.blocks.with_state && self.blocks.size.width(letters.len()) + GLYPH <= room;
        match states[..] {
            [] => self.put(painter, x + GLYPH, &scene.span(Gone, "gone")),
            [state, ..] if fits => {
                let style = scene.theme.state(state).add_modifier(Modifier::BOLD);
                let glyph = Span::styled(glyph(state).to_string(), style);
                self.put_at(painter, self.middle().y, x, glyph);
                self.put(painter, x + GLYPH, &Span::styled(letters, style));
            }
            _ => {
                let states = states.iter().map(|state| scene.state_span(*state));
                let states = states.flat_map(|state| [state, Span::raw("  ")]);
                let place = self.middle();
                let place = Rect { x: place.x + rect::len(x), ..place };
                painter.render(states.collect::<Line>(), place.intersection(self.area));
            }
        }
        let left = open.iter().find_map(|line| timer::time_left(scene, line));
        let why = gone.first().and_then(|line| line.gone).map(|gone| gone.why);
        let words = left.or_else(|| why.map(|why| format!("{HOLLOW} {}", why.words())));
        if let Some(words) = words {
            self.put_below(painter, x + GLYPH, scene.span(Dim, words));
        }
    }
}
