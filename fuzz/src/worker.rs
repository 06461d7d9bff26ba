//! Whole requests, as the shell passes them to the Worker.

use std::sync::Once;

use universal_wallet_edge::http::routes::Route;
use universal_wallet_edge::worker::Worker;

const VARIABLES: &str = r#"{
    "ISSUER_TOKEN": "one-secret-of-the-fuzzer-that-is-long-enough",
    "KEY_PEPPER": "another-secret-of-the-fuzzer-that-is-long-enough",
    "SESSION_SECRET": "a-third-secret-of-the-fuzzer-that-is-long-enough"
}"#;

/// The time of all requests.
const NOW_MS: f64 = 1_800_000_000_000.0;

/// Each thread has its own settings.
fn configured() {
    thread_local! {
        static CONFIGURED: Once = const { Once::new() };
    }
    CONFIGURED.with(|once| once.call_once(|| assert_eq!(Worker::configure(VARIABLES), "")));
}

/// Checks a step: an answer that is not our fault and leaks nothing, a request for the body, a
/// message to an object, or a socket.
fn check(step: &str, text: &str) {
    // The API's description follows the head of its answer.
    let step = step.strip_prefix('T').unwrap_or(step);
    match step.as_bytes().first() {
        Some(b'A') => {
            let status = &step[1..4];
            assert!(status < "500", "{status} for {text:?}: {step}");
            let (head, _) = step.split_once("\n\n").expect("a head ends with a blank line");
            // The head is a status and lines of a name and a value, whatever the request.
            for line in head.lines().skip(1) {
                let (name, value) = line.split_once(": ").expect("a header");
                assert!(name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-'), "{line:?}");
                assert!(!value.chars().any(char::is_control), "{line:?}");
            }
        }
        Some(b'B' | b'O' | b'S') => {}
        _ => panic!("no step for {text:?}: {step}"),
    }
    for secret in ["one-secret-of", "another-secret-of", "a-third-secret-of"] {
        assert!(!step.contains(secret) || text.contains(secret), "{secret} leaks");
    }
}

/// A request: the first byte chooses a route (otherwise the text names it), the first line goes
/// into its path, the next ones are headers, and the text after a blank line is the body.
pub fn request(data: &[u8]) {
    configured();
    let Some((choice, rest)) = data.split_first() else { return };
    let text = String::from_utf8_lossy(rest);
    let (head, body) = text.split_once("\n\n").unwrap_or((&text, ""));
    let mut lines = head.split('\n');
    let first = lines.next().unwrap_or_default();
    let (method, path) = match Route::ALL.get(usize::from(*choice) % (Route::ALL.len() + 1)) {
        Some(route) => {
            let mut parts = route.pattern().split('*');
            let mut path = parts.next().unwrap_or_default().to_owned();
            let mut segments = first.split('\u{b7}').chain(std::iter::repeat("36e48800-22ce-4ea0-b37a-198f7978cd53"));
            for part in parts {
                path.extend([segments.next().unwrap_or_default(), part]);
            }
            (route.method().to_owned(), path)
        }
        None => first.split_once(' ').map_or(("GET".into(), first.into()), |(one, two)| (one.into(), two.into())),
    };
    // Authorization, Content-Type, Idempotency-Key, CF-Connecting-IP, Cookie, Origin, Sec-Fetch-Site, Upgrade.
    let issuer = "=Bearer one-secret-of-the-fuzzer-that-is-long-enough";
    let mut headers: Vec<String> = lines.map(str::to_owned).collect();
    headers.resize(8, String::new());
    if path.starts_with("/issuer") && headers[0].is_empty() {
        issuer.clone_into(&mut headers[0]);
    }
    if headers[1].is_empty() {
        "=application/json".clone_into(&mut headers[1]);
    }
    let text = format!("{method}\nhttps://edge.test{path}\n{}", headers.join("\n"));
    let step = Worker::begin(&text, "id", NOW_MS);
    check(&step, &text);
    if step == "B" {
        for trouble in ["", "large", "broken"] {
            check(&Worker::begin_with_body(&text, body.as_bytes(), trouble, "id", NOW_MS), &text);
        }
    }
}

/// A session cookie: no cookie made by a fuzzer opens a session.
pub fn cookie(data: &[u8]) {
    configured();
    let Ok(text) = std::str::from_utf8(data) else { return };
    let line = text.replace('\n', "");
    for cookie in [line.clone(), format!("__Host-uw_session={line}")] {
        let request = format!("GET\nhttps://edge.test/admin/v1/session\n\n\n\n\n={cookie}\n\n\n");
        let step = Worker::begin(&request, "id", NOW_MS);
        check(&step, &request);
        assert!(step.starts_with("A401"), "a cookie that nobody made: {cookie:?}");
    }
}
