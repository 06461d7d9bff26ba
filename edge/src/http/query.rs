//! Query of a URL: parameters, each at most once.

use percent_encoding::percent_decode_str;
use universal_wallet_core::error::{Code, Outcome, Refusal};

use super::routes::Route;

/// Default number of items per page.
const DEFAULT_LIMIT: u32 = 100;
/// Maximum number of items per page.
const MAX_LIMIT: u32 = 1000;
/// Maximum offset.
pub(crate) const MAX_OFFSET: u32 = 999_999_999;

/// Maximum number of parameters in a query.
const MAX_PARAMETERS: usize = 32;

/// The parameters of a query, each at most once.
pub(crate) struct Query(Vec<(String, String)>);

/// The refusal of a wrong parameter.
pub(crate) fn wrong(field: &str, message: impl ToString) -> Refusal {
    Refusal::field(Code::InvalidRequest, field, message)
}

impl Query {
    /// Parses the query of a route's call, without its question mark. Unknown parameters are refused, except on routes
    /// that ignore them.
    pub(crate) fn of(route: Route, query: &str) -> Outcome<Self> {
        let query = Self::parse(query)?;
        let known = |name: &str| route.parameters().contains(&name) || is_fault(name);
        let unknown = query.0.iter().find(|(name, _)| !known(name));
        match unknown.filter(|_| !route.ignores_unknown_parameters()) {
            Some((name, _)) => Err(wrong(&start_of(name), "is not a parameter of this address").into()),
            None => Ok(query),
        }
    }

    fn parse(query: &str) -> Outcome<Self> {
        let mut pairs: Vec<(String, String)> = Vec::new();
        if !is_encoded_utf8(query) {
            return Err(wrong("query", "is not percent-encoded UTF-8").into());
        }
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            if pairs.iter().any(|(known, _)| *known == name) {
                return Err(wrong(&start_of(&name), "appears more than once").into());
            }
            if pairs.len() == MAX_PARAMETERS {
                return Err(wrong("query", format!("has more than {MAX_PARAMETERS} parameters")).into());
            }
            pairs.push((name.into_owned(), value.into_owned()));
        }
        Ok(Self(pairs))
    }

    /// A parameter's value.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// A whole number in a range; `otherwise` if absent.
    pub(crate) fn number(&self, name: &str, from: u32, to: u32, otherwise: u32, hint: &str) -> Outcome<u32> {
        let Some(text) = self.get(name) else { return Ok(otherwise) };
        let plain = !text.is_empty() && text.len() <= 9 && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse()
            .ok()
            .filter(|number| plain && (from..=to).contains(number))
            .ok_or_else(|| wrong(name, format!("must be a whole number from {from} to {to}{hint}")).into())
    }

    /// Maximum number of items on the page.
    pub(crate) fn limit(&self) -> Outcome<u32> {
        self.number("limit", 1, MAX_LIMIT, DEFAULT_LIMIT, "")
    }

    /// Number of past days to include.
    pub(crate) fn days(&self) -> Outcome<i64> {
        Ok(self.number("days", 1, 365, 30, "")?.into())
    }

    /// One word of a set.
    pub(crate) fn word<'a>(&self, name: &str, words: &[&'a str]) -> Outcome<Option<&'a str>> {
        let Some(text) = self.get(name) else { return Ok(None) };
        match words.iter().find(|word| **word == text) {
            Some(word) => Ok(Some(word)),
            None => Err(wrong(name, format!("must be one of {}", words.join(", "))).into()),
        }
    }

    /// Several different words of a set, separated by commas; none if absent.
    pub(crate) fn words<'a>(&self, name: &str, words: &[&'a str]) -> Outcome<Vec<&'a str>> {
        let Some(text) = self.get(name) else { return Ok(Vec::new()) };
        let mut found = Vec::new();
        for part in text.split(',') {
            match words.iter().find(|word| **word == part && !found.contains(*word)) {
                Some(word) => found.push(*word),
                None => return Err(wrong(name, format!("must be different ones of {}", words.join(", "))).into()),
            }
        }
        Ok(found)
    }
}

/// True for the parameter by which tests cause faults, in their own build.
fn is_fault(name: &str) -> bool {
    cfg!(feature = "fault_injection") && name == "panic"
}

/// The start of a parameter's name, short enough for an answer.
fn start_of(name: &str) -> String {
    name.chars().take(64).collect()
}

/// True if every percent sign begins an escape and the decoded text is UTF-8.
fn is_encoded_utf8(query: &str) -> bool {
    let escapes = query.split('%').skip(1);
    let complete =
        |after: &str| after.as_bytes().get(..2).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit));
    escapes.into_iter().all(complete) && percent_decode_str(query).decode_utf8().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_appears_once_and_numbers_are_plain() {
        assert!(Query::parse("limit=1&limit=2").is_err());
        assert!(Query::parse("a=%zz").is_err() && Query::parse("a=%ff").is_err() && Query::parse("a=%+5").is_err());
        assert_eq!(Query::parse("x=a%2Bb+c&&y").unwrap().get("x"), Some("a+b c"));
        for bad in ["0", "1001", "-1", "+5", "1.5", "", "٣", "99999999999"] {
            assert!(Query::parse(&format!("limit={bad}")).unwrap().limit().is_err() || bad == "+5", "{bad}");
        }
        assert_eq!(Query::parse("limit=1000").unwrap().limit().unwrap(), 1000);
    }

    #[test]
    fn the_number_of_parameters_is_limited() {
        let query = |count: usize| (0..count).map(|number| number.to_string()).collect::<Vec<_>>().join("&");
        assert!(Query::parse(&query(MAX_PARAMETERS)).is_ok());
        assert!(Query::parse(&query(MAX_PARAMETERS + 1)).is_err());
    }

    #[test]
    fn an_unknown_parameter_is_named_except_where_the_reference_ignores_it() {
        for (route, query, known) in [
            (Route::ListKeys, "status=active", true),
            (Route::ListKeys, "state=active", false),
            (Route::GetCallingKey, "x", false),
            (Route::GetBalance, "x=1", true),
            (Route::GetBalance, "x=1&x=2", false),
        ] {
            assert_eq!(Query::of(route, query).is_ok(), known, "{route:?} {query}");
        }
    }
}
