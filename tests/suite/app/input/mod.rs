pub(crate) mod keys;
pub(crate) mod out_of_range;
pub(crate) mod palette;
pub(crate) mod terminals;
