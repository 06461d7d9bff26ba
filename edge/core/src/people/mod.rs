//! People: members and their roles, requests about them, passwords and sign-in.

pub mod caller;
pub mod members;
pub mod model;
pub mod password;
pub mod requests;
pub mod second_factor;
pub mod sign_in;
