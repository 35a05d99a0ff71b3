use crate::app::table::TableRow;

/// A row whose ghost has left the screen, too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClosedRow {
    /// What was known of it.
    pub line: TableRow,
    /// Whether it stood as the client's end of its connection.
    pub is_client: bool,
}

/// The last of them.
#[derive(Clone, Debug, Default)]
pub(crate) struct ClosedRows {
    by_birth: Vec<ClosedRow>,
}

impl ClosedRows {
    /// So many are remembered: as many as a large screen has lines.
    const MOST: usize = 64;

    /// Remembers one more, and forgets the one that went first.
    pub(crate) fn push(&mut self, departed: ClosedRow) {
        if self.by_birth.len() == ClosedRows::MOST {
            let went = |n: &usize| self.by_birth[*n].line.gone.map(|gone| gone.at);
            let first = (0..self.by_birth.len()).min_by_key(went);
            self.by_birth.remove(first.unwrap_or(0));
        }
        let born = departed.line.born;
        let place = self.by_birth.partition_point(|other| other.line.born <= born);
        self.by_birth.insert(place, departed);
    }

    pub(crate) fn by_birth(&self) -> &[ClosedRow] {
        &self.by_birth
    }
}
