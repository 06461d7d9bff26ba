//! An environment's settings in wrangler.toml.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};
use serde::Deserialize;

/// The secrets that the Worker needs to serve.
pub(super) const SECRETS: [&str; 3] = ["ISSUER_TOKEN", "KEY_PEPPER", "SESSION_SECRET"];

/// The part of wrangler.toml that can be wrong for production.
#[derive(Debug, Deserialize)]
pub(super) struct Settings {
    main: String,
    durable_objects: Objects,
    #[serde(default)]
    migrations: Vec<Migration>,
    observability: Option<Observability>,
    #[serde(default)]
    env: BTreeMap<String, Environment>,
}

/// Settings that an environment needs itself; it inherits none of them.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Environment {
    main: Option<String>,
    vars: BTreeMap<String, toml::Value>,
    secrets: Secrets,
    durable_objects: Objects,
    observability: Option<Observability>,
}

#[derive(Debug, Default, Deserialize)]
struct Secrets {
    required: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
struct Objects {
    bindings: Vec<Binding>,
}

#[derive(Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
struct Binding {
    name: String,
    class_name: String,
}

#[derive(Debug, Deserialize)]
struct Migration {
    #[serde(default)]
    new_sqlite_classes: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct Observability {
    enabled: bool,
}

impl Settings {
    pub(super) fn read(text: &str) -> Result<Self> {
        toml::from_str(text).context("wrangler.toml cannot be read")
    }

    /// The names of the environments.
    pub(super) fn environments(&self) -> Vec<String> {
        self.env.keys().cloned().collect()
    }

    /// The settings that are wrong for production, a sentence each.
    pub(super) fn problems(&self, name: &str) -> Vec<String> {
        let Some(environment) = self.env.get(name) else { return Vec::new() };
        let mut problems = Vec::new();
        let main = environment.main.as_ref().unwrap_or(&self.main);
        if main != "target/edge/worker.js" {
            problems
                .push(format!("{main} would be deployed: set main to target/edge/worker.js, the production entry."));
        }
        for (name, value) in &environment.vars {
            match value.as_str() {
                Some(value) => problems.extend(variable(name, value)),
                None => problems.push(format!("{name} is no text, so the Worker would not see it: put it in quotes.")),
            }
        }
        for secret in SECRETS.iter().filter(|secret| !environment.secrets.required.iter().any(|name| name == *secret)) {
            problems
                .push(format!("{secret} is not among secrets.required, so wrangler would deploy without it: add it."));
        }
        let made: BTreeSet<_> = self.migrations.iter().flat_map(|migration| &migration.new_sqlite_classes).collect();
        for Binding { name, class_name } in &self.durable_objects.bindings {
            if !environment
                .durable_objects
                .bindings
                .iter()
                .any(|one| one.name == *name && one.class_name == *class_name)
            {
                problems.push(format!(
                    "The object {class_name} is not bound as {name}: add it to durable_objects.bindings."
                ));
            }
            if !made.contains(class_name) {
                problems.push(format!("No [[migrations]] entry makes the class {class_name}: add one with a new tag."));
            }
        }
        let observed = environment.observability.as_ref().or(self.observability.as_ref());
        if !observed.is_some_and(|observability| observability.enabled) {
            problems.push("Nobody could read the log: set [observability] enabled = true.".to_owned());
        }
        problems
    }
}

/// The mistake in a variable.
fn variable(name: &str, value: &str) -> Option<String> {
    if name.starts_with("ISSUER_TOKEN") || name.starts_with("KEY_PEPPER") || name == "SESSION_SECRET" {
        return Some(format!(
            "{name} is a variable, which everybody with this file can read: take it out, change it, and set it with \
             `wrangler secret put {name}`."
        ));
    }
    match (name, value) {
        ("DEMO", "1") => {
            Some("DEMO=1 lets the issuer's calls set passwords, as the demo needs it: take it out.".into())
        }
        ("SERVER_TIMING", "1") => {
            Some("SERVER_TIMING=1 tells callers how long what takes, which is for development: take it out.".into())
        }
        ("RATE_LIMIT_PER_KEY", "0") => {
            Some("RATE_LIMIT_PER_KEY=0 lets one key take all of an object's time: set calls per second.".into())
        }
        ("LOG_REQUESTS", value) if value != "1" => {
            Some("LOG_REQUESTS is not 1, so nobody could see what was called: set it to 1.".into())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::Settings;

    const GOOD: &str = include_str!("../../../wrangler.toml");

    /// The workspace's own file with a change, which gives one sentence.
    #[track_caller]
    fn one_problem(from: &str, to: &str, says: &str) {
        assert!(GOOD.contains(from), "{from}");
        let problems = Settings::read(&GOOD.replace(from, to)).unwrap().problems("production");
        assert!(problems.len() == 1 && problems[0].contains(says), "{says}: {problems:?}");
    }

    #[test]
    fn the_workspaces_own_environments_are_fit() {
        let settings = Settings::read(GOOD).unwrap();
        assert_eq!(settings.environments(), ["production", "staging"]);
        for environment in settings.environments() {
            assert_eq!(settings.problems(&environment), Vec::<String>::new());
        }
    }

    #[test]
    fn each_thing_that_would_fail_in_production_is_a_sentence() {
        one_problem("LOG_REQUESTS = \"1\"", "LOG_REQUESTS = \"1\", DEMO = \"1\"", "DEMO=1");
        one_problem("LOG_REQUESTS = \"1\"", "LOG_REQUESTS = \"1\", SERVER_TIMING = \"1\"", "SERVER_TIMING");
        one_problem(
            "LOG_REQUESTS = \"1\"",
            "LOG_REQUESTS = \"1\", KEY_PEPPER = \"x\"",
            "wrangler secret put KEY_PEPPER",
        );
        one_problem("LOG_REQUESTS = \"1\"", "LOG_REQUESTS = \"0\"", "LOG_REQUESTS");
        one_problem("RATE_LIMIT_PER_KEY = \"100\", L", "RATE_LIMIT_PER_KEY = \"0\", L", "RATE_LIMIT_PER_KEY");
        one_problem("RATE_LIMIT_PER_KEY = \"100\", L", "RATE_LIMIT_PER_KEY = 100, L", "quotes");
        one_problem("\"target/edge/worker.js\"", "\"target/edge/testing.js\"", "production entry");
        one_problem("enabled = true", "enabled = false", "observability");
        one_problem("required = [\"ISSUER_TOKEN\", ", "required = [", "ISSUER_TOKEN");
        one_problem("    { name = \"WALLET\", class_name = \"Wallet\" },\n", "", "Wallet");
        one_problem(", \"SignIns\"]", "]", "migrations");
    }
}
