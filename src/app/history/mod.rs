//! What happened to connections, as the views need it: ladder, timeline, path through the states, comparison.

pub(crate) mod comparison;
pub(crate) mod connection;
pub mod ladder;
pub(crate) mod states;
pub mod timeline;

pub use crate::app::history::comparison::{Comparison, FIVE};
pub use crate::app::history::connection::{Connection, ConnectionEnd};
pub(crate) use crate::app::history::ladder::inferred::Inference;
pub use crate::app::history::ladder::model::{Ladder, LadderArrow, Rung, Side, StateMark};
pub(crate) use crate::app::history::ladder::state_marks::StateMarks;
pub(crate) use crate::app::history::ladder::tcp_end::TcpEnd;
pub use crate::app::history::states::{Certainty, PathStep, StatePath, StateSpan};
pub use crate::app::history::timeline::Timeline;
