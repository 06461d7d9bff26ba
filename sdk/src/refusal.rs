//! Refusals, and whether they prove that a write was not carried out.

use core::fmt;
use core::time::Duration;

use crate::wire::ErrorBody;

/// A refusal: an error answer of the server.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    pub(crate) request_id: Option<String>,
    pub(crate) retry_after: Option<Duration>,
    /// Absent if the answer is not in the API's form, such as a proxy's.
    pub(crate) body: Option<ErrorBody>,
    /// The member that keeps the answer from being in the API's form, if it is JSON at all.
    pub(crate) malformed: Option<String>,
    /// Whether the server rejects a key whose checksum is wrong.
    pub(crate) key_looks_mistyped: bool,
}

impl Refusal {
    pub(crate) fn code(&self) -> Option<&str> {
        self.body.as_ref()?.code.as_deref().filter(|code| !code.is_empty())
    }

    /// Whether a server says that the first of two equal calls is still running.
    fn is_in_flight(&self) -> bool {
        self.status == 409 && self.retry_after.is_some()
    }

    pub(crate) fn is_retryable(&self) -> bool {
        matches!(self.status, 408 | 429 | 500 | 502 | 503 | 504 | 520..=529) || self.is_in_flight()
    }

    /// A 4xx of the API means that nothing moved, unless the first of two equal calls is still
    /// running. An answer of an intermediary proves nothing.
    pub(crate) fn is_ambiguous(&self) -> bool {
        self.body.is_none() || !(400..500).contains(&self.status) || self.is_in_flight()
    }

    /// The server looks for an earlier call with the same key after it checks rights and rate, and
    /// before everything else; so any later refusal proves that there was none. A server that tells no code promises no
    /// such order.
    pub(crate) fn settles_earlier_attempts(&self) -> bool {
        let before =
            matches!(self.code(), None | Some("distributor_mismatch" | "ip_not_allowed" | "permission_denied"));
        let after = match self.status {
            400 | 409 | 413 | 415 | 422 => true,
            403 => !before,
            _ => false,
        };
        after && !self.is_ambiguous()
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.fmt_answer(f)?;
        if self.key_looks_mistyped {
            f.write_str("; the API key looks mistyped, since its checksum is wrong: copy it again as it was shown")?;
        }
        Ok(())
    }
}

impl Refusal {
    fn fmt_answer(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.body, &self.malformed) {
            (Some(body), _) => {
                write!(f, "{} ({} {}", body.message, self.status, self.code().unwrap_or(&body.error))?;
                if let Some(id) = &self.request_id {
                    write!(f, ", request {id}")?;
                }
                f.write_str(")")
            }
            (None, _) if (300..400).contains(&self.status) || self.status == 0 => write!(
                f,
                "the server answered with a redirect ({}), which is never followed, so that the API key goes nowhere \
                 else: correct the base URL",
                self.status
            ),
            (None, Some(member)) => write!(
                f,
                "the server answered {} without the API's error form: its {member} has another type or form",
                self.status
            ),
            (None, None) => write!(
                f,
                "the server answered {} without the API's error form: check that the base URL leads to the API and that \
                 no proxy answers in its place",
                self.status
            ),
        }
    }
}
