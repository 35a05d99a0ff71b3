pub(crate) mod separate_computers;
