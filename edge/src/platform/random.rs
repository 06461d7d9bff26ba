//! Randomness from the platform's generator.

use universal_wallet_core::refusal::Fault;

/// Fills an array with random bytes.
pub(crate) fn bytes<const N: usize>() -> Result<[u8; N], Fault> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| Fault::new(format!("no randomness: {error}")))?;
    Ok(bytes)
}

/// Random bits.
pub(crate) fn bits() -> Result<u64, Fault> {
    Ok(u64::from_le_bytes(bytes()?))
}

/// A random UUID (version 4).
pub(crate) fn uuid() -> Result<uuid::Uuid, Fault> {
    Ok(uuid::Builder::from_random_bytes(bytes()?).into_uuid())
}
