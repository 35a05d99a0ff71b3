use crate::app::table::TableRow;

/// The last rows whose ghosts have left the screen.
#[derive(Clone, Debug, Default)]
pub(crate) struct ClosedRows {
    by_birth: Vec<TableRow>,
}

impl ClosedRows {
    /// As many as a large screen has lines.
    const MOST: usize = 64;

    /// Adds one; of too many, the oldest is dropped.
    pub(crate) fn push(&mut self, row: TableRow) {
        if self.by_birth.len() == ClosedRows::MOST {
            let gone_at = |n: &usize| self.by_birth[*n].gone.map(|gone| gone.at);
            let first = (0..self.by_birth.len()).min_by_key(gone_at);
            self.by_birth.remove(first.unwrap_or(0));
        }
        let place = self.by_birth.partition_point(|other| other.born <= row.born);
        self.by_birth.insert(place, row);
    }

    pub(crate) fn by_birth(&self) -> &[TableRow] {
        &self.by_birth
    }
}
