//! The powers of the testing entry.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::edge::Edge;

/// Milliseconds in a day.
pub const DAY_MS: i64 = 24 * HOUR_MS;
/// Milliseconds in an hour.
pub const HOUR_MS: i64 = 3_600_000;

/// The actual time.
pub fn real_now() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    i64::try_from(since.as_millis()).unwrap()
}

/// Counters since the last reset.
#[derive(Debug)]
pub struct Counts(Value);

impl Counts {
    /// Calls to objects of a kind, such as `WALLET`.
    pub fn calls(&self, kind: &str) -> i64 {
        self.0["calls"][kind].as_i64().unwrap_or(0)
    }

    /// Calls to any object.
    pub fn all_calls(&self) -> i64 {
        self.sum("calls")
    }

    /// Alarms that came to any object.
    pub fn alarms(&self) -> i64 {
        self.sum("alarms")
    }

    /// Rows read by all objects.
    pub fn rows_read(&self) -> i64 {
        self.sum("rowsRead")
    }

    /// Rows written by all objects, alarms set included.
    pub fn rows_written(&self) -> i64 {
        self.sum("rowsWritten")
    }

    /// Rows written by objects of a kind, alarms set included.
    pub fn rows_written_by(&self, kind: &str) -> i64 {
        self.0["rowsWritten"][kind].as_i64().unwrap_or(0)
    }

    /// Messages currently waiting in a silence.
    pub fn waiting(&self) -> i64 {
        self.0["waiting"].as_i64().unwrap()
    }

    fn sum(&self, what: &str) -> i64 {
        self.0[what].as_object().unwrap().values().map(|count| count.as_i64().unwrap()).sum()
    }
}

impl Edge {
    fn power(&self, name: &str, command: Value) -> Value {
        let answer = self.post(&format!("/testing/{name}")).json(command).send();
        answer.ok()
    }

    /// Stops every clock of the edge at a time.
    pub fn stop_clock(&self, at_ms: i64) {
        self.power("clock", json!({ "now": at_ms }));
    }

    /// Lets every clock run ahead of the real one by an offset.
    pub fn shift_clock(&self, ahead_ms: i64) {
        self.power("clock", json!({ "offset": ahead_ms }));
    }

    /// Shortens every deadline to at most so many milliseconds.
    pub fn lose_patience_after(&self, ms: u32) {
        self.power("patience", json!({ "ms": ms }));
    }

    /// Sets whether calls that let others go first wait until they are let go.
    pub fn hold_turns(&self, held: bool) {
        self.power("turns", json!({ "held": held }));
    }

    /// Sets whether the alarms that objects set from then on fire by themselves.
    pub fn let_alarms_come(&self, on: bool) {
        self.power("alarms", json!({ "on": on }));
    }

    /// Runs a statement in an object's storage, and returns its rows.
    pub fn sql(&self, kind: &str, name: &str, sql: &str, bindings: Value) -> Vec<Value> {
        let command = json!({ "object": kind, "name": name, "sql": sql, "bindings": bindings });
        self.power("sql", command).as_array().unwrap().clone()
    }

    /// Runs an object's alarm now.
    pub fn alarm(&self, kind: &str, name: &str) {
        self.power("alarm", json!({ "object": kind, "name": name }));
    }

    /// Drops an object from memory.
    pub fn evict(&self, kind: &str, name: &str) {
        self.power("evict", json!({ "object": kind, "name": name }));
    }

    /// Loses messages that hold `matching` to a kind of object: `before` they arrive or
    /// `after` they were carried out; or lets them wait until `heal`: `silent` before they arrive,
    /// `stuck` after they were carried out.
    pub fn lose(&self, kind: &str, when: &str, matching: &str, times: u32) {
        self.power("fault", json!({ "object": kind, "when": when, "match": matching, "times": times }));
    }

    /// Waits until a message is waiting in a silence.
    #[track_caller]
    pub fn await_silence(&self) {
        let deadline = Instant::now() + Duration::from_secs(20);
        while self.counts().waiting() == 0 {
            assert!(Instant::now() < deadline, "no message met the silence");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Ends all faults: messages arrive again.
    pub fn heal(&self) {
        self.power("heal", json!({}));
    }

    /// Says who plays code of the next version: `WORKER` and kinds of objects; only in builds with faults.
    pub fn play_next_version(&self, who: &[&str]) {
        self.power("versions", json!({ "newer": who }));
    }

    /// Sends a raw message to an object; returns its reply.
    pub fn tell(&self, kind: &str, name: &str, message: &str) -> String {
        let reply = self.power("tell", json!({ "object": kind, "name": name, "message": message }));
        reply.as_str().unwrap().to_owned()
    }

    /// Resets the counters.
    pub fn reset_counts(&self) {
        self.power("reset", json!({}));
    }

    /// The counters since the last reset.
    pub fn counts(&self) -> Counts {
        Counts(self.power("counts", json!({})))
    }

    /// The statements that ran: kind of object, text, number of bindings.
    pub fn statements(&self) -> Vec<(String, String, u64)> {
        let statements = self.power("statements", json!({}));
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let one = |one: &Value| (text(&one["kind"]), text(&one["sql"]), one["bindings"].as_u64().unwrap());
        statements.as_array().unwrap().iter().map(one).collect()
    }
}
