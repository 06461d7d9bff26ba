//! Operations: a distributor's cash-ins and cash-outs, and its float.

pub mod cash_outs;
pub mod create;
pub mod decision;
pub mod float;
pub mod lifecycle;
pub mod limits;
pub mod model;
pub mod request_body;
pub mod requester;
pub mod responses;
pub mod search_index;
pub mod statement;
