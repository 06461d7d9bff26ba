//! The crate's webhooks and the official npm package `standardwebhooks`: each verifies the other's signatures, the crate
//! inside a Worker.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};
use std::time::{SystemTime, UNIX_EPOCH};

use edge_runtime::ProcessGroup;
use universal_wallet_sdk::Timestamp;
use universal_wallet_sdk::webhook::Secret;

use crate::foreign::Foreign;
use crate::worker::{WEBHOOK_SECRET, Worker};

const BODY: &str = r#"{"type":"webhook.test","timestamp":"2026-11-24T18:07:48.000Z","data":{"memo":"₦ 🙂"}}"#;

fn seconds() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs().try_into().unwrap()
}

fn worker() -> Worker {
    Worker::start(&Foreign::start(Vec::new()).url, crate::DISTRIBUTOR, &crate::key())
}

/// The output of a program that has the npm package as `Webhook`, and the arguments in `id`, `seconds` and so on.
fn npm(program: &str, arguments: &[&str]) -> String {
    let script = format!(
        "import {{ Webhook }} from 'standardwebhooks';\nconst [secret, id, seconds, body, signature] = \
         process.argv.slice(1);\nconst webhook = new Webhook(secret);\n{program}"
    );
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
    let mut command = Command::new("node");
    command.args(["--input-type=module", "--eval", &script, "--"]).args(arguments).current_dir(root);
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

fn signed_by_npm(id: &str, seconds: i64, body: &str) -> String {
    let program = "console.log(webhook.sign(id, new Date(seconds * 1000), body));";
    npm(program, &[WEBHOOK_SECRET, id, &seconds.to_string(), body])
}

fn send(worker: &Worker, id: &str, seconds: i64, signature: &str, body: &str) -> u16 {
    let seconds = seconds.to_string();
    worker.receive([("webhook-id", id), ("webhook-timestamp", &seconds), ("webhook-signature", signature)], body)
}

#[test]
fn a_worker_takes_what_the_npm_package_signed_and_handles_it_once() {
    let worker = worker();
    let now = seconds();
    let signature = signed_by_npm("msg_1", now, BODY);
    assert_eq!(send(&worker, "msg_1", now, &signature, BODY), 200);
    assert_eq!(send(&worker, "msg_1", now, &signature, BODY), 200, "a repetition is acknowledged");
    let handled = worker.send("GET", "/events", "").1;
    assert_eq!(handled, r#"{"handled":["webhook.test"]}"#);

    for (id, at, signature, body) in [
        ("msg_2", now, signature.as_str(), BODY),
        ("msg_1", now + 1, &signature, BODY),
        ("msg_1", now, &signature, &BODY.replace("test", "text")),
        ("msg_1", now, "v1,", BODY),
        ("msg_1", now - 400, &signed_by_npm("msg_1", now - 400, BODY), BODY),
    ] {
        assert_eq!(send(&worker, id, at, signature, body), 400, "{id} {at} {signature} {body}");
    }
}

#[test]
fn the_receiver_with_axum_takes_what_the_npm_package_signed() {
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/../../sdk/Cargo.toml");
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(["run", "--quiet", "--manifest-path", manifest, "--features", "webhook"]);
    command.args(["--example", "webhook_receiver", "--", "127.0.0.1:0"]);
    command.env("UNIVERSAL_WALLET_WEBHOOK_SECRET", WEBHOOK_SECRET).stdout(Stdio::piped());
    let mut process = ProcessGroup::start(&mut command).unwrap();
    let mut lines = BufReader::new(process.take_output().unwrap()).lines().map(Result::unwrap);
    let url = lines.next().unwrap().replace("listening on ", "");

    let now = seconds();
    let (time, signature) = (now.to_string(), signed_by_npm("msg_1", now, BODY));
    let send = |id: &str| {
        let request = ureq::post(&url).header("webhook-id", id).header("webhook-timestamp", &time);
        let request = request.header("webhook-signature", &signature);
        request.config().http_status_as_error(false).build().send(BODY).unwrap().status().as_u16()
    };
    assert_eq!([send("msg_1"), send("msg_1"), send("msg_2")], [200, 200, 400]);
    assert_eq!(lines.next().unwrap(), "webhook.test: nothing to do");
}

#[test]
fn the_npm_package_takes_what_the_crate_signed() {
    let now = Timestamp::from_unix_ms(seconds() * 1000);
    let secret: Secret = WEBHOOK_SECRET.parse().unwrap();
    let signature = secret.sign("msg_1", now, BODY.as_bytes());
    assert_eq!(signature, signed_by_npm("msg_1", now.unix_ms() / 1000, BODY));
    let program = "const headers = { 'webhook-id': id, 'webhook-timestamp': seconds, 'webhook-signature': signature };\n\
                   console.log(webhook.verify(body, headers).data.memo);";
    let seconds = (now.unix_ms() / 1000).to_string();
    assert_eq!(npm(program, &[WEBHOOK_SECRET, "msg_1", &seconds, BODY, &signature]), "₦ 🙂");
}
