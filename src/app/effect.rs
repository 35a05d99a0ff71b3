use crate::tcp::{Command, Filter, LabOrder, RowName};

/// An order that only the world outside can carry out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Ask TCP.
    Run(Command),
    /// From now on watch these rows of the kernel's table.
    Watch(Filter),
    /// Look these rows up now.
    Look(Vec<RowName>),
    /// Ask the lab.
    Lab(LabOrder),
    /// Leave.
    Exit,
}
