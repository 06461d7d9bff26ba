//! Settings of the distributor.

use serde_json::json;
use universal_wallet_core::error::Code;

use super::bodies;
use super::operation::{Operation, Tag};
use crate::http::routes::Route;
use crate::objects::distributor::answers::DistributorSettings;

const TAG: Tag = Tag { name: "Console: settings", description: "Settings of the distributor." };

pub(super) fn descriptions() -> Vec<Operation> {
    let new = |route, id, summary| Operation::new(route, id, TAG, summary);
    let example = json!({ "secondFactor": "required", "lowFloat": "10000.00" });
    vec![
        new(Route::GetSettings, "getSettings", "Read the settings")
            .about("Every role may read them.")
            .answers::<DistributorSettings>(200, "The settings.", example.clone()),
        new(Route::ChangeSettings, "changeSettings", "Change the settings")
            .about(
                "Needs the role admin and a recent proof of the second factor. Requiring a second factor acts at once; \
                 doing without one waits for another person, and the answer has the request.",
            )
            .body("SettingsChange", bodies::change_settings(), json!({ "lowFloat": "10000.00" }))
            .answers::<DistributorSettings>(200, "The settings as they are now.", example)
            .refuses(&[
                Code::RoleRequired,
                Code::DistributorSuspended,
                Code::AlreadyExists,
                Code::InvalidAmount,
                Code::RateLimited,
            ]),
    ]
}
