pub(crate) mod segments;
