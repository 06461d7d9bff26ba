//! The person whom a page shows, so that a tab never acts as somebody else who has signed in meanwhile.

use universal_wallet_core::error::{Code, Outcome, Refusal};
use universal_wallet_core::id::UserID;
use universal_wallet_core::people::sign_in::refuse_another;

use super::query::Query;
use super::request::Request;
use super::routes::Route;

const HEADER: &str = "X-UW-Person";
const PARAMETER: &str = "person";

/// The person for whom the calling page was drawn, as the call says it; clients without pages say nothing.
#[derive(Debug)]
pub(crate) struct ShownPerson {
    field: &'static str,
    said: Option<String>,
}

impl ShownPerson {
    /// Reads the header, or the query's parameter where a browser sends no headers of the page.
    pub(crate) fn of(request: &Request<'_>, route: Route) -> Outcome<Self> {
        Ok(if route == Route::ListenToEvents {
            let said = Query::of(route, request.query)?.get(PARAMETER).map(str::to_owned);
            Self { field: PARAMETER, said }
        } else {
            Self { field: HEADER, said: request.person.map(str::to_owned) }
        })
    }

    /// Refuses a call of a page that shows anybody but the session's person.
    pub(crate) fn must_be(&self, account: UserID) -> Outcome<()> {
        let Some(said) = &self.said else { return Ok(()) };
        let shown: UserID = said.parse().map_err(|error| Refusal::field(Code::InvalidRequest, self.field, error))?;
        refuse_another(shown, account)
    }
}

#[cfg(test)]
mod tests {
    use universal_wallet_core::error::Error;

    use super::*;

    const ACCOUNT: &str = "usr_36e48800-22ce-4ea0-b37a-198f7978cd53";

    #[test]
    fn only_the_sessions_person_and_silence_pass() {
        let code = |said: Option<&str>| {
            let shown = ShownPerson { field: HEADER, said: said.map(str::to_owned) };
            match shown.must_be(ACCOUNT.parse().unwrap()) {
                Ok(()) => None,
                Err(Error::Refusal(refusal)) => Some(refusal.code),
                Err(Error::Internal(fault)) => panic!("{fault:?}"),
            }
        };
        assert_eq!(code(None), None);
        assert_eq!(code(Some(ACCOUNT)), None);
        assert_eq!(code(Some("usr_36e48800-22ce-4ea0-b37a-198f7978cd54")), Some(Code::SessionChanged));
        let twice = format!("{ACCOUNT}, {ACCOUNT}");
        for malformed in ["", "usr_", "usr_1", &ACCOUNT.to_uppercase(), &format!(" {ACCOUNT}"), &twice] {
            assert_eq!(code(Some(malformed)), Some(Code::InvalidRequest), "{malformed:?}");
        }
    }
}
