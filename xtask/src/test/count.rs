//! Numbers of passed and failed tests, read from the output of the test runners.

use std::fmt;

/// A number of tests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Count {
    pub(crate) passed: u32,
    pub(crate) failed: u32,
}

impl Count {
    /// Adds another count.
    pub(crate) fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }

    /// The count in a line of output: `test result: ok. 7 passed; 1 failed; …` of Rust's runners, `  12 passed (3.4s)`,
    /// `  1 failed` and `  1 flaky` of Playwright's. A test that passed only when repeated has failed once.
    pub(crate) fn in_line(line: &str) -> Self {
        let mut count = Self::default();
        if let Some((_, result)) = line.split_once("test result: ") {
            for part in result.split(['.', ';']) {
                count.add(Self::in_words(part));
            }
        } else if line.starts_with("  ") {
            count = Self::in_words(line.split(" (").next().unwrap_or_default());
        }
        count
    }

    fn in_words(text: &str) -> Self {
        let mut words = text.split_whitespace();
        match (words.next().map(str::parse), words.next(), words.next()) {
            (Some(Ok(passed)), Some("passed"), None) => Self { passed, failed: 0 },
            (Some(Ok(failed)), Some("failed" | "flaky" | "interrupted"), None) => Self { passed: 0, failed },
            _ => Self::default(),
        }
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.passed, self.failed) {
            (0, 0) => Ok(()),
            (passed, 0) => write!(f, "{passed} passed"),
            (passed, failed) => write!(f, "{passed} passed, {failed} failed"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Count;

    #[test]
    fn every_runners_results_are_read_and_nothing_else() {
        for (line, passed, failed) in [
            ("test result: ok. 7 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s", 7, 0),
            ("test result: FAILED. 5 passed; 2 failed; 1 ignored; 0 measured; 9 filtered out", 5, 2),
            ("  12 passed (3.4s)", 12, 0),
            ("  1 failed", 0, 1),
            ("  2 flaky", 0, 2),
            ("    [chromium] › keys.spec.ts:3:1 › 3 passed", 0, 0),
            ("  3 skipped", 0, 0),
            ("test three_failed ... ok", 0, 0),
            ("7 passed", 0, 0),
            ("", 0, 0),
        ] {
            assert_eq!(Count::in_line(line), Count { passed, failed }, "{line}");
        }
    }
}
