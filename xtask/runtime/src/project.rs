//! The settings of the Worker in `wrangler.toml`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::error::Error;

/// The part of `wrangler.toml` that workerd needs.
#[derive(Debug, Deserialize)]
pub(crate) struct Project {
    pub(crate) name: String,
    pub(crate) compatibility_date: String,
    #[serde(default)]
    pub(crate) compatibility_flags: Vec<String>,
    #[serde(default)]
    pub(crate) vars: BTreeMap<String, String>,
    pub(crate) durable_objects: DurableObjects,
    pub(crate) assets: Assets,
}

/// The Worker's object classes.
#[derive(Debug, Deserialize)]
pub(crate) struct DurableObjects {
    pub(crate) bindings: Vec<Binding>,
}

/// A class and its binding's name.
#[derive(Debug, Deserialize)]
pub(crate) struct Binding {
    pub(crate) name: String,
    pub(crate) class_name: String,
}

/// Settings of the static files: workerd takes wrangler's own words.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Assets {
    #[serde(skip_serializing)]
    pub(crate) binding: String,
    pub(crate) run_worker_first: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) html_handling: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) not_found_handling: Option<String>,
    /// The text of the folder's `_headers`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) headers: Option<String>,
    /// The text of the folder's `.assetsignore`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ignore: Option<String>,
}

impl Project {
    /// Reads the workspace's own file, as of compilation.
    pub(crate) fn read() -> Result<Self, Error> {
        Ok(toml::from_str(include_str!("../../../wrangler.toml"))?)
    }
}

#[cfg(test)]
mod tests {
    use super::Project;

    #[test]
    fn wrangler_toml_names_every_object_and_the_paths_the_worker_answers_first() {
        let project = Project::read().unwrap();
        let classes: Vec<_> =
            project.durable_objects.bindings.iter().map(|binding| (&*binding.name, &*binding.class_name)).collect();
        let expected = [
            ("DISTRIBUTOR", "Distributor"),
            ("WALLET", "Wallet"),
            ("USER", "User"),
            ("ISSUER", "Issuer"),
            ("SIGN_INS", "SignIns"),
            ("WEBHOOK", "Webhook"),
        ];
        assert_eq!(classes, expected);
        assert!(project.assets.run_worker_first.contains(&"/api/*".to_owned()));
    }
}
