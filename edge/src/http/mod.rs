//! HTTP: routes, requests from the shell, queries, cookies, answers.

pub(crate) mod answer;
pub(crate) mod cookie;
pub(crate) mod device;
pub(crate) mod key_headers;
pub(crate) mod period;
pub(crate) mod query;
pub(crate) mod request;
pub mod routes;
pub(crate) mod shown_person;
