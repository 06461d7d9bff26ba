//! A Worker variable from the command line.

use std::str::FromStr;

/// `NAME=VALUE`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Variable {
    pub(crate) name: String,
    pub(crate) value: String,
}

const SECRETS: [&str; 5] =
    ["ISSUER_TOKEN", "KEY_PEPPER", "SESSION_SECRET", "ISSUER_TOKEN_PREVIOUS", "KEY_PEPPER_PREVIOUS"];

impl FromStr for Variable {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, value) = text.split_once('=').ok_or("write it as NAME=VALUE")?;
        let letters = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
        if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) || !name.chars().all(letters) {
            return Err("a variable's name is made of capital letters, digits and underscores".into());
        }
        if SECRETS.contains(&name) {
            return Err(format!("{name} is a secret, which others could read here: set it in the environment"));
        }
        Ok(Self { name: name.into(), value: value.into() })
    }
}

#[cfg(test)]
mod tests {
    use super::Variable;

    #[test]
    fn a_variable_is_a_name_and_a_value() {
        for (text, name, value) in
            [("RATE_LIMIT_PER_KEY=0", "RATE_LIMIT_PER_KEY", "0"), ("DEMO=", "DEMO", ""), ("A=b=c:d", "A", "b=c:d")]
        {
            let expected = Variable { name: name.into(), value: value.into() };
            assert_eq!(text.parse::<Variable>(), Ok(expected));
        }
    }

    #[test]
    fn another_form_is_refused_and_a_secret_is_not_repeated() {
        for text in ["", "DEMO", "=1", "demo=1", "1A=1", "A B=1"] {
            assert!(text.parse::<Variable>().is_err(), "{text}");
        }
        let refused = "KEY_PEPPER=hush".parse::<Variable>().unwrap_err();
        assert!(refused.contains("environment") && !refused.contains("hush"), "{refused}");
    }
}
