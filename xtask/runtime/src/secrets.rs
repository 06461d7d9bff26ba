use std::collections::BTreeMap;
use std::fmt;
use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use crate::error::Error;

/// The secrets that the Worker needs to serve.
const REQUIRED: [&str; 3] = ["ISSUER_TOKEN", "KEY_PEPPER", "SESSION_SECRET"];
/// The previous values of changed secrets; optional.
const PREVIOUS: [&str; 2] = ["ISSUER_TOKEN_PREVIOUS", "KEY_PEPPER_PREVIOUS"];

/// The Worker's secrets by name. They reach workerd through its environment, never through a file that others can
/// read, and never through arguments.
#[derive(Clone)]
pub struct Secrets(BTreeMap<String, String>);

impl Secrets {
    /// New random secrets.
    pub fn generate() -> Result<Self, Error> {
        REQUIRED.iter().map(|name| Ok(((*name).to_owned(), random()?))).collect::<Result<_, _>>().map(Self)
    }

    /// Secrets from the environment if set; the others from the folder, where they are created on first use and
    /// readable by the owner only.
    pub fn load_or_create(state_dir: &Path) -> Result<Self, Error> {
        Self::load_or_create_with(state_dir, |name| std::env::var(name).ok())
    }

    fn load_or_create_with(state_dir: &Path, environment: impl Fn(&str) -> Option<String>) -> Result<Self, Error> {
        let file = state_dir.join("secrets.json");
        let mut secrets = match fs::read_to_string(&file) {
            Ok(text) => match serde_json::from_str::<BTreeMap<String, String>>(&text) {
                Ok(kept) if REQUIRED.iter().all(|name| kept.contains_key(*name)) => Self(kept),
                _ => return Err(Error::SecretsFile(file)),
            },
            Err(error) if error.kind() == ErrorKind::NotFound => {
                let secrets = Self::generate()?;
                write_private(&file, &serde_json::json!(secrets.0).to_string())?;
                secrets
            }
            Err(error) => return Err(Error::io(format!("read {}", file.display()))(error)),
        };
        for name in REQUIRED.iter().chain(&PREVIOUS) {
            if let Some(value) = environment(name) {
                secrets.set(name, value);
            }
        }
        Ok(secrets)
    }

    /// Sets a secret, for instance a former pepper or one that is too short.
    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        self.0.insert(name.to_owned(), value.into());
    }

    /// Removes a secret, to check that the Worker then refuses to serve.
    pub fn remove(&mut self, name: &str) {
        self.0.remove(name);
    }

    /// The value of a secret.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// All secrets, as environment variables of the runtime.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// 32 random bytes in hex.
fn random() -> Result<String, Error> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|error| Error::io("read random bytes")(error.into()))?;
    Ok(bytes.iter().fold(String::with_capacity(64), |hex, byte| format!("{hex}{byte:02x}")))
}

/// Writes a new file that only its owner can read.
fn write_private(file: &Path, text: &str) -> Result<(), Error> {
    let action = || format!("write {}", file.display());
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder).map_err(Error::io(format!("create {}", folder.display())))?;
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true).mode(0o600);
    let mut opened = options.open(file).map_err(Error::io(action()))?;
    opened.write_all(text.as_bytes()).map_err(Error::io(action()))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn secrets_are_kept_for_the_owner_alone_and_stay_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let first = Secrets::load_or_create_with(folder.path(), |_| None).unwrap();
        let second = Secrets::load_or_create_with(folder.path(), |_| None).unwrap();
        assert_eq!(first.0, second.0);
        assert_eq!(first.0.len(), REQUIRED.len());
        let mode = fs::metadata(folder.path().join("secrets.json")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn the_environment_wins_and_is_not_written_down() {
        let folder = tempfile::tempdir().unwrap();
        let ours = |name: &str| (name == "KEY_PEPPER" || name == "KEY_PEPPER_PREVIOUS").then(|| "ours".repeat(8));
        let secrets = Secrets::load_or_create_with(folder.path(), ours).unwrap();
        assert_eq!(secrets.get("KEY_PEPPER"), Some("oursoursoursoursoursoursoursours"));
        assert_eq!(secrets.get("KEY_PEPPER_PREVIOUS"), secrets.get("KEY_PEPPER"));
        assert!(!fs::read_to_string(folder.path().join("secrets.json")).unwrap().contains("ours"));
    }

    #[test]
    fn a_broken_file_is_refused_and_kept() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("secrets.json");
        fs::write(&file, "{\"KEY_PEPPER\":\"x\"}").unwrap();
        let error = Secrets::load_or_create_with(folder.path(), |_| None).unwrap_err();
        assert!(matches!(error, Error::SecretsFile(_)), "{error}");
        assert_eq!(fs::read_to_string(&file).unwrap(), "{\"KEY_PEPPER\":\"x\"}");
    }

    #[test]
    fn debug_output_names_secrets_and_shows_none() {
        let secrets = Secrets::generate().unwrap();
        let shown = format!("{secrets:?}");
        assert!(shown.contains("KEY_PEPPER"));
        assert!(secrets.iter().all(|(_, value)| value.len() == 64 && !shown.contains(value)));
    }
}
