//! The SDK's documentation and examples against the real edge, run as a reader would.

use std::ffi::OsString;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use edge_runtime::ProcessGroup;
use universal_wallet_tests::edge::Edge;
use universal_wallet_tests::key::Key;

use crate::foreign::{Foreign, answer};

const MANIFEST: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../sdk/Cargo.toml");

/// A cargo command with the client's settings in its environment.
fn cargo(edge: &Edge, distributor: &str, key: &Key, arguments: &[&str]) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo")));
    command.args(arguments);
    command.env("UNIVERSAL_WALLET_URL", &edge.url);
    command.env("UNIVERSAL_WALLET_DISTRIBUTOR_ID", distributor);
    command.env("UNIVERSAL_WALLET_API_KEY", &key.secret);
    command
}

fn example(edge: &Edge, distributor: &str, key: &Key, name: &str, arguments: &[&str], folder: &Path) -> Command {
    let start = ["run", "--quiet", "--manifest-path", MANIFEST, "--features", "stream", "--example", name, "--"];
    let mut command = cargo(edge, distributor, key, &start);
    command.args(arguments).current_dir(folder);
    command
}

/// The output of a program that ends by itself.
#[track_caller]
fn output(mut command: Command) -> String {
    let output = command.output().unwrap();
    let (out, err) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{command:?}\n{out}\n{err}");
    out
}

/// The output of a program that runs for ever, up to the line that holds `last`.
#[track_caller]
fn output_until(mut command: Command, last: &str) -> Vec<String> {
    let mut process = ProcessGroup::start(command.stdout(Stdio::piped())).unwrap();
    let mut lines = Vec::new();
    for line in BufReader::new(process.take_output().unwrap()).lines() {
        let line = line.unwrap();
        let is_last = line.contains(last);
        lines.push(line);
        if is_last {
            return lines;
        }
    }
    panic!("it ended without {last}: {lines:#?}");
}

#[test]
fn the_documentations_examples_run() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    edge.merchant("100000");
    let arguments = ["test", "--doc", "--manifest-path", MANIFEST, "--features", "stream"];
    for key in [distributor.till(), distributor.asking_key()] {
        let said = output(cargo(&edge, &distributor.id, &key, &arguments));
        assert!(said.contains("test result: ok."), "{said}");
    }
    let balance = distributor.position()["cashedIn"].clone();
    assert_ne!(balance, "0.00", "the examples moved money");
}

#[test]
fn the_programs_under_examples_run() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    edge.merchant("100000");
    let key = distributor.till();
    let folder = tempfile::tempdir().unwrap();
    let example = |name, arguments: &[&str]| example(&edge, &distributor.id, &key, name, arguments, folder.path());

    let said = output(example("quick_start", &[]));
    assert!(said.starts_with("50000.00 NGN, 50000.00 of it available\nop_"), "{said}");

    for arguments in [&["+234 803 123 4567", "1500"][..], &["100000", "250.50"], &[]] {
        let said = output(example("pos_cash_in", arguments));
        assert_eq!(said.lines().count(), usize::from(!arguments.is_empty()), "{said}");
    }
    // A till that stopped after its first line finishes the sale, and only once.
    let journal = folder.path().join("till.journal");
    let text = std::fs::read_to_string(&journal).unwrap();
    let first = text.lines().next().unwrap();
    std::fs::write(&journal, format!("{first}\n")).unwrap();
    let said = output(example("pos_cash_in", &[]));
    assert!(said.starts_with("finishing the sale"), "{said}");
    distributor.await_nothing_processing(std::time::Duration::from_secs(20));
    assert_eq!(edge.wallet_balance("+2348031234567"), "3000.00");

    let lines = output_until(example("balance_monitor", &["100000.00"]), "available");
    assert!(lines[0].contains("46749.50 NGN") && lines[0].contains("LOW"), "{lines:?}");

    let request = distributor.request_cash_out("+2348031234567", "1000.00");
    let lines = output_until(example("cash_out_poller", &[]), "hand out");
    assert_eq!(lines.last().unwrap(), &format!("{request}: hand out 1000.00"));

    let csv = output(example("reconcile_csv", &[]));
    assert_eq!(csv.lines().count(), 5, "a head and four operations: {csv}");
    let cash_out = csv.lines().nth(1).unwrap();
    assert!(cash_out.contains(&request) && cash_out.contains("cash-out-fulfillment,completed,1000.00"), "{csv}");
    assert!(cash_out.contains("\"'+2348031234567\",\"till 7\""), "{csv}");
}

#[test]
fn one_program_speaks_to_the_reference_platform_and_to_the_edge() {
    let program = |url: &str, distributor: &str, key: &str, is_reference: &str| {
        let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.toml");
        let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo")));
        command.args(["run", "--quiet", "--manifest-path", manifest, "--example", "both_platforms"]);
        command.env("UNIVERSAL_WALLET_URL", url).env("UNIVERSAL_WALLET_DISTRIBUTOR_ID", distributor);
        command.env("UNIVERSAL_WALLET_API_KEY", key).env("UNIVERSAL_WALLET_IS_REFERENCE", is_reference);
        output(command)
    };

    let answers = ["balance", "receipt", "operations", "cash-outs"].map(|name| {
        let file = Path::new(MANIFEST).with_file_name("tests").join(format!("reference/{name}.json"));
        answer(200, "", &std::fs::read_to_string(file).unwrap())
    });
    let reference = Foreign::start(answers.into());
    let key = "uwk_DlbWVU3Vjd11Le43kka6enGNjyd6xtbrBkNHMngl2aNz2Cm7";
    let said = program(&reference.url, crate::DISTRIBUTOR, key, "1");
    assert!(said.starts_with("50000.00\nop_") && said.contains("3 operations, 0 completed, 3 without"), "{said}");
    assert!(said.ends_with("+234 8123456781 asks for 3000.00 under op-123\n"), "{said}");

    let edge = Edge::start();
    let distributor = edge.distributor();
    let said = program(&edge.url, &distributor.id, &distributor.till().secret, "");
    assert!(said.starts_with("50000.00 NGN, 50000.00 of it available\nop_"), "{said}");
    assert!(said.contains(" is completed\n1 operations, 1 completed, 0 without"), "{said}");
}
