pub(crate) mod burst;
pub(crate) mod descriptors;
pub(crate) mod held_state;
pub(crate) mod lab;
pub(crate) mod listen;
pub mod sentence;
pub mod texts;
pub(crate) mod wire;

pub(crate) use crate::app::explain::descriptors::DescriptorBudget;
pub use crate::app::explain::sentence::{further, text, words};
pub use crate::app::explain::texts::{RowPattern, TextEntry};
