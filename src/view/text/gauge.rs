/// A gauge of `columns`: the filled part, which is blank only for 0, and the rest.
pub(crate) fn gauge(value: u32, most: u32, columns: usize) -> (String, String) {
    let halves = u128::try_from(columns).unwrap_or(0) * 2;
    let share = u128::from(value.min(most)) * halves / u128::from(most.max(1));
    let share = usize::try_from(share).unwrap_or(0);
    let share = share.max(usize::from(value > 0 && columns > 0));
    let filled = "█".repeat(share / 2) + "▌".repeat(share % 2).as_str();
    (filled, "·".repeat(columns - share.div_ceil(2)))
}
