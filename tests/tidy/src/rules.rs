//! The rules as tables: layers, lengths, and names to avoid.

use crate::layers::{Area, Layer};

const fn layer(name: &'static str, paths: &'static [&'static str]) -> Layer {
    Layer { name, paths }
}

/// The layers of each area, from top to bottom; layers in one row do not know each other.
pub const AREAS: &[Area] = &[
    Area {
        folder: "",
        rows: &[
            &[
                layer("fuzz", &["fuzz/"]),
                layer("bench", &["tests/bench/"]),
                layer("worker-client", &["tests/worker-client/"]),
            ],
            &[layer("tests", &["tests/"]), layer("tidy", &["tests/tidy/"]), layer("xtask", &["xtask/"])],
            &[
                layer("guides", &["xtask/guides/"]),
                layer("runtime", &["xtask/runtime/"]),
                layer("web-admin", &["web-admin/"]),
            ],
            &[layer("shell", &["edge/shell/"]), layer("edge", &["edge/src/"])],
            &[layer("core", &["edge/core/"])],
            &[layer("sdk", &["sdk/"])],
        ],
    },
    Area {
        folder: "edge/src/",
        rows: &[
            &[layer("lib.rs", &["lib.rs"])],
            &[layer("worker", &["worker/"]), layer("objects", &["objects/"])],
            &[layer("calls", &["calls/"])],
            &[layer("messages", &["messages/"])],
            &[layer("http", &["http/"])],
            &[layer("platform", &["platform/"])],
        ],
    },
    Area {
        folder: "edge/core/src/",
        rows: &[
            &[layer("lib.rs", &["lib.rs"])],
            &[layer("decisions", &["approvals/decide.rs", "approvals/deadlines.rs", "people/members.rs"])],
            &[layer(
                "commands",
                &[
                    "keys/expiry.rs",
                    "keys/lifecycle.rs",
                    "keys/rotation.rs",
                    "keys/tightening.rs",
                    "approvals/open_requests.rs",
                    "people/invitations.rs",
                    "people/requests.rs",
                    "provisioning.rs",
                    "settings.rs",
                    "webhooks/endpoints.rs",
                    "webhooks/messages.rs",
                    "webhooks/requests.rs",
                ],
            )],
            &[layer(
                "operations",
                &[
                    "operations/cash_outs.rs",
                    "operations/create.rs",
                    "operations/float.rs",
                    "operations/lifecycle.rs",
                    "operations/limits.rs",
                    "operations/request_body.rs",
                    "operations/requester.rs",
                ],
            )],
            &[layer("readers", &["audit/reader.rs"])],
            &[layer("entries", &["audit/entry_builder.rs"]), layer("key checks", &["keys/verify.rs"])],
            &[layer("store", &["store.rs"])],
            &[layer("responses", &["operations/responses.rs", "operations/statement.rs", "responses.rs"])],
            &[layer("first entries", &["audit/created.rs"]), layer("verification", &["audit/verify.rs"])],
            &[layer("decisions on operations", &["operations/decision.rs"])],
            &[layer("operation", &["operations/model.rs"])],
            &[layer("endpoint", &["webhooks/model.rs"])],
            &[layer("approval", &["approvals/model.rs"])],
            &[layer("key", &["keys/model.rs"])],
            &[layer("chain", &["audit/chain.rs"]), layer("callers", &["people/caller.rs"])],
            &[layer(
                "values",
                &[
                    "keys/rate_limit.rs",
                    "keys/settings.rs",
                    "keys/token.rs",
                    "approvals/deciding.rs",
                    "people/ability.rs",
                    "people/account.rs",
                    "people/codes.rs",
                    "people/device.rs",
                    "people/listening.rs",
                    "people/model.rs",
                    "people/password.rs",
                    "people/second_factor/",
                    "people/sign_in.rs",
                    "operations/search_index.rs",
                    "room.rs",
                    "total.rs",
                    "wallet.rs",
                    "webhooks/event.rs",
                    "webhooks/health.rs",
                    "webhooks/schedule.rs",
                    "webhooks/signing.rs",
                    "webhooks/url.rs",
                ],
            )],
            &[layer("text", &["id.rs", "text/"])],
            &[layer("error", &["error.rs"])],
            &[layer(
                "folders",
                &[
                    "approvals/mod.rs",
                    "audit/mod.rs",
                    "keys/mod.rs",
                    "operations/mod.rs",
                    "people/mod.rs",
                    "webhooks/mod.rs",
                ],
            )],
        ],
    },
    Area {
        folder: "sdk/src/",
        rows: &[
            &[layer("lib.rs", &["lib.rs"])],
            &[layer("settings", &["blocking.rs", "builder.rs", "environment.rs"])],
            &[layer("client", &["client.rs"])],
            &[layer("request", &["request/"]), layer("webhook", &["webhook/"])],
            &[layer("execute", &["execute.rs"])],
            &[layer("connection", &["connection.rs"])],
            &[layer("transport", &["transport/"])],
            &[layer(
                "exchange",
                &["answer.rs", "attempt.rs", "base_url.rs", "call.rs", "error.rs", "refusal.rs", "retry.rs"],
            )],
            &[layer("wire", &["wire/"]), layer("parse", &["parse.rs"]), layer("idempotency", &["idempotency_key.rs"])],
            &[layer("key and id", &["key.rs", "id.rs"])],
            &[layer("schema", &["schema.rs"])],
            &[layer("values", &["amount.rs", "date.rs", "phone.rs", "short_code.rs", "timestamp.rs"])],
        ],
    },
    Area {
        folder: "xtask/src/",
        rows: &[
            &[layer("main", &["main.rs"])],
            &[
                layer("bench", &["bench.rs"]),
                layer("deploy-check", &["deploy_check/"]),
                layer("test", &["test/"]),
                layer("verify", &["verify/"]),
            ],
            &[layer("dev", &["dev/"])],
            &[layer("build", &["build/"])],
            &[layer("tools", &["tools/"])],
            &[layer("ground", &["command.rs", "say.rs", "workspace.rs"])],
        ],
    },
    Area {
        folder: "web-admin/js/",
        rows: &[
            &[layer("main", &["main.js"])],
            &[layer("frame", &["frame.js"])],
            &[layer("views", &["views/"])],
            &[layer("ui", &["ui/"])],
            &[layer("server", &["server/"])],
            &[layer("lib", &["lib/"])],
            &[layer("types", &["types/"])],
        ],
    },
];

/// Upper bound on the lines of a source file.
pub const MAX_LINES: usize = 400;

/// Files that may be longer, each with the reason.
pub const LONG_FILES: &[(&str, &str)] =
    &[("web-admin/js/types/api.d.ts", "generated from the API's description, and read by the type checker alone")];

/// Names in every module of Rust's 2024 edition, as they follow `std`, `core` or `alloc`.
pub const PRELUDE: &[&str] = &[
    "borrow::ToOwned",
    "boxed::Box",
    "clone::Clone",
    "cmp::Eq",
    "cmp::Ord",
    "cmp::PartialEq",
    "cmp::PartialOrd",
    "convert::AsMut",
    "convert::AsRef",
    "convert::From",
    "convert::Into",
    "convert::TryFrom",
    "convert::TryInto",
    "default::Default",
    "format",
    "future::Future",
    "iter::DoubleEndedIterator",
    "iter::ExactSizeIterator",
    "iter::Extend",
    "iter::FromIterator",
    "iter::IntoIterator",
    "iter::Iterator",
    "mem::drop",
    "ops::Drop",
    "ops::Fn",
    "ops::FnMut",
    "ops::FnOnce",
    "option::Option",
    "result::Result",
    "string::String",
    "string::ToString",
    "vec",
    "vec::Vec",
];

/// Prefixes to avoid, and their replacements.
pub const OLD_PREFIXES: &[(&str, &str)] = &[("MOST_", "MAX_"), ("LEAST_", "MIN_")];

/// Names of enums that stand for the steps of a flow.
pub const OLD_ENUMS: &[&str] = &["Then", "After", "Next"];
