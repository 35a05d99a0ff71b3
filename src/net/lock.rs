use std::sync::{Mutex, MutexGuard, PoisonError};

/// Locks also after a panic: nothing that is guarded here can be left half done.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
