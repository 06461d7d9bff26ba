//! The client that a request comes from.

use universal_wallet_core::text::ip::IPBlock;

use crate::http::request::Request;

/// The client that a request comes from.
pub(super) struct Client {
    /// Name of the SignIns object for the address.
    pub(super) subscriber: String,
    /// Client address, if the platform provides it.
    pub(super) ip: Option<String>,
    /// The cookies, among which are those of devices.
    pub(super) cookies: Option<String>,
}

impl Client {
    /// The client of a request.
    pub(super) fn of(request: &Request<'_>) -> Self {
        let address = request.client();
        let subscriber = address.map_or_else(|| "unknown".into(), |address| IPBlock::subscriber(address).to_string());
        let cookies = request.cookie.map(str::to_owned);
        Self { subscriber, ip: address.map(|address| address.to_string()), cookies }
    }
}
