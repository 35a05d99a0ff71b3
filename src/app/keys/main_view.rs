/// What stands in the middle of the screen: each is another way to see the same state, and keeps nothing of its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum MainView {
    /// The kernel's table.
    #[default]
    Table,
    /// The diagram of TCP's states.
    States,
    /// The map of ports.
    Ports,
    /// Two rows, number by number.
    Compare,
    /// A life line for each row, and the ladder of one connection.
    Timeline,
    /// The system calls behind the rows.
    Calls,
    /// What many believe of ports, beside what is so.
    Myth,
}

impl MainView {
    /// How often it can be zoomed in.
    pub const fn zooms(self) -> u8 {
        match self {
            MainView::Table
            | MainView::States
            | MainView::Compare
            | MainView::Calls
            | MainView::Myth => 0,
            MainView::Ports => 2,
            MainView::Timeline => 6,
        }
    }
}
