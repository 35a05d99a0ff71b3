pub(crate) mod accept;
pub(crate) mod burst;
pub(crate) mod connection;
pub(crate) mod descriptors;
pub(crate) mod failure;
pub(crate) mod held_state;
pub(crate) mod lab;
pub(crate) mod listen;
pub mod sentence;
pub mod texts;
pub(crate) mod wire;

pub(crate) use crate::app::explain::descriptors::DescriptorBudget;
pub use crate::app::explain::sentence::sentence;
pub use crate::app::explain::texts::{RowPattern, TextEntry};
