use ratatui::style::{Color, Modifier, Style};

use crate::cli::ThemeName;
use crate::tcp::TcpState;

/// Styles by role, never by colour, which only this file names. Dark and light keep the terminal's background.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Theme {
    name: ThemeName,
    depth: ColourDepth,
    ascii: bool,
}

/// How many colours the terminal has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ColourDepth {
    /// None, or none are wanted: bold, dim, underlined and reverse remain.
    Mono,
    /// The sixteen of the user's palette.
    Ansi16,
    /// The cube of 256.
    #[default]
    Ansi256,
    /// Any.
    True,
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
    /// The selected entry of a pane without the focus.
    InactiveSelected,
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
    (ThemeRole::Name, Ink::Blue, REVERSED),
    (ThemeRole::Border, Ink::Dim, PLAIN),
    (ThemeRole::FocusBorder, Ink::Blue, BOLD),
    (ThemeRole::Title, Ink::Text, BOLD),
    (ThemeRole::FocusTitle, Ink::Blue, BOLD),
    (ThemeRole::Heading, Ink::Dim, BOLD),
    (ThemeRole::Key, Ink::Blue, BOLD),
    (ThemeRole::KeyCap, Ink::Yellow, REVERSED),
    (ThemeRole::Selected, Ink::Text, REVERSED),
    (ThemeRole::InactiveSelected, Ink::Text, BOLD),
    (ThemeRole::Field, Ink::Text, Modifier::UNDERLINED),
    (ThemeRole::Cursor, Ink::Text, Modifier::REVERSED),
    (ThemeRole::New, Ink::Green, BOLD),
    (ThemeRole::Changed, Ink::Yellow, BOLD),
    (ThemeRole::Gone, Ink::Dim, PLAIN),
    (ThemeRole::Reported, Ink::Purple, PLAIN),
    (ThemeRole::Error, Ink::Red, BOLD),
    (ThemeRole::Warning, Ink::Yellow, BOLD),
    (ThemeRole::Banner, Ink::Red, REVERSED),
    (ThemeRole::Gauge, Ink::Green, BOLD),
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Ink {
    Text,
    Dim,
    Green,
    Blue,
    Orange,
    Yellow,
    Red,
    Purple,
}

impl Ink {
    /// Okabe and Ito's colours, distinguishable with any colour vision, and the palette's: for dark, light and bad projectors.
    const fn colours(self) -> ([[u8; 3]; 3], [Color; 3]) {
        use Color::{Blue, Cyan, Gray, Green, LightRed, Magenta, Red, Reset, White, Yellow};
        match self {
            Ink::Text => ([[255; 3]; 3], [Reset, Reset, White]),
            Ink::Dim => ([[158; 3], [95; 3], [200; 3]], [Reset, Reset, Gray]),
            Ink::Green => ([[0, 175, 128], [0, 115, 80], [60, 230, 170]], [Green; 3]),
            Ink::Blue => ([[86, 180, 233], [0, 95, 160], [120, 205, 255]], [Cyan, Blue, Cyan]),
            Ink::Orange => {
                ([[230, 159, 0], [140, 80, 0], [255, 180, 40]], [Yellow, Magenta, Yellow])
            }
            Ink::Yellow => {
                ([[240, 228, 66], [125, 95, 0], [255, 240, 80]], [Yellow, Magenta, Yellow])
            }
            Ink::Red => ([[230, 110, 20], [175, 55, 0], [255, 150, 80]], [LightRed, Red, LightRed]),
            Ink::Purple => ([[204, 121, 167], [145, 50, 105], [240, 170, 210]], [Magenta; 3]),
        }
    }
}

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
            ThemeName::Dark | ThemeName::Mono => [24, 24, 24],
            ThemeName::Light => [255, 255, 255],
            ThemeName::HighContrast => [0, 0, 0],
        }
    }

    /// The style of a state; its name and its glyph carry the same information.
    pub fn state(self, state: TcpState) -> Style {
        let (ink, modifier) = match state {
            TcpState::Listen => (Ink::Purple, Modifier::BOLD),
            TcpState::SynSent | TcpState::SynReceived => (Ink::Blue, Modifier::BOLD),
            TcpState::Established => (Ink::Green, Modifier::BOLD),
            TcpState::FinWait1
            | TcpState::FinWait2
            | TcpState::CloseWait
            | TcpState::Closing
            | TcpState::LastAck => (Ink::Orange, Modifier::empty()),
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

    fn inked(self, ink: Ink, modifier: Modifier) -> Style {
        let style = Style::new().add_modifier(modifier);
        match (self.colour(ink), ink) {
            (Some(colour), _) => style.fg(colour),
            (None, Ink::Dim) => style.add_modifier(Modifier::DIM),
            (None, _) => style,
        }
    }

    fn colour(self, ink: Ink) -> Option<Color> {
        let ground = match self.name {
            ThemeName::Mono => return None,
            ThemeName::Dark | ThemeName::Light if ink == Ink::Text => return None,
            ThemeName::Dark => 0,
            ThemeName::Light => 1,
            ThemeName::HighContrast => 2,
        };
        let (mixed, named) = ink.colours();
        let [r, g, b] = mixed[ground];
        match self.depth {
            ColourDepth::Mono => None,
            ColourDepth::Ansi16 => Some(named[ground]).filter(|colour| *colour != Color::Reset),
            ColourDepth::Ansi256 => Some(Color::Indexed(nearest(r, g, b))),
            ColourDepth::True => Some(Color::Rgb(r, g, b)),
        }
    }
}

fn nearest(r: u8, g: u8, b: u8) -> u8 {
    const STEPS: [u8; 6] = [0, 95, 135, 175, 215, 255];
    if r == g && g == b && (8..=238).contains(&r) {
        return 232 + (r - 8) / 10;
    }
    let step = |value: u8| {
        let far = |at: &u8| STEPS[usize::from(*at)].abs_diff(value);
        (0..6).min_by_key(far).unwrap_or(0)
    };
    16 + 36 * step(r) + 6 * step(g) + step(b)
}
