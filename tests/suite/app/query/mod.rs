pub(crate) mod lab_addresses;
pub(crate) mod separate_computers;
