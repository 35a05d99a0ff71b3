pub(crate) mod connection;
pub(crate) mod descriptors;
pub mod sentence;
pub mod texts;

pub(crate) use crate::app::explain::descriptors::DescriptorBudget;
pub use crate::app::explain::sentence::{further, held_in_lab, how_held, text, words};
pub use crate::app::explain::texts::{RowPattern, TextEntry};
