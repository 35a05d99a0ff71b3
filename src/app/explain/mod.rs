pub(crate) mod connection;
pub mod sentence;
pub mod texts;

pub use crate::app::explain::sentence::{forms, further, how_held, text, words};
pub use crate::app::explain::texts::{RowPattern, TextEntry};
