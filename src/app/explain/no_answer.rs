//! Why a call has no answer yet.
