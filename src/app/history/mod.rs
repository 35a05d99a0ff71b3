pub(crate) mod comparison;
pub mod ladder;
pub(crate) mod state_path;
pub(crate) mod state_spans;
pub mod timeline;

pub use crate::app::history::comparison::{Comparison, FIVE};
pub(crate) use crate::app::history::ladder::inferred::Worker;
pub use crate::app::history::ladder::model::{Arrow, Fate, Ladder, Pair, Rung, Side, StateMark};
pub(crate) use crate::app::history::ladder::state_marks::Became;
pub(crate) use crate::app::history::ladder::tcp_end::End;
pub use crate::app::history::state_path::{Known, Step, Way};
pub use crate::app::history::state_spans::{Life, Stretch};
pub use crate::app::history::timeline::Timeline;
