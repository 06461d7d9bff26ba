//! schemathesis tests the whole API from its description: as a key, as each kind of person, as the issuer. `cargo xtask
//! test` starts it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]

use std::process::{Child, Command, ExitCode, Stdio};

use universal_wallet_tests::distributor::Distributor;
use universal_wallet_tests::edge::{Edge, Setup};

const PHONE: &str = "+2348031234567";
/// The seed, so that the calls are the same each time.
const SEED: &str = "20261124";

fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set: run `cargo xtask test --only schemathesis`"))
}

/// A distributor with one of everything.
fn seeded(edge: &Edge) -> (Distributor<'_>, String) {
    let distributor = edge.distributor();
    let till = distributor.till();
    distributor.cash_in(&till, PHONE, "100.00").ok();
    distributor.request_cash_out(PHONE, "10.00");
    let asking = distributor.asking_key();
    distributor.cash_in(&asking, PHONE, "1.00").ok();
    distributor.ask_for_key(&distributor.maker, Distributor::generous()).ok();
    (distributor, till.secret)
}

/// One run as one caller, with the paths and IDs that the caller knows.
fn start(edge: &Edge, who: &str) -> Child {
    let (distributor, key) = seeded(edge);
    let (person, area) = match who {
        "key" => (&distributor.maker, "^/api/"),
        "issuer" => (&distributor.maker, "^/issuer/"),
        "checker" => (&distributor.checker, "^/admin/"),
        "admin" => (&distributor.admin, "^/admin/"),
        _ => (&distributor.maker, "^/admin/"),
    };
    let cookie = person.cookie(edge);
    let session = cookie.split_once('=').expect("a cookie has a value").1;
    let mut command = Command::new(variable("SCHEMATHESIS"));
    command.arg("--config-file").arg(concat!(env!("CARGO_MANIFEST_DIR"), "/schemathesis/schemathesis.toml"));
    command.args(["run", &format!("{}/openapi.json", edge.url), "--no-color", "--checks=all", "--warnings=off"]);
    command.args(["--include-path-regex", area, "--seed", SEED, "--max-examples", &variable("SCHEMATHESIS_CASES")]);
    command.args(["--generation-database=none", "--workers=1"]);
    // The first opens a WebSocket; the others end the session of the run.
    for id in ["listenToEvents", "signOut", "changePassword"] {
        command.args(["--exclude-operation-id", id]);
    }
    command.envs([
        ("DISTRIBUTOR", distributor.id.as_str()),
        ("API_KEY", &key),
        ("ISSUER_TOKEN", &edge.secret("ISSUER_TOKEN")),
        ("SESSION", session),
    ]);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().expect("schemathesis starts")
}

fn main() -> ExitCode {
    let edge = Setup::new().start();
    let callers = variable("SCHEMATHESIS_CALLERS");
    let runs: Vec<_> = callers.split(',').map(|who| (who, start(&edge, who))).collect();
    let (mut passed, mut failed) = (0, 0);
    for (who, run) in runs {
        let output = run.wait_with_output().expect("schemathesis ends");
        println!("schemathesis as {who}\n{}", String::from_utf8_lossy(&output.stdout));
        eprint!("{}", String::from_utf8_lossy(&output.stderr));
        if output.status.success() {
            passed += 1;
        } else {
            failed += 1;
        }
    }
    // The line of a test runner, so that the run is counted as a test.
    println!("test result: {passed} passed; {failed} failed");
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
