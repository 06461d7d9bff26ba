//! Tests of the real workerd with a small Worker. They need npm's packages, which `cargo xtask test` installs.

#![expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use edge_runtime::{Entry, Error, Options, Secrets, Workerd, workerd_in};
use tempfile::TempDir;

/// Long enough for a busy machine; a passing test never waits that long.
const PATIENCE: Duration = Duration::from_secs(30);

struct Place {
    folder: TempDir,
    options: Options,
}

fn place() -> Place {
    let folder = tempfile::tempdir().unwrap();
    let build_dir = folder.path().join("build");
    fs::create_dir(&build_dir).unwrap();
    fs::write(build_dir.join("worker.js"), include_str!("worker.js")).unwrap();
    let options = Options {
        build_dir,
        assets_dir: None,
        state_dir: folder.path().join("state"),
        port: 0,
        entry: Entry::Production,
        vars: Vec::new(),
        secrets: Secrets::generate().unwrap(),
        workerd: workerd_in(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../node_modules")),
        network: None,
    };
    Place { folder, options }
}

/// The complete answer, head and body.
fn get(workerd: &Workerd, path: &str) -> String {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, workerd.port())).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

fn body(workerd: &Workerd, path: &str) -> String {
    let answer = get(workerd, path);
    answer.split_once("\r\n\r\n").unwrap().1.to_owned()
}

fn wait_until(what: &str, mut done: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !done() {
        assert!(Instant::now() < deadline, "{what} did not happen");
        thread::sleep(Duration::from_millis(20));
    }
}

fn is_running(pid: u32) -> bool {
    let state = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    !state.is_empty() && !state.contains(") Z ")
}

#[test]
fn storage_survives_a_kill_and_another_state_folder_is_fresh() {
    let Place { folder, mut options } = place();
    let first = Workerd::start(options.clone()).unwrap();
    assert_eq!(body(&first, "/api/add"), r#"["added"]"#);
    let pid = first.pid();
    first.kill().unwrap();
    assert!(!is_running(pid));

    let second = Workerd::start(options.clone()).unwrap();
    assert_eq!(body(&second, "/api/events"), r#"["added"]"#);
    second.stop().unwrap();

    options.state_dir = folder.path().join("other");
    let third = Workerd::start(options).unwrap();
    assert_eq!(body(&third, "/api/events"), "[]");
}

#[test]
fn an_alarm_rings_also_when_it_came_due_while_nothing_ran() {
    let Place { folder: _folder, options } = place();
    let first = Workerd::start(options.clone()).unwrap();
    body(&first, "/api/wake/1");
    wait_until("the alarm", || body(&first, "/api/events") == r#"["alarm"]"#);
    body(&first, "/api/wake/1500");
    first.kill().unwrap();

    let second = Workerd::start(options).unwrap();
    wait_until("the alarm set before the kill", || body(&second, "/api/events") == r#"["alarm","alarm"]"#);
}

#[test]
fn variables_and_secrets_reach_the_worker_and_secrets_no_file() {
    let Place { folder, mut options } = place();
    options.vars = vec![("OURS".into(), "a \"quoted\" ₦".into())];
    options.secrets.set("KEY_PEPPER", "pepper-that-no-file-may-hold-0123");
    let workerd = Workerd::start(options).unwrap();
    let env: serde_json::Value = serde_json::from_str(&body(&workerd, "/api/env")).unwrap();
    let expected = serde_json::json!({
        "CURRENCY": "NGN", "KEY_PEPPER": "pepper-that-no-file-may-hold-0123", "OURS": "a \"quoted\" ₦",
    });
    assert_eq!(env, expected);
    let config = fs::read_to_string(folder.path().join("state/workerd.capnp")).unwrap();
    assert!(config.contains("KEY_PEPPER") && !config.contains("pepper-that"));
}

#[test]
fn files_have_types_and_headers_and_the_worker_answers_first_on_its_paths() {
    let Place { folder, mut options } = place();
    let page = folder.path().join("page");
    fs::create_dir_all(page.join("docs")).unwrap();
    fs::write(page.join("index.html"), "the page").unwrap();
    fs::write(page.join("docs/index.html"), "the guide").unwrap();
    fs::write(page.join("app.js"), "export {};").unwrap();
    fs::write(page.join("_headers"), "/*\n  X-Frame-Options: DENY\n").unwrap();
    fs::write(page.join(".assetsignore"), "jsconfig.json\n").unwrap();
    fs::write(page.join("jsconfig.json"), "{}").unwrap();
    options.assets_dir = Some(page);
    let workerd = Workerd::start(options).unwrap();

    let root = get(&workerd, "/").to_lowercase();
    assert!(root.contains("the page") && root.contains("content-type: text/html"), "{root}");
    assert!(root.contains("x-frame-options: deny"), "{root}");
    let script = get(&workerd, "/app.js").to_lowercase();
    assert!(script.contains("export {};") && script.contains("content-type: text/javascript"), "{script}");
    assert!(body(&workerd, "/docs/").contains("the guide"));
    assert_eq!(body(&workerd, "/api/files/app.js"), "export {};");

    for missing in ["/_headers", "/.assetsignore", "/jsconfig.json", "/nowhere", "/..%2fbuild/worker.js"] {
        assert!(get(&workerd, &format!("/api/files{missing}")).starts_with("HTTP/1.1 404"), "{missing}");
        assert_eq!(body(&workerd, missing), format!("{{\"worker\":\"{missing}\"}}"));
    }
    for path in ["/api", "/api/v1", "/admin/v1/session", "/issuer", "/healthz", "/openapi.json"] {
        assert_eq!(body(&workerd, path), format!("{{\"worker\":\"{path}\"}}"));
    }
}

#[test]
fn a_taken_port_and_a_broken_worker_are_told_apart() {
    let Place { folder: _folder, mut options } = place();
    let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    options.port = taken.local_addr().unwrap().port();
    let error = Workerd::start(options.clone()).unwrap_err();
    assert!(matches!(error, Error::PortTaken(port) if port == options.port), "{error}");

    options.port = 0;
    fs::write(options.build_dir.join("worker.js"), "export default {").unwrap();
    let error = Workerd::start(options).unwrap_err();
    assert!(matches!(&error, Error::NotStarted(text) if text.contains("SyntaxError")), "{error}");
}

#[test]
fn a_dropped_value_takes_workerd_with_it() {
    let Place { folder: _folder, options } = place();
    let workerd = Workerd::start(options).unwrap();
    let pid = workerd.pid();
    drop(workerd);
    assert!(!is_running(pid));
}

/// Set for the process that `a_killed_holder_takes_workerd_with_it` starts and kills.
const HOLDER: &str = "EDGE_RUNTIME_TEST_HOLDER";

#[test]
fn a_killed_holder_takes_workerd_with_it() {
    let Place { folder: _folder, options } = place();
    if let Some(file) = std::env::var_os(HOLDER) {
        let workerd = Workerd::start(options).unwrap();
        fs::write(&file, workerd.pid().to_string()).unwrap();
        thread::sleep(PATIENCE);
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("pid");
    let mut holder = Command::new(std::env::current_exe().unwrap());
    holder.args(["--exact", "a_killed_holder_takes_workerd_with_it"]).env(HOLDER, &file).stdout(Stdio::null());
    let mut holder = holder.spawn().unwrap();
    let mut pid = None;
    wait_until("the start", || {
        pid = fs::read_to_string(&file).ok().and_then(|text| text.parse().ok());
        pid.is_some()
    });
    holder.kill().unwrap();
    holder.wait().unwrap();
    wait_until("the end of workerd", || !is_running(pid.unwrap()));
}
