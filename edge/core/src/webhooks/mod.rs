//! Webhooks: endpoints, the messages that entries of the chain make, their signatures, and the retry schedule.

pub mod endpoints;
pub mod event;
pub mod health;
pub mod messages;
pub mod model;
pub mod requests;
pub mod schedule;
pub mod signing;
pub mod url;
