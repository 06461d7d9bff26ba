//! The log of attempts in an error, the hook that sees each, and the trace.

use std::env;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use universal_wallet_sdk::{Outcome, ShortCode};

use crate::child;
use crate::server::{Play, Server, balance, error, key_text, receipt};

#[tokio::test]
async fn an_error_tells_each_attempt() {
    let busy = error(503, "unavailable", "retry-after: 0\r\n");
    let server = Server::start([busy, Play::Silence, Play::Close, error(403, "ip_not_allowed", "")]).await;
    let client = server.builder().attempt_timeout(Duration::from_millis(150)).build().unwrap();
    let failed = client.balance().send().await.unwrap_err();
    let outcomes: Vec<_> = failed.attempts().iter().map(|attempt| attempt.outcome).collect();
    assert_eq!(outcomes, [Outcome::Answered(503), Outcome::TimedOut, Outcome::Broken, Outcome::Answered(403)]);
    let [first, second, .., last] = failed.attempts() else { panic!("{failed:?}") };
    assert_eq!((first.call, first.number, last.number), ("GET /balance", 1, 4));
    assert_eq!(first.request_id.as_deref(), Some("req-1"));
    assert!(second.duration >= Duration::from_millis(150) && second.started_after >= first.duration);
    assert!(first.next_after.is_some() && last.next_after.is_none());
    assert!(failed.to_string().contains("tried 4 times in"), "{failed}");
    assert!(second.to_string().starts_with("GET /balance, attempt 2: timed out after 1"), "{second}");
}

#[tokio::test]
async fn the_log_of_attempts_has_an_end() {
    let server = Server::start(vec![error(503, "unavailable", "retry-after: 0\r\n"); 40]).await;
    let client = server.builder().max_attempts(3).build().unwrap();
    assert_eq!(client.balance().send().await.unwrap_err().attempts().len(), 3);
    assert!(client.balance().send().await.unwrap_err().to_string().contains("tried 3 times"));
}

#[tokio::test]
async fn a_hook_sees_every_attempt_and_neither_key_nor_identifiers() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let sink = seen.clone();
    let server = Server::start([Play::Close, receipt(), balance(), error(404, "not_found", "")]).await;
    let hook = move |attempt: &universal_wallet_sdk::Attempt| sink.lock().unwrap().push(attempt.clone());
    let client = server.builder().on_attempt(hook).build().unwrap();
    client.cash_in("100000".parse::<ShortCode>().unwrap(), 5).send().await.unwrap();
    client.balance().send().await.unwrap();
    client.operation(&"op-8031234567".parse().unwrap()).send().await.unwrap_err();

    let seen = seen.lock().unwrap();
    let told: Vec<_> = seen.iter().map(|attempt| (attempt.call, attempt.number, attempt.outcome)).collect();
    assert_eq!(
        told,
        [
            ("POST /operations", 1, Outcome::Broken),
            ("POST /operations", 2, Outcome::Answered(200)),
            ("GET /balance", 1, Outcome::Answered(200)),
            ("GET /operations/{operationID}", 1, Outcome::Answered(404)),
        ]
    );
    let text = format!("{seen:?}");
    assert!(!text.contains("8031234") && !text.contains(&key_text()[4..14]), "{text}");
}

/// Collects spans and events as text.
struct Collector(Arc<Mutex<Vec<String>>>);

impl tracing::Subscriber for Collector {
    fn enabled(&self, metadata: &tracing::Metadata<'_>) -> bool {
        metadata.target().starts_with("universal_wallet")
    }

    fn new_span(&self, span: &tracing::span::Attributes<'_>) -> tracing::span::Id {
        self.0.lock().unwrap().push(format!("span {:?}", span.values()));
        tracing::span::Id::from_u64(1)
    }

    fn event(&self, event: &tracing::Event<'_>) {
        self.0.lock().unwrap().push(format!("{} {event:?}", event.metadata().level()));
    }

    fn record(&self, _: &tracing::span::Id, _: &tracing::span::Record<'_>) {}
    fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}
    fn enter(&self, _: &tracing::span::Id) {}
    fn exit(&self, _: &tracing::span::Id) {}
}

#[tokio::test]
async fn a_trace_has_a_span_for_the_call_and_an_event_for_each_attempt_and_no_secret() {
    // In a process of its own: other tests' threads without a subscriber would switch the trace off.
    if env::var_os("CHILD_TRACES").is_none() {
        let test = "attempts::a_trace_has_a_span_for_the_call_and_an_event_for_each_attempt_and_no_secret";
        return child::run(test, &[("CHILD_TRACES", "1")]).await;
    }
    let lines = Arc::new(Mutex::new(Vec::new()));
    let _guard = tracing::subscriber::set_default(Collector(lines.clone()));
    let server = Server::start([error(503, "unavailable", "retry-after: 0\r\n"), receipt()]).await;
    let phone: universal_wallet_sdk::Phone = "+2348031234567".parse().unwrap();
    server.client().cash_in(phone, 5).memo("a secret memo").send().await.unwrap();

    let lines = lines.lock().unwrap();
    assert_eq!(lines.len(), 3, "{lines:?}");
    assert!(lines[0].contains("POST /operations"), "{lines:?}");
    assert!(lines[1].starts_with("WARN") && lines[1].contains("503") && lines[1].contains("req-1"), "{lines:?}");
    assert!(lines[2].starts_with("DEBUG") && lines[2].contains("200"), "{lines:?}");
    let text = lines.join("\n");
    assert!(!text.contains("803123") && !text.contains("memo") && !text.contains(&key_text()[4..14]), "{text}");
}

#[test]
fn code_without_async_waits_for_a_request() {
    let blocking = universal_wallet_sdk::Blocking::new().unwrap();
    let server = blocking.wait(Server::start([balance(), balance()]));
    let client = server.client();
    for _ in 0..2 {
        assert_eq!(blocking.wait(client.balance().send()).unwrap().balance.to_string(), "50000.00");
    }
}
