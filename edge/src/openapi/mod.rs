//! `openapi.json`: sections 2 to 4 of the API as OpenAPI 3.1, generated from the served routes and the answer types.
//! Compiled only for tests, so the wasm contains none of it; the shell serves the file.

mod approvals;
mod bodies;
mod document;
mod issuer;
mod key;
mod keys;
mod limits;
mod operation;
mod operations;
mod parameters;
mod people;
mod schemas;
mod second_factor;
mod session;
mod settings;
mod texts;
mod webhooks;

use operation::Operation;

/// All descriptions.
fn descriptions() -> Vec<Operation> {
    let mut all = key::descriptions();
    all.extend(session::descriptions());
    all.extend(second_factor::descriptions());
    all.extend(keys::descriptions());
    all.extend(approvals::descriptions());
    all.extend(operations::descriptions());
    all.extend(people::descriptions());
    all.extend(settings::descriptions());
    all.extend(webhooks::descriptions());
    all.extend(issuer::descriptions());
    all
}

mod tests {
    use std::collections::HashSet;
    use std::fs;

    use super::descriptions;
    use super::document::document;
    use crate::http::routes::{Access, Route};

    #[test]
    fn every_route_is_described_once_and_every_description_has_a_route() {
        let described: Vec<_> = descriptions().iter().map(|operation| operation.route).collect();
        let distinct: HashSet<_> = described.iter().copied().collect();
        assert_eq!(described.len(), distinct.len(), "a route is described twice");
        let served: HashSet<_> = Route::ALL.iter().copied().filter(|route| route.access() != Access::Public).collect();
        let missing: Vec<_> = served.difference(&distinct).collect();
        let idle: Vec<_> = distinct.difference(&served).collect();
        assert!(missing.is_empty() && idle.is_empty(), "not described: {missing:?}; not served: {idle:?}");
        let names: HashSet<_> = descriptions().iter().map(|operation| operation.id).collect();
        assert_eq!(names.len(), described.len(), "two operations share an operationId");
    }

    #[test]
    fn the_routes_read_exactly_the_parameters_that_are_described() {
        for operation in descriptions() {
            let described: HashSet<_> = operation
                .parameters
                .iter()
                .filter(|parameter| parameter["in"] == "query")
                .filter_map(|parameter| parameter["name"].as_str())
                .collect();
            let read: HashSet<_> = operation.route.parameters().iter().copied().collect();
            assert_eq!(described, read, "{}", operation.id);
        }
    }

    /// Renew the file with `UPDATE_OPENAPI=1 cargo test -p universal-wallet-edge openapi`, and review the difference.
    #[test]
    fn the_file_is_what_the_routes_and_types_say() {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.json");
        let text = serde_json::to_string_pretty(&document()).unwrap() + "\n";
        if std::env::var_os("UPDATE_OPENAPI").is_some() {
            fs::write(file, &text).unwrap();
        }
        let kept = fs::read_to_string(file).unwrap_or_default();
        let place = text.lines().zip(kept.lines()).position(|(made, kept)| made != kept);
        assert!(kept == text, "openapi.json differs, first in line {place:?}; see above how to write it anew");
    }
}
