//! Randomness from the platform's generator.

use std::cell::RefCell;

use universal_wallet_core::error::InternalError;

/// Fills an array with random bytes.
pub(crate) fn bytes<const N: usize>() -> Result<[u8; N], InternalError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| InternalError::new(format!("no randomness: {error}")))?;
    Ok(bytes)
}

thread_local! {
    /// Random bits drawn and not yet used.
    static DRAWN: RefCell<Vec<u64>> = const { RefCell::new(Vec::new()) };
}

/// Random bits, drawn for many calls at once because each draw crosses into JavaScript.
pub(crate) fn bits() -> Result<u64, InternalError> {
    DRAWN.with_borrow_mut(|drawn| {
        if drawn.is_empty() {
            let more = bytes::<1024>()?;
            drawn.extend(more.as_chunks().0.iter().map(|bits| u64::from_le_bytes(*bits)));
        }
        drawn.pop().ok_or_else(|| InternalError::new("no randomness"))
    })
}

/// A random UUID (version 4).
pub(crate) fn uuid() -> Result<uuid::Uuid, InternalError> {
    Ok(uuid::Builder::from_random_bytes(bytes()?).into_uuid())
}
