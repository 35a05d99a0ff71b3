/// The main view: each shows the same state in another way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum MainView {
    /// The kernel's table.
    #[default]
    Table,
    /// The diagram of TCP's states.
    States,
    /// The map of ports.
    Ports,
    /// Two five-tuples, number by number.
    Compare,
    /// A timeline for each row, and the ladder of one connection.
    Timeline,
    /// The system calls behind the rows.
    Calls,
    /// A common belief about ports, beside the facts.
    Myth,
}

impl MainView {
    /// How many times it can be zoomed in.
    pub const fn zooms(self) -> u8 {
        match self {
            Self::Ports => 2,
            Self::Timeline => 6,
            Self::Table | Self::States | Self::Compare | Self::Calls | Self::Myth => 0,
        }
    }
}
