pub(crate) mod connection;
pub mod sentence;
pub mod texts;

pub use crate::app::explain::sentence::{further, held_in_lab, how_held, text, words};
pub use crate::app::explain::texts::{RowPattern, TextEntry};
