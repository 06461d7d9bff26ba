//! The lines of the log: what an operator reads of requests and of faults.

use std::time::{Duration, Instant};

use expect_test::expect_file;
use serde_json::Value;
use universal_wallet_tests::answer::Answer;
use universal_wallet_tests::edge::{Edge, Setup};

use super::mask::Mask;
use crate::world::PHONE;

/// The lines that a test looks for, once there are so many. What the runtime prints of its own beside them is not ours.
fn lines(edge: &Edge, count: usize, wanted: impl Fn(&Value) -> bool) -> Vec<Value> {
    let deadline = Instant::now() + Duration::from_secs(5);
    loop {
        let log = edge.log();
        let mut lines: Vec<Value> = log.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
        lines.retain(|line| wanted(line));
        if lines.len() >= count {
            return lines;
        }
        assert!(Instant::now() < deadline, "{count} lines are awaited in\n{log}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// A line without what differs from run to run.
fn masked(mask: &mut Mask, mut line: Value) -> String {
    for (member, name) in [("requestID", "<id>"), ("wallMs", "<ms>")] {
        if !line[member].is_null() {
            line[member] = name.into();
        }
    }
    mask.masked(&format!("{line}\n"))
}

fn requests(mask: &mut Mask) -> String {
    let edge = Setup::new().var("LOG_REQUESTS", "1").start();
    let distributor = edge.distributor();
    let till = distributor.till();
    let cash_in = distributor.cash_in(&till, PHONE, "1000000.01");
    cash_in.refused(403, "transaction_limit_exceeded");
    let answers = [
        edge.get(&distributor.api("/balance")).key(&till).ip("192.0.2.7").send(),
        cash_in,
        edge.get(&distributor.api("/balance")).bearer("uwk_forged").send(),
        edge.get("/api/v2").send(),
    ];
    let line_of = |answer: &Answer| lines(&edge, 1, |line| line["requestID"] == answer.header("X-Request-ID").unwrap());
    answers.iter().flat_map(line_of).map(|line| masked(mask, line)).collect()
}

/// Faults of the deployed build, and those that a build with faults makes.
fn faults(mask: &mut Mask) -> String {
    let edge = Edge::start();
    let distributor = edge.distributor();
    distributor.maker.cookie(&edge);
    edge.lose("DISTRIBUTOR", "before", "", 9);
    edge.get(&distributor.console("")).person(&distributor.maker).send();
    edge.heal();
    let movement = "wallet.movement 2 request-1 createOperation credit";
    assert_eq!(edge.tell("WALLET", &format!("phone:{PHONE}"), movement), "E503");
    let call = format!("distributor.call 1 request-2 aRouteOfALaterVersion I\n{}\n\n\n\n\n+{{}}", distributor.id);
    assert_eq!(edge.tell("DISTRIBUTOR", &distributor.id, &call), "E503");
    let mut told = lines(&edge, 3, |_| true);

    let edge = Setup::new().with_faults().start();
    let distributor = edge.distributor();
    let till = distributor.till();
    edge.get(&distributor.api("/balance?panic=worker")).key(&till).send().refused(500, "internal");
    edge.get(&distributor.api("/balance?panic=object")).key(&till).send();
    told.extend(lines(&edge, 2, |_| true));
    for line in &told {
        assert_eq!(line["level"], "error");
        let text = |member: &str| line[member].as_str().unwrap_or_else(|| panic!("{member} is missing: {line}"));
        assert!(["requestID", "object", "fault"].iter().all(|member| !text(member).is_empty()), "{line}");
        // An instance of the Worker that trapped can no longer tell its route.
        let trapped = text("object") == "Worker" && text("fault").starts_with("the instance trapped");
        assert!(trapped || !text("route").is_empty(), "{line}");
    }
    told.into_iter().map(|line| masked(mask, line)).collect()
}

#[test]
fn requests_and_faults_leave_lines_that_tell_what_happened() {
    let mut mask = Mask::default();
    let text = format!("# Requests\n{}\n# Faults\n{}", requests(&mut mask), faults(&mut mask));
    expect_file!["log.txt"].assert_eq(&text);
}
