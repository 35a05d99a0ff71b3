pub(crate) mod segment_counts;
pub(crate) mod segments;
