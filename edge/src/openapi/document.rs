//! The OpenAPI document: every served route with its description, and the schemas of the answers.

use std::collections::BTreeMap;

use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};
use universal_wallet_core::error::{Code, ErrorBody, reason_phrase};

use super::operation::{Answer, Idempotency, Operation, Tag};
use super::schemas::{name_variants, plain_descriptions};
use super::{descriptions, parameters, webhooks};
use crate::http::routes::{Access, Route};

struct Document {
    generator: SchemaGenerator,
    schemas: Map<String, Value>,
    parameters: Map<String, Value>,
    responses: Map<String, Value>,
}

/// The whole document.
pub(super) fn document() -> Value {
    let mut settings = SchemaSettings::draft2020_12().for_serialize();
    settings.definitions_path = "/components/schemas".into();
    let mut document = Document {
        generator: settings.into_generator(),
        schemas: Map::new(),
        parameters: Map::new(),
        responses: Map::new(),
    };
    let descriptions = descriptions();
    let tags = tags(&descriptions);
    let mut descriptions: BTreeMap<&str, Operation> =
        descriptions.into_iter().map(|operation| (operation.route.id(), operation)).collect();
    let mut paths: Map<String, Value> = Map::new();
    for route in Route::ALL {
        let Some(operation) = descriptions.remove(route.id()) else { continue };
        let (verb, access) = (route.method(), route.access());
        let (path, names) = path_of(route.pattern());
        let item = paths.entry(path).or_insert_with(|| json!({}));
        item[verb.to_lowercase()] = document.operation(verb, access, &names, operation);
    }
    document.finish(paths, tags)
}

/// Groups of operations, each once, in the order of the descriptions.
fn tags(descriptions: &[Operation]) -> Value {
    let mut tags: Vec<Tag> = descriptions.iter().map(|operation| operation.tag).collect();
    tags.dedup();
    tags.iter().map(|tag| json!({ "name": tag.name, "description": tag.description })).collect()
}

/// The path with named variable segments, and their names.
fn path_of(pattern: &str) -> (String, Vec<&'static str>) {
    let mut names = Vec::new();
    let (mut folder, mut before) = ("", "");
    let mut segments = Vec::new();
    for segment in pattern.split('/') {
        if segment == "*" {
            let name = parameters::of_segment(folder, before).expect("every variable segment has a name");
            names.push(name);
            segments.push(format!("{{{name}}}"));
        } else {
            segments.push(segment.to_owned());
        }
        (folder, before) = (before, segment);
    }
    (segments.join("/"), names)
}

/// Codes that can refuse any call of an area, besides those of its operations.
fn common_codes(verb: &str, access: Access, names: &[&str], operation: &Operation) -> Vec<Code> {
    // A repeated parameter of the query is refused everywhere.
    let mut codes = vec![Code::Internal, Code::Unavailable, Code::InvalidRequest];
    let writes = verb != "GET";
    if writes && operation.route != Route::SignOut {
        codes.extend([Code::InvalidJson, Code::BodyTooLarge, Code::UnsupportedMediaType]);
    }
    if operation.idempotency != Idempotency::No {
        codes.push(Code::IdempotencyKeyReused);
    }
    if !names.is_empty() {
        codes.push(Code::NotFound);
    }
    match access {
        Access::Public => {}
        Access::Key(_) => {
            codes.extend([Code::MissingApiKey, Code::InvalidApiKey, Code::ExpiredApiKey, Code::RevokedApiKey]);
            codes.extend([Code::DistributorMismatch, Code::IPNotAllowed, Code::RateLimited]);
            if operation.route != Route::GetCallingKey {
                codes.push(Code::PermissionDenied);
            }
        }
        Access::Session | Access::Console(_) => {
            if !signs_in(operation.route) {
                codes.push(Code::NotSignedIn);
            }
            if shows_a_person(operation.route) {
                codes.push(Code::SessionChanged);
            }
            if matches!(access, Access::Console(_)) {
                codes.extend([Code::PasswordChangeRequired, Code::EnrolmentRequired]);
            }
            if needs_proof(operation.route) {
                codes.push(Code::SecondFactorRequired);
            }
            if writes {
                codes.push(Code::CrossSiteRequest);
            }
        }
        Access::Issuer => codes.extend([Code::MissingApiKey, Code::InvalidApiKey]),
    }
    codes
}

/// True if the call says for whom its page was drawn. A page reads its session and signs in before it shows anybody.
const fn shows_a_person(route: Route) -> bool {
    matches!(route.access(), Access::Session | Access::Console(_))
        && !signs_in(route)
        && !matches!(route, Route::GetSession)
}

/// True for the calls that need a recent proof of the second factor.
const fn needs_proof(route: Route) -> bool {
    use Route::{Approve, ChangeSettings, ChangeUser, ClaimKey, RequestPasswordReset, RequestUser};
    matches!(route, Approve | ClaimKey | RequestUser | ChangeUser | ChangeSettings | RequestPasswordReset)
}

/// True for the calls that need no session, since they begin one.
const fn signs_in(route: Route) -> bool {
    matches!(route, Route::SignIn | Route::BeginPasskeySignIn | Route::SignInByPasskey)
}

const fn security(access: Access) -> &'static str {
    match access {
        Access::Key(_) => "apiKey",
        Access::Issuer => "issuerToken",
        Access::Public | Access::Session | Access::Console(_) => "session",
    }
}

fn header(name: &str) -> Value {
    json!({ "$ref": format!("#/components/headers/{name}") })
}

fn headers(names: &[&str]) -> Value {
    names.iter().map(|name| ((*name).to_owned(), header(name))).collect::<Map<_, _>>().into()
}

impl Document {
    fn parameter(&mut self, name: &str, parameter: Value) -> Value {
        self.parameters.insert(name.into(), parameter);
        json!({ "$ref": format!("#/components/parameters/{name}") })
    }

    fn operation(&mut self, verb: &str, access: Access, names: &[&str], operation: Operation) -> Value {
        let mut parameters: Vec<Value> =
            names.iter().map(|name| self.parameter(name, parameters::in_path(name))).collect();
        match operation.idempotency {
            Idempotency::No => {}
            Idempotency::Taken => {
                parameters.push(self.parameter("Idempotency-Key", parameters::idempotency_key(false)));
            }
            Idempotency::Required => {
                parameters.push(self.parameter("required.Idempotency-Key", parameters::idempotency_key(true)));
            }
        }
        if shows_a_person(operation.route) && operation.route != Route::ListenToEvents {
            parameters.push(self.parameter("X-UW-Person", parameters::shown_person("X-UW-Person", "header")));
        }
        let mut codes = common_codes(verb, access, names, &operation);
        codes.extend(&operation.codes);
        parameters.extend(operation.parameters);
        let mut responses = self.refusals(access, &codes);
        for answer in operation.answers {
            responses.insert(answer.status.to_string(), self.answer(access, operation.idempotency, answer));
        }
        let mut value = json!({
            "operationId": operation.id,
            "tags": [operation.tag.name],
            "summary": operation.summary,
            "description": operation.description,
            "security": if signs_in(operation.route) { json!([]) } else { json!([{ security(access): [] }]) },
            "responses": responses,
        });
        if !parameters.is_empty() {
            value["parameters"] = parameters.into();
        }
        if let Some(body) = operation.body {
            self.schemas.insert(body.name.into(), body.schema);
            value["requestBody"] = json!({
                "required": body.required,
                "content": { "application/json": {
                    "schema": { "$ref": format!("#/components/schemas/{}", body.name) }, "examples": body.examples,
                } },
            });
        }
        value
    }

    fn answer(&mut self, access: Access, idempotency: Idempotency, answer: Answer) -> Value {
        let mut names = if answer.status == 101 { vec![] } else { vec!["X-Request-ID", "Cache-Control"] };
        if matches!(access, Access::Key(_)) {
            names.extend(["RateLimit-Policy", "RateLimit", "Deprecation", "Sunset"]);
        }
        if idempotency != Idempotency::No {
            names.push("Idempotent-Replayed");
        }
        names.extend(answer.headers);
        let mut value = json!({ "description": answer.description });
        if !names.is_empty() {
            value["headers"] = headers(&names);
        }
        for (media_type, schema, example) in answer.content {
            value["content"][media_type] = json!({ "schema": schema(&mut self.generator), "example": example });
        }
        value
    }

    /// A response for each status of these codes.
    fn refusals(&mut self, access: Access, codes: &[Code]) -> Map<String, Value> {
        let mut statuses: BTreeMap<u16, Vec<Code>> = BTreeMap::new();
        for code in Code::ALL.iter().filter(|code| codes.contains(code)) {
            statuses.entry(code.status()).or_default().push(*code);
        }
        let mut responses = Map::new();
        for (status, codes) in statuses {
            let words: Vec<&str> = codes.iter().map(|code| code.as_str()).collect();
            let mut names = vec!["X-Request-ID", "Cache-Control"];
            names.extend(match status {
                401 => Some("WWW-Authenticate"),
                429 | 503 => Some("Retry-After"),
                _ => None,
            });
            if matches!(access, Access::Key(_)) {
                names.extend(["RateLimit-Policy", "RateLimit", "Deprecation", "Sunset"]);
            }
            let name =
                format!("{}{status}.{}", if matches!(access, Access::Key(_)) { "key." } else { "" }, words.join("."));
            responses.insert(status.to_string(), json!({ "$ref": format!("#/components/responses/{name}") }));
            let error = self.generator.subschema_for::<ErrorBody>();
            self.responses.entry(name).or_insert_with(|| {
                json!({
                    "description": format!("{}: {}.", reason_phrase(status), words.join(", ")),
                    "headers": headers(&names),
                    "content": { "application/json": {
                        "schema": { "allOf": [error], "properties": { "code": { "enum": words } } },
                        "example": {
                            "error": reason_phrase(status), "message": "A sentence that a person can act on.",
                            "code": words.first(), "requestID": "36e48800-22ce-4ea0-b37a-198f7978cd53",
                        },
                    } },
                })
            });
        }
        responses
    }

    fn finish(mut self, paths: Map<String, Value>, tags: Value) -> Value {
        let messages = webhooks::messages(&mut self.generator);
        for (name, mut schema) in self.generator.take_definitions(true) {
            plain_descriptions(&mut schema);
            let taken = self.schemas.insert(name.clone(), schema);
            assert!(taken.is_none(), "two schemas are called {name}");
        }
        name_variants(&mut self.schemas);
        json!({
            "openapi": "3.1.1",
            "info": {
                "title": "Universal Wallet Edge",
                "version": env!("CARGO_PKG_VERSION"),
                "description": "Distributors of a digital wallet turn cash into wallet balance and back. Amounts are \
                                strings with two decimals; times are RFC 3339 in UTC. An answer of 4xx means that nothing \
                                moved; after 5xx or no answer repeat the call with the same Idempotency-Key.",
                "contact": {
                    "name": "The maintainers", "url": concat!(env!("CARGO_PKG_REPOSITORY"), "/issues"),
                },
                "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
            },
            "servers": [{ "url": "/" }],
            "tags": tags,
            "paths": paths,
            "webhooks": messages,
            "components": {
                "schemas": self.schemas,
                "parameters": self.parameters,
                "responses": self.responses,
                "headers": header_components(),
                "securitySchemes": {
                    "apiKey": {
                        "type": "http", "scheme": "bearer", "bearerFormat": "uwk_ and 52 of 0-9A-Za-z",
                        "description": "A distributor's API key.",
                    },
                    "issuerToken": { "type": "http", "scheme": "bearer", "description": "The issuer's token." },
                    "session": {
                        "type": "apiKey", "in": "cookie", "name": "__Host-uw_session",
                        "description": "The admin page's session, which signIn answers with.",
                    },
                },
            },
        })
    }
}

fn header_components() -> Value {
    let text = |description: &str, pattern: &str, required: bool, example: &str| {
        json!({
            "description": description, "required": required, "schema": { "type": "string", "pattern": pattern },
            "example": example,
        })
    };
    let uuid = "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$";
    json!({
        "X-Request-ID": text("Names the call in the server's log.", uuid, true, "36e48800-22ce-4ea0-b37a-198f7978cd53"),
        "Cache-Control": text("Nothing may be kept.", "^no-store$", true, "no-store"),
        "WWW-Authenticate": text(
            "How to prove who calls.", "^(Bearer( error=\"invalid_token\")?|Session)$", true, "Bearer",
        ),
        "Retry-After": text("After how many seconds to try again.", "^[1-9][0-9]*$", true, "1"),
        "RateLimit-Policy": text("How many calls a second the key may make.", "^\"[a-z]+\";q=[0-9]+;w=1$", false, "\"default\";q=100;w=1"),
        "RateLimit": text("How many calls are left at the moment.", "^\"[a-z]+\";r=[0-9]+", false, "\"default\";r=99;t=1"),
        "Deprecation": text("Since when another key takes over from this one (RFC 9745).", "^@[0-9]+$", false, "@1795543668"),
        "Sunset": text("When this key ends (RFC 8594).", " GMT$", false, "Wed, 25 Nov 2026 18:07:48 GMT"),
        "Idempotent-Replayed": text("The same call was carried out before.", "^true$", false, "true"),
        "Link": text(
            "Leads to the next page; the last page has none.", "^</[^>]+>; rel=\"next\"$", false,
            "</api/v1/distributors/36e48800-22ce-4ea0-b37a-198f7978cd53/operations?limit=100&cursor=2a-0123456789ab>; \
             rel=\"next\"",
        ),
        "Set-Cookie": text("The session's cookie.", "^__Host-uw_session=", true, "__Host-uw_session=…; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=43200"),
        "Content-Disposition": text("The file's name.", "^attachment; filename=", true, "attachment; filename=\"ledger.csv\""),
    })
}
