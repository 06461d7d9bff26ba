//! Calls by the platform's fetch: in a Worker, a browser or Node.

use core::future::{Future, poll_fn};
use core::pin::pin;
use core::task::Poll;
use core::time::Duration;

use gloo_timers::future::TimeoutFuture;
use js_sys::{Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    AbortController, Headers, ReadableStreamDefaultReader, RequestInit, RequestRedirect, Response, WorkerGlobalScope,
};
use zeroize::Zeroizing;

use crate::answer::{Answer, Failure, LONGEST_BODY, TOO_LONG};
use crate::call::Call;
use crate::key::ApiKey;

pub(crate) struct Transport {
    authorization: Zeroizing<String>,
}

impl Transport {
    pub(crate) fn new(key: &ApiKey) -> Self {
        Self { authorization: Zeroizing::new(format!("Bearer {}", key.expose())) }
    }

    pub(crate) async fn send(&self, call: &Call, url: String, timeout: Duration) -> Result<Answer, Failure> {
        let mut exchange = pin!(self.exchange(call, &url));
        let mut timer = pin!(sleep(timeout));
        poll_fn(|context| {
            if let Poll::Ready(answer) = exchange.as_mut().poll(context) {
                return Poll::Ready(answer);
            }
            timer
                .as_mut()
                .poll(context)
                .map(|()| Err(Failure::Timeout("the time allowed for an attempt is over".into())))
        })
        .await
    }

    async fn exchange(&self, call: &Call, url: &str) -> Result<Answer, Failure> {
        let aborted = AbortOnDrop(AbortController::new().map_err(|error| broken(&error))?);
        let init = self.init(call, &aborted.0).map_err(|error| broken(&error))?;
        // Every global scope has fetch as a method, whatever it is called.
        let scope: WorkerGlobalScope = js_sys::global().unchecked_into();
        let response =
            JsFuture::from(scope.fetch_with_str_and_init(url, &init)).await.map_err(|error| broken(&error))?;
        let response: Response = response.unchecked_into();
        let status = response.status();
        let headers = response.headers();
        let body = body(&response).await?;
        Ok(Answer::new(status, |name| headers.get(name).ok().flatten(), body))
    }

    fn init(&self, call: &Call, abort: &AbortController) -> Result<RequestInit, JsValue> {
        let headers = Headers::new()?;
        headers.set("authorization", &self.authorization)?;
        headers.set("accept", "application/json")?;
        let init = RequestInit::new();
        init.set_method(call.method.as_str());
        init.set_redirect(RequestRedirect::Manual);
        init.set_signal(Some(&abort.signal()));
        if let Some(key) = &call.idempotency_key {
            headers.set("idempotency-key", key.as_str())?;
        }
        if let Some(body) = &call.body {
            headers.set("content-type", "application/json")?;
            init.set_body(&Uint8Array::from(body.as_slice()));
        }
        init.set_headers(&headers);
        Ok(init)
    }
}

async fn body(response: &Response) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let Some(stream) = response.body() else { return Ok(bytes) };
    let reader: ReadableStreamDefaultReader = stream.get_reader().unchecked_into();
    loop {
        let part = JsFuture::from(reader.read()).await.map_err(|error| broken(&error))?;
        let chunk = Reflect::get(&part, &JsValue::from_str("value")).map_err(|error| broken(&error))?;
        if chunk.is_undefined() {
            return Ok(bytes);
        }
        let chunk = Uint8Array::new(&chunk).to_vec();
        if bytes.len() + chunk.len() > LONGEST_BODY {
            return Err(Failure::Unreadable { status: response.status(), problem: TOO_LONG });
        }
        bytes.extend_from_slice(&chunk);
    }
}

/// Ends what still runs when the call is over or given up.
struct AbortOnDrop(AbortController);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

fn broken(error: &JsValue) -> Failure {
    let text = error.dyn_ref::<js_sys::Error>().map_or_else(|| format!("{error:?}"), |error| error.message().into());
    Failure::Broken(text.into())
}

pub(crate) async fn sleep(duration: Duration) {
    // setTimeout takes no more than 2^31 ms.
    let ms = u32::try_from(duration.as_millis()).unwrap_or(u32::MAX).min(i32::MAX.unsigned_abs());
    TimeoutFuture::new(ms).await;
}

/// `std::time::Instant` does not work on wasm32.
#[derive(Clone, Copy)]
pub(crate) struct Instant(f64);

impl Instant {
    pub(crate) fn now() -> Self {
        Self(js_sys::Date::now())
    }

    /// Zero when the clock was set back meanwhile.
    pub(crate) fn elapsed(self) -> Duration {
        Duration::try_from_secs_f64((js_sys::Date::now() - self.0) / 1000.0).unwrap_or_default()
    }
}
