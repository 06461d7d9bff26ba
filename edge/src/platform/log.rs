//! Lines of the log: one JSON object per fault, with its request, route and object.

use std::cell::RefCell;
use std::rc::Rc;

use serde_json::json;
use universal_wallet_core::error::InternalError;
use wasm_bindgen::prelude::wasm_bindgen;

/// The request on whose behalf code runs.
#[derive(Debug, Default)]
pub(crate) struct Context {
    /// ID of the HTTP request in the log and in its answer; an alarm has an ID of its own.
    pub(crate) request_id: String,
    /// Stable name of the route, or `alarm`.
    pub(crate) route: String,
    /// Place of the code: `Worker`, or the object's class.
    pub(crate) object: &'static str,
}

thread_local! {
    static PRESENT: RefCell<Rc<Context>> = RefCell::default();
}

/// Makes this context the current one.
pub(crate) fn enter(context: Rc<Context>) {
    PRESENT.set(context);
}

/// The current context.
pub(crate) fn context() -> Rc<Context> {
    PRESENT.with_borrow(Rc::clone)
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = console, js_name = error)]
    fn log_error(line: &str);
}

/// The log line of a fault.
fn line(context: &Context, error: &InternalError) -> String {
    let Context { request_id, route, object } = context;
    json!({ "level": "error", "requestID": request_id, "route": route, "object": object, "fault": error.0 }).to_string()
}

/// Logs a fault in the current context.
pub(crate) fn report(error: &InternalError) {
    log_error(&line(&context(), error));
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    #[test]
    fn a_fault_is_one_line_that_names_the_request() {
        let context = Context {
            request_id: "36e48800-22ce-4ea0-b37a-198f7978cd53".into(),
            route: "createOperation".into(),
            object: "Distributor",
        };
        expect![[r#"{"fault":"a pending cash-in\nwhose amount is not held","level":"error","object":"Distributor","requestID":"36e48800-22ce-4ea0-b37a-198f7978cd53","route":"createOperation"}"#]]
            .assert_eq(&line(&context, &InternalError::new("a pending cash-in\nwhose amount is not held")));
    }
}
