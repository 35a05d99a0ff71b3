//! Colours and characters.

pub(crate) mod big_letters;
pub(crate) mod glyphs;
pub(crate) mod ink;
pub(crate) mod theme;
