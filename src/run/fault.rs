/// Panics once at the place that `FIVETUPLE_PANIC` names, for tests.
#[cfg(debug_assertions)]
#[track_caller]
pub(super) fn break_on_purpose(place: &str) {
    use std::sync::atomic::AtomicBool;
    use std::sync::atomic::Ordering;
    static BROKEN: AtomicBool = AtomicBool::new(false);
    let wanted = std::env::var_os("FIVETUPLE_PANIC").is_some_and(|wanted| wanted == place);
    assert!(!wanted || BROKEN.swap(true, Ordering::SeqCst), "broken on purpose: {place}");
}

#[cfg(not(debug_assertions))]
pub(crate) fn break_on_purpose(_place: &str) {}
