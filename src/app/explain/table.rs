/// That another table is read, as the kernel does not let us ask it.
pub(crate) fn instead(why: &str) -> String {
    format!("{why}; /proc/net/tcp is read instead, which takes longer and shows no backlog")
}
