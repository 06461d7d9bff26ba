//! The same journey on `wrangler dev`, as `cargo xtask dev` starts it.

use std::fs::{self, File};
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use edge_runtime::{ProcessGroup, Secrets};
use serde_json::Value;
use universal_wallet_tests::description::TEXT;
use universal_wallet_tests::edge::Edge;
use universal_wallet_tests::money::assert_conserved;
use universal_wallet_tests::person::sign_in;

const PHONE: &str = "+2348031234567";
/// An outdated build takes minutes to rebuild.
const START: Duration = Duration::from_mins(10);

/// Runs the user's command, and waits for its demo.
fn dev(state: &Path) -> (ProcessGroup, Edge) {
    let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port();
    let log = state.join("dev.log");
    let output = File::create(&log).unwrap();
    let mut command = Command::new(env!("CARGO"));
    command.args(["xtask", "dev", "--runtime", "wrangler", "--port", &port.to_string(), "--state"]).arg(state);
    command.current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
    command.stdin(Stdio::null()).stderr(output.try_clone().unwrap()).stdout(output);
    let mut process = ProcessGroup::start(&mut command).unwrap();
    let deadline = Instant::now() + START;
    while !fs::read_to_string(&log).unwrap().contains("Universal Wallet Edge is ready") {
        let ended = process.ended().unwrap();
        let said = || fs::read_to_string(&log).unwrap();
        assert!(ended.is_none() && Instant::now() < deadline, "it did not start. It says:\n{}", said());
        std::thread::sleep(Duration::from_millis(100));
    }
    let edge = Edge::at(format!("http://127.0.0.1:{port}"), Secrets::load_or_create(state).unwrap());
    (process, edge)
}

#[test]
fn the_demo_and_a_whole_money_path_work_on_wrangler() {
    let state = tempfile::tempdir().unwrap();
    let (process, edge) = dev(state.path());
    assert_eq!(edge.get("/healthz").send().ok()["status"], "ok");
    assert_eq!(edge.get("/openapi.json").send().text, TEXT);
    let passwords = fs::read_to_string(state.path().join("demo-passwords.json")).unwrap();
    let passwords: Value = serde_json::from_str(&passwords).unwrap();
    let maker = passwords["maker@demo.test"].as_str().unwrap();
    let session = sign_in(&edge, "maker@demo.test", maker, "192.0.2.1").ok();
    assert_eq!(session["distributors"][0]["roles"][0], "maker");

    let distributor = edge.distributor();
    let (till, asking) = (distributor.till(), distributor.asking_key());
    assert_eq!(distributor.read_balance(&till).ok()["balance"], "50000.00");
    assert_eq!(distributor.cash_in(&till, PHONE, "100.00").ok()["status"], "completed");
    let waiting = distributor.cash_in(&asking, PHONE, "20.00").ok()["operationID"].as_str().unwrap().to_owned();
    distributor.approve(&distributor.checker, &distributor.approval_of(&waiting)).ok();
    let request = distributor.request_cash_out(PHONE, "70.00");
    assert_eq!(distributor.process(&till, &request).ok()["status"], "completed");
    assert_eq!(edge.wallet_balance(PHONE), "50.00");
    assert_conserved(&distributor, &[format!("wallets/{PHONE}")]);
    assert_eq!(distributor.verify()["valid"], true);
    edge.get(&distributor.api("/balance")).bearer("forged").send().refused(401, "invalid_api_key");
    let page = edge.get("/").send();
    assert!(page.status == 200 && page.header("Content-Security-Policy").is_some(), "{}", page.status);
    process.stop().unwrap();
}
