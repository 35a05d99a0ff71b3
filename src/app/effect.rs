use crate::tcp::{Command, Filter, LabOrder, SocketId};

/// An order for the outside world.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Give our own sockets an order.
    Run(Command),
    /// Watch these rows of the kernel's table from now on.
    Watch(Filter),
    /// Look up these rows now.
    Lookup(Vec<SocketId>),
    /// Read the limits of this machine again.
    ReadLimits,
    /// Give the lab an order.
    Lab(LabOrder),
    /// Write files into the current directory.
    Save {
        /// The name of the files, without extension.
        name: String,
        /// The extension and the text of each.
        texts: Vec<(&'static str, String)>,
    },
    /// Remember for the next time that this exercise is done.
    KeepExercise(usize),
    /// Quit.
    Exit,
}
