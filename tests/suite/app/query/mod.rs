pub(crate) mod lab_addresses;
pub(crate) mod roles;
pub(crate) mod separate_computers;
