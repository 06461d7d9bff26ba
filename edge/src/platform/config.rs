//! The Worker's variables and secrets, read once per instance.

use std::cell::RefCell;
use std::rc::Rc;

use serde::Deserialize;
use universal_wallet_core::error::Refusal;
use universal_wallet_core::keys::token::Peppers;
use universal_wallet_core::room::MAX_BYTES;
use universal_wallet_core::store::MAX_GIVEN_BACK;
use universal_wallet_core::text::digest::{Digest, MacKey};
use universal_wallet_core::text::json_text;

/// Minimum length of a secret, in characters.
const MIN_SECRET_CHARACTERS: usize = 32;

/// Variables and secrets as the platform provides them.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "SCREAMING_SNAKE_CASE")]
struct Variables {
    currency: Option<String>,
    rate_limit_per_key: Option<String>,
    country_code: Option<String>,
    returned_per_key_day: Option<String>,
    storage_bytes: Option<String>,
    demo: Option<String>,
    issuer_token: Option<String>,
    issuer_token_previous: Option<String>,
    key_pepper: Option<String>,
    key_pepper_previous: Option<String>,
    session_secret: Option<String>,
}

/// A deployment's settings.
pub(crate) struct Config {
    /// Currency of the deployment.
    pub(crate) currency: String,
    /// Country code of phone numbers that are spelt nationally.
    pub(crate) country_code: String,
    /// Calls per second and key; 0 means no limit.
    pub(crate) rate_limit_per_key: u32,
    /// Operations that a line of keys may have given back in a day; 0 means no limit.
    pub(crate) given_back_per_key_day: u32,
    /// Bytes that a distributor's storage may have.
    pub(crate) storage_bytes: u64,
    /// True if demo passwords are allowed.
    pub(crate) demo: bool,
    /// Digests of the issuer's current token and of all previous ones.
    issuer_tokens: Vec<Digest>,
    /// Secrets for minting and recognising keys.
    pub(crate) peppers: Peppers,
    /// Secret for session cookies.
    pub(crate) sessions: MacKey,
}

impl Config {
    /// Reads the settings; an error names the mistake and shows no secret.
    fn read(text: &str) -> Result<Self, String> {
        let variables: Variables =
            json_text::read(text).map_err(|_| "The Worker's variables cannot be read.".to_owned())?;
        let secret = |name: &str, value: Option<String>| match value {
            Some(value) if value.chars().count() >= MIN_SECRET_CHARACTERS => Ok(value),
            Some(_) => Err(format!("The Worker secret {name} is shorter than {MIN_SECRET_CHARACTERS} characters.")),
            None => Err(format!("The Worker secret {name} is missing.")),
        };
        let issuer_token = secret("ISSUER_TOKEN", variables.issuer_token)?;
        let pepper = secret("KEY_PEPPER", variables.key_pepper)?;
        let session = secret("SESSION_SECRET", variables.session_secret)?;
        // A previous secret still opens doors, so it must be as long as the current one.
        let previous = |name: &str, value: Option<String>| match value {
            Some(list)
                if list
                    .split(',')
                    .map(str::trim)
                    .any(|one| !one.is_empty() && one.chars().count() < MIN_SECRET_CHARACTERS) =>
            {
                Err(format!("The Worker secret {name} is shorter than {MIN_SECRET_CHARACTERS} characters."))
            }
            list => Ok(list.unwrap_or_default()),
        };
        let previous_token = previous("ISSUER_TOKEN_PREVIOUS", variables.issuer_token_previous)?;
        let previous_peppers = previous("KEY_PEPPER_PREVIOUS", variables.key_pepper_previous)?;
        let currency = variables.currency.unwrap_or_else(|| "NGN".into());
        if currency.len() != 3 || !currency.bytes().all(|byte| byte.is_ascii_uppercase()) {
            return Err("The Worker variable CURRENCY must be three capital letters, such as NGN.".into());
        }
        let rate = variables.rate_limit_per_key.as_deref().unwrap_or("100");
        let rate_limit_per_key = rate.parse().map_err(|_| {
            "The Worker variable RATE_LIMIT_PER_KEY must be a whole number of calls per second.".to_owned()
        })?;
        let country_code = variables.country_code.unwrap_or_else(|| "234".into());
        let is_code = (1..=3).contains(&country_code.len()) && country_code.bytes().all(|byte| byte.is_ascii_digit());
        if !is_code || country_code.starts_with('0') {
            return Err("The Worker variable COUNTRY_CODE must be one to three digits, such as 234.".into());
        }
        let given_back_per_key_day = match variables.returned_per_key_day {
            Some(text) => text.parse().map_err(|_| {
                "The Worker variable RETURNED_PER_KEY_DAY must be a whole number of operations.".to_owned()
            })?,
            None => MAX_GIVEN_BACK,
        };
        let storage_bytes = match variables.storage_bytes {
            Some(text) => text
                .parse()
                .map_err(|_| "The Worker variable STORAGE_BYTES must be a whole number of bytes.".to_owned())?,
            None => MAX_BYTES,
        };
        let tokens = [issuer_token.as_str()].into_iter().chain(previous_token.split(',').map(str::trim));
        Ok(Self {
            currency,
            country_code,
            rate_limit_per_key,
            given_back_per_key_day,
            storage_bytes,
            demo: variables.demo.as_deref() == Some("1"),
            issuer_tokens: tokens
                .filter(|token| !token.is_empty())
                .map(|token| Digest::of(&[token.as_bytes()]))
                .collect(),
            peppers: Peppers::new(&pepper, &previous_peppers),
            sessions: MacKey::new(session.as_bytes()),
        })
    }

    /// True for the issuer's token, current or previous.
    pub(crate) fn is_issuer(&self, token: &str) -> bool {
        let digest = Digest::of(&[token.as_bytes()]);
        // Every digest is compared, so the time does not tell which one was near.
        self.issuer_tokens.iter().filter(|known| **known == digest).count() > 0
    }
}

thread_local! {
    static CONFIG: RefCell<Option<Rc<Config>>> = const { RefCell::new(None) };
}

/// Reads the settings of this instance; an error is the sentence of the 503.
pub(crate) fn configure(text: &str) -> Result<(), String> {
    let config = Config::read(text)?;
    CONFIG.with_borrow_mut(|slot| *slot = Some(Rc::new(config)));
    Ok(())
}

/// The settings; refused as unavailable if they could not be read.
pub(crate) fn config() -> Result<Rc<Config>, Refusal> {
    CONFIG.with_borrow(Clone::clone).ok_or_else(Refusal::unavailable)
}
