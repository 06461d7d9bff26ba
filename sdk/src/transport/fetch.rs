//! HTTP calls through the platform's fetch: in a Worker, a browser or Node.

use core::future::poll_fn;
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

use crate::answer::{Answer, Failure, too_long};
use crate::call::Call;
use crate::key::ApiKey;

pub(crate) struct Transport {
    authorization: Zeroizing<String>,
}

impl Transport {
    pub(crate) fn new(key: &ApiKey) -> Self {
        Self { authorization: Zeroizing::new(format!("Bearer {}", key.expose())) }
    }

    /// The complete answer, within the time limit.
    pub(crate) async fn send(&self, call: &Call, url: String, timeout: Duration) -> Result<Answer, Failure> {
        within(timeout, async { self.open(call, url).await?.whole(call.longest_answer).await }).await
    }

    /// The start of an answer; its body follows as a stream.
    pub(crate) async fn open(&self, call: &Call, url: String) -> Result<Incoming, Failure> {
        let aborted = AbortOnDrop(AbortController::new().map_err(|error| broken(&error))?);
        let init = self.init(call, &aborted.0).map_err(|error| broken(&error))?;
        // Every global scope has fetch as a method, whatever it is called.
        let scope: WorkerGlobalScope = js_sys::global().unchecked_into();
        let response =
            JsFuture::from(scope.fetch_with_str_and_init(&url, &init)).await.map_err(|error| broken(&error))?;
        let response: Response = response.unchecked_into();
        let reader = response.body().map(|stream| stream.get_reader().unchecked_into());
        Ok(Incoming { response, reader, _aborted: aborted })
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

/// An answer whose body is still arriving.
pub(crate) struct Incoming {
    response: Response,
    /// Absent if there is no body.
    reader: Option<ReadableStreamDefaultReader>,
    _aborted: AbortOnDrop,
}

impl Incoming {
    pub(crate) fn status(&self) -> u16 {
        self.response.status()
    }

    /// The next part of the body.
    pub(crate) async fn chunk(&mut self) -> Result<Option<Vec<u8>>, Failure> {
        let Some(reader) = &self.reader else { return Ok(None) };
        let part = JsFuture::from(reader.read()).await.map_err(|error| broken(&error))?;
        let chunk = Reflect::get(&part, &JsValue::from_str("value")).map_err(|error| broken(&error))?;
        Ok((!chunk.is_undefined()).then(|| Uint8Array::new(&chunk).to_vec()))
    }

    /// The whole body, unless it is longer than `longest` bytes.
    pub(crate) async fn whole(mut self, longest: usize) -> Result<Answer, Failure> {
        let mut bytes = Vec::new();
        while let Some(chunk) = self.chunk().await? {
            if bytes.len() + chunk.len() > longest {
                return Err(too_long(self.status(), longest));
            }
            bytes.extend_from_slice(&chunk);
        }
        let headers = self.response.headers();
        Ok(Answer::new(self.status(), |name| headers.get(name).ok().flatten(), bytes))
    }
}

/// The result of the future, unless the time limit passes.
pub(crate) async fn within<T>(time: Duration, awaited: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let (mut awaited, mut timer) = (pin!(awaited), pin!(sleep(time)));
    poll_fn(|context| {
        if let Poll::Ready(answer) = awaited.as_mut().poll(context) {
            return Poll::Ready(answer);
        }
        timer.as_mut().poll(context).map(|()| Err(Failure::Timeout("the time allowed for an attempt is over".into())))
    })
    .await
}

/// Aborts the fetch when the call is over or given up.
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
    // setTimeout accepts at most 2^31 ms.
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

    /// Zero if the clock was set back meanwhile.
    pub(crate) fn elapsed(self) -> Duration {
        Duration::try_from_secs_f64((js_sys::Date::now() - self.0) / 1000.0).unwrap_or_default()
    }
}
