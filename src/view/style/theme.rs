use ratatui::style::{Color, Modifier, Style};

use crate::app::Holder;
use crate::cli::ThemeName;
use crate::tcp::TcpState;
use crate::view::style::ink::{ColourDepth, Ground, HUES, Ink};

/// Styles by role, never by colour, which `ink.rs` alone names. Dark and light keep the terminal's background.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Theme {
    name: ThemeName,
    depth: ColourDepth,
    ascii: bool,
}

/// The role of something on the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ThemeRole {
    /// Ordinary text.
    Text,
    /// Text that matters more than the rest.
    Strong,
    /// Text that matters less.
    Dim,
    /// What turned out to be wrong; words beside it say so.
    Struck,
    /// The name of the program.
    Name,
    /// The frame of a pane.
    Border,
    /// The frame of the pane with the focus, or of an overlay.
    FocusBorder,
    /// The titles of a pane.
    Title,
    /// The title of the pane with the focus.
    FocusTitle,
    /// The head of a column, or of a group.
    Heading,
    /// A key to press.
    Key,
    /// A key that was pressed.
    KeyCap,
    /// The selected row.
    Selected,
    /// A field of a form.
    Field,
    /// The cursor.
    Cursor,
    /// A row that appeared just now.
    New,
    /// A row that changed just now.
    Changed,
    /// A row that is gone.
    Gone,
    /// A row known from our own calls only.
    Reported,
    /// What failed.
    Error,
    /// What the user should know.
    Warning,
    /// A warning that stays.
    Banner,
    /// The filled part of a gauge.
    Gauge,
}

impl ThemeRole {
    /// Every role.
    pub fn all() -> impl Iterator<Item = ThemeRole> {
        STYLES.into_iter().map(|(role, _, _)| role)
    }
}

const PLAIN: Modifier = Modifier::empty();
const BOLD: Modifier = Modifier::BOLD;
const REVERSED: Modifier = BOLD.union(Modifier::REVERSED);

const STYLES: [(ThemeRole, Ink, Modifier); 23] = [
    (ThemeRole::Text, Ink::Text, PLAIN),
    (ThemeRole::Strong, Ink::Text, BOLD),
    (ThemeRole::Dim, Ink::Dim, PLAIN),
    (ThemeRole::Struck, Ink::Text, Modifier::CROSSED_OUT),
    (ThemeRole::Name, Ink::Accent, REVERSED),
    (ThemeRole::Border, Ink::Dim, PLAIN),
    (ThemeRole::FocusBorder, Ink::Accent, BOLD),
    (ThemeRole::Title, Ink::Text, BOLD),
    (ThemeRole::FocusTitle, Ink::Accent, BOLD),
    (ThemeRole::Heading, Ink::Dim, BOLD),
    (ThemeRole::Key, Ink::Accent, BOLD),
    (ThemeRole::KeyCap, Ink::Warning, REVERSED),
    (ThemeRole::Selected, Ink::Text, REVERSED),
    (ThemeRole::Field, Ink::Text, Modifier::UNDERLINED),
    (ThemeRole::Cursor, Ink::Text, Modifier::REVERSED),
    (ThemeRole::New, Ink::Open, BOLD),
    (ThemeRole::Changed, Ink::Closing, BOLD),
    (ThemeRole::Gone, Ink::Dim, PLAIN),
    (ThemeRole::Reported, Ink::Text, PLAIN),
    (ThemeRole::Error, Ink::Error, BOLD),
    (ThemeRole::Warning, Ink::Warning, BOLD),
    (ThemeRole::Banner, Ink::Error, REVERSED),
    (ThemeRole::Gauge, Ink::Accent, BOLD),
];

impl Theme {
    /// The order in which a key cycles the themes.
    pub const ORDER: [ThemeName; 4] =
        [ThemeName::Dark, ThemeName::Light, ThemeName::HighContrast, ThemeName::Mono];

    /// The theme of that name on a terminal with so many colours; `ascii` draws ASCII characters only.
    pub const fn new(name: ThemeName, depth: ColourDepth, ascii: bool) -> Theme {
        Theme { name, depth, ascii }
    }

    /// The theme that many steps after this one.
    #[must_use]
    pub fn after(self, steps: usize) -> Theme {
        let at = Theme::ORDER.iter().position(|name| *name == self.name);
        let name = Theme::ORDER[(at.unwrap_or(0) + steps) % Theme::ORDER.len()];
        Theme { name, ..self }
    }

    /// Whether the terminal's background decides about it.
    pub fn is_to_be_found(self) -> bool {
        self.name == ThemeName::Auto && self.depth != ColourDepth::Mono
    }

    /// The one for a terminal with that background, in red, green and blue.
    #[must_use]
    pub fn on(self, background: [u8; 3]) -> Theme {
        let [r, g, b] = background.map(u32::from);
        let is_bright = 299 * r + 587 * g + 114 * b > 500 * 255;
        let name = if is_bright { ThemeName::Light } else { ThemeName::Dark };
        if self.is_to_be_found() { Theme { name, ..self } } else { self }
    }

    /// Its name.
    pub const fn name(self) -> ThemeName {
        self.name
    }

    /// Whether only ASCII characters are drawn.
    pub const fn is_ascii(self) -> bool {
        self.ascii
    }

    /// The background of the screen.
    pub fn ground(self) -> Style {
        match self.colour(Ink::Text) {
            Some(text) if self.name == ThemeName::HighContrast => {
                Style::new().fg(text).bg(Color::Black)
            }
            Some(_) | None => Style::new(),
        }
    }

    /// The background that the colours are made for, as red, green and blue: the brightest dark one, or white.
    pub const fn assumed_ground(self) -> [u8; 3] {
        match self.name {
            ThemeName::Auto | ThemeName::Dark | ThemeName::Mono => [24, 24, 24],
            ThemeName::Light => [255, 255, 255],
            ThemeName::HighContrast => [0, 0, 0],
        }
    }

    /// The style of a state; its name and its glyph carry the same information.
    pub fn state(self, state: TcpState) -> Style {
        let (ink, modifier) = match state {
            TcpState::Listen => (Ink::Text, Modifier::BOLD),
            TcpState::SynSent | TcpState::SynReceived => (Ink::Opening, Modifier::BOLD),
            TcpState::Established => (Ink::Open, Modifier::BOLD),
            TcpState::FinWait1
            | TcpState::FinWait2
            | TcpState::CloseWait
            | TcpState::Closing
            | TcpState::LastAck => (Ink::Closing, Modifier::empty()),
            TcpState::TimeWait => (Ink::Text, Modifier::empty()),
            TcpState::Closed => (Ink::Dim, Modifier::empty()),
        };
        self.inked(ink, modifier)
    }

    /// The style of a role.
    pub fn of(self, part: ThemeRole) -> Style {
        let (_, ink, modifier) = STYLES[part as usize];
        self.inked(ink, modifier)
    }

    /// How many computers have a hue of their own.
    pub const HUES: usize = HUES;

    /// The look of an end, its address and its name: the server's is the same wherever it stands, and a computer's has a hue of its own.
    /// Others' have none.
    pub fn end(self, whose: Option<Holder>) -> Style {
        if matches!(whose, Some(Holder::Server(_))) {
            let plate = self.behind(Ground::Plate).unwrap_or(Style::new().underlined());
            return self.inked(Ink::Server, BOLD).patch(plate);
        }
        self.path(whose)
    }

    /// Whether that is the look of some end.
    pub(crate) fn is_end(self, style: Style) -> bool {
        let mut ends = (0..HUES).map(Holder::Client).chain([Holder::SERVERS]);
        // It may be bold.
        let colours = |style: Style| style.fg.map(|ink| (ink, style.bg));
        ends.any(|holder| {
            let look = self.end(Some(holder));
            look == style || (colours(look).is_some() && colours(look) == colours(style))
        })
    }

    /// The look of what an end did, drawn as a line.
    pub fn path(self, whose: Option<Holder>) -> Style {
        match whose {
            Some(Holder::Server(_)) => self.inked(Ink::Accent, BOLD),
            Some(Holder::Client(n)) => self.inked(Ink::Computer(n), PLAIN),
            None => self.inked(Ink::Text, PLAIN),
        }
    }

    /// What lies over a row that the last key changed: a tint, or bold where there is none. With letters of its own, as the terminal's
    /// may be made for another ground.
    pub fn lit(self) -> Style {
        let tint = self.behind(Ground::Lit);
        tint.map_or(Style::new().bold(), |tint| self.inked(Ink::Accent, PLAIN).patch(tint))
    }

    fn behind(self, ground: Ground) -> Option<Style> {
        let colour = ground.colour(self.number()?, self.depth)?;
        Some(Style::new().bg(colour))
    }

    fn inked(self, ink: Ink, modifier: Modifier) -> Style {
        let style = Style::new().add_modifier(modifier);
        match (self.colour(ink), ink) {
            (Some(colour), _) => style.fg(colour),
            (None, Ink::Dim) => style.add_modifier(Modifier::DIM),
            (None, _) => style,
        }
    }

    fn colour(self, ink: Ink) -> Option<Color> {
        let is_own = self.name != ThemeName::HighContrast && ink == Ink::Text;
        ink.colour(self.number().filter(|_| !is_own)?, self.depth)
    }

    /// Among the grounds that have colours of their own.
    const fn number(self) -> Option<usize> {
        match self.name {
            ThemeName::Auto | ThemeName::Dark => Some(0),
            ThemeName::Light => Some(1),
            ThemeName::HighContrast => Some(2),
            ThemeName::Mono => None,
        }
    }
}
