//! The scripted server of server.js.

use js_sys::{Function, Promise, Reflect, eval};
use serde_json::{Value, json};
use universal_wallet_sdk::key::checksum;
use universal_wallet_sdk::{Client, ClientBuilder};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

pub(crate) const DISTRIBUTOR: &str = "36e48800-22ce-4ea0-b37a-198f7978cd53";

pub(crate) fn balance() -> Value {
    let body = r#"{"balance":"90071992547409.93","available":"45000.00","held":"5000.00","currency":"NGN"}"#;
    json!({ "status": 200, "body": body })
}

pub(crate) fn receipt() -> Value {
    json!({ "status": 200, "body": format!(r#"{{"operationID":"op_{DISTRIBUTOR}","status":"completed"}}"#) })
}

pub(crate) fn error(status: u16, code: &str) -> Value {
    let body = json!({ "error": "Status", "message": "A sentence.", "code": code, "requestID": "r" }).to_string();
    json!({ "status": status, "headers": { "retry-after": "0" }, "body": body })
}

pub(crate) struct Server(JsValue);

impl Server {
    /// Plays the scripted answers in order; after the last, it closes every connection unanswered.
    pub(crate) async fn start(plays: Value) -> Self {
        let start: Function = eval(include_str!("server.js")).unwrap().unchecked_into();
        let started: Promise = start.call1(&JsValue::NULL, &plays.to_string().into()).unwrap().unchecked_into();
        Self(JsFuture::from(started).await.unwrap())
    }

    pub(crate) fn url(&self) -> String {
        Reflect::get(&self.0, &"url".into()).unwrap().as_string().unwrap()
    }

    pub(crate) fn calls(&self) -> Value {
        serde_json::from_str(&self.call("calls").as_string().unwrap()).unwrap()
    }

    pub(crate) fn builder(&self) -> ClientBuilder {
        // A key whose tags are no server's, so it opens nothing.
        let before = "uwk_SecretOfNobodyThatIsOnlyForTests01234567890123";
        let key = format!("{before}{}", String::from_utf8_lossy(&checksum(before.as_bytes())));
        Client::builder(self.url(), DISTRIBUTOR.parse().unwrap(), key.parse().unwrap())
    }

    pub(crate) fn client(&self) -> Client {
        self.builder().build().unwrap()
    }

    fn call(&self, method: &str) -> JsValue {
        let method: Function = Reflect::get(&self.0, &method.into()).unwrap().unchecked_into();
        method.call0(&self.0).unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.call("close");
    }
}
