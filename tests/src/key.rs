//! An API key in somebody's hands.

/// A claimed key.
#[derive(Clone, Debug)]
pub struct Key {
    /// Its `keyID`.
    pub id: String,
    /// `uwk_…`.
    pub secret: String,
    /// The approval that issued it.
    pub approval: String,
}
