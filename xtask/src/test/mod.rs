//! `cargo xtask test`: all checks before a change is merged. `.ci/run` calls it.

mod count;
mod deliberate_faults;
mod step;
mod steps;

use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use clap::Args;

use self::count::Count;
use self::step::Step;
use crate::say;

/// Check everything: format, lints, tests by kind, the page
///
/// The steps run in this order, and the first one that fails is the last one that runs.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Run this step alone; may be given several times
    #[arg(long, value_enum, value_name = "STEP")]
    only: Vec<Step>,
    /// Run what takes many minutes too
    #[arg(long)]
    long: bool,
    /// Fail where something cannot be checked on this machine
    #[arg(long)]
    strict: bool,
}

/// Runs the steps and prints their results. The last line counts the passed and failed tests.
pub(crate) fn run(options: &Options) -> Result<()> {
    let steps: Vec<_> = if options.only.is_empty() {
        Step::ALL.into_iter().chain(Step::LONG.into_iter().filter(|_| options.long)).collect()
    } else {
        let named = |step: &Step| options.only.contains(step);
        Step::ALL.into_iter().chain(Step::LONG).chain(Step::NAMED).filter(named).collect()
    };
    let mut total = Count::default();
    let mut lines = Vec::new();
    let mut failure = None;
    for (place, step) in steps.iter().enumerate() {
        if failure.is_some() {
            lines.push(format!("  not run  {}", step.name()));
            continue;
        }
        say::step(format_args!("{}/{} {}: {}", place + 1, steps.len(), step.name(), step.about()));
        let begun = Instant::now();
        let mut count = Count::default();
        let result = step.run(&mut count).and_then(|unchecked| match unchecked {
            Some(unchecked) if options.strict => bail!("not checked: {unchecked}"),
            unchecked => Ok(unchecked),
        });
        if result.is_err() && count.failed == 0 {
            // A step without tests, or a step that failed before it ran any.
            count.failed = 1;
        }
        let outcome = match &result {
            Ok(None) => "ok     ",
            Ok(Some(_)) => "SKIPPED",
            Err(_) => "FAILED ",
        };
        lines.push(format!("  {outcome}  {:<12}{:>9}  {count}", step.name(), seconds(begun.elapsed())));
        total.add(count);
        match result {
            Ok(None) => {}
            Ok(Some(unchecked)) => {
                say::step(format_args!("NOT CHECKED: {unchecked}"));
                lines.push(format!("           not checked: {unchecked}"));
            }
            Err(error) => {
                eprintln!("error: {error:#}");
                failure = Some(step.name());
            }
        }
    }
    println!("\nSummary\n{}\n\n{} passed, {} failed", lines.join("\n"), total.passed, total.failed);
    match failure {
        None => Ok(()),
        Some(name) => bail!("the step {name} failed; run it alone with `cargo xtask test --only {name}`"),
    }
}

fn seconds(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f64())
}
