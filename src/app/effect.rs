use crate::tcp::{Command, Filter, LabOrder, SocketId};

/// An order that only the world outside can carry out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Ask TCP.
    Run(Command),
    /// From now on watch these rows of the kernel's table.
    Watch(Filter),
    /// Look these rows up now.
    Lookup(Vec<SocketId>),
    /// Ask the lab.
    Lab(LabOrder),
    /// Write texts into files of that name, each with its ending, into the current directory.
    Save {
        /// What the files are called, without their endings.
        name: String,
        /// The endings, and what is to be written.
        texts: Vec<(&'static str, String)>,
    },
    /// Leave.
    Exit,
}
