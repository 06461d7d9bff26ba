//! People: accounts, members and their roles, requests about them, invitations, passwords and sign-in.

pub mod ability;
pub mod account;
pub mod caller;
pub mod codes;
pub mod device;
pub mod invitations;
pub mod listening;
pub mod members;
pub mod model;
pub mod password;
pub mod requests;
pub mod second_factor;
pub mod sign_in;
