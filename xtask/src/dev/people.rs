//! The people of the demo and their passwords, which are made at the first start and readable by the owner only.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use anyhow::{Context, Result, anyhow};
use serde_json::json;

/// A person who can sign in.
#[derive(Debug)]
pub(crate) struct Person {
    pub(crate) login: &'static str,
    pub(crate) name: &'static str,
    pub(crate) role: &'static str,
    pub(crate) may: &'static str,
}

/// All people of the demo.
pub(crate) const PEOPLE: [Person; 4] = [
    Person { login: "admin@demo.test", name: "Ada Admin", role: "admin", may: "manages people" },
    Person { login: "maker@demo.test", name: "Mary Maker", role: "maker", may: "asks for keys and operations" },
    Person { login: "checker@demo.test", name: "Charles Checker", role: "checker", may: "approves or rejects them" },
    Person { login: "viewer@demo.test", name: "Vera Viewer", role: "viewer", may: "sees everything" },
];

/// Passwords by login.
pub(crate) struct Passwords {
    by_login: BTreeMap<String, String>,
    /// Whether the passwords are new.
    pub(crate) new: bool,
}

impl Passwords {
    /// The passwords kept in the folder, or new ones.
    pub(crate) fn load_or_create(folder: &Path) -> Result<Self> {
        let file = folder.join("demo-passwords.json");
        match fs::read_to_string(&file) {
            Ok(text) => {
                let by_login = serde_json::from_str(&text).with_context(|| {
                    format!(
                        "{} does not hold the demo's passwords: remove the state folder to start anew",
                        file.display()
                    )
                })?;
                Ok(Self { by_login, new: false })
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {
                let by_login = PEOPLE.iter().map(|person| Ok((person.login.to_owned(), password()?)));
                let by_login = by_login.collect::<Result<_>>()?;
                let text = json!(by_login).to_string();
                let opened = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&file);
                opened
                    .and_then(|mut opened| opened.write_all(text.as_bytes()))
                    .with_context(|| format!("could not write {}", file.display()))?;
                Ok(Self { by_login, new: true })
            }
            Err(error) => Err(error).with_context(|| format!("could not read {}", file.display())),
        }
    }

    /// A person's password.
    pub(crate) fn of(&self, person: &Person) -> &str {
        self.by_login.get(person.login).map_or("", String::as_str)
    }
}

/// Four groups of four characters that are not easily confused: 79 bits.
fn password() -> Result<String> {
    const CHARACTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| anyhow!("could not read random bytes: {error}"))?;
    let mut password = String::new();
    for (place, byte) in bytes.iter().enumerate() {
        if place > 0 && place % 4 == 0 {
            password.push('-');
        }
        password.push(CHARACTERS.get(usize::from(byte % 32)).copied().unwrap_or(b'-').into());
    }
    Ok(password)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn a_second_start_finds_the_same_passwords_and_nobody_else_can_read_them() {
        let folder = tempfile::tempdir().unwrap();
        let first = Passwords::load_or_create(folder.path()).unwrap();
        let second = Passwords::load_or_create(folder.path()).unwrap();
        assert!(first.new && !second.new);
        for person in &PEOPLE {
            assert_eq!(first.of(person), second.of(person));
            assert_eq!(first.of(person).len(), 19);
        }
        let mode = fs::metadata(folder.path().join("demo-passwords.json")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn each_has_a_password_of_their_own() {
        assert_ne!(password().unwrap(), password().unwrap());
    }
}
