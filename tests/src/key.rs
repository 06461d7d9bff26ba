//! A claimed API key.

/// A claimed key.
#[derive(Clone, Debug)]
pub struct Key {
    /// The key's `keyID`.
    pub id: String,
    /// The secret: `uwk_…`.
    pub secret: String,
    /// The approval that issued the key.
    pub approval: String,
}
