//! `/openapi.json`: served as stored, and consistent in itself. Every other test shows that it matches the edge:
//! each answer has to be one that it declares.

use serde_json::Value;
use universal_wallet_tests::description::{TEXT, description};
use universal_wallet_tests::edge::Setup;

#[test]
fn the_description_is_served_like_any_other_json() {
    for edge in [Setup::new().as_deployed().with_files().start(), Setup::new().with_faults().start()] {
        let answer = edge.get("/openapi.json").send();
        assert!(answer.status == 200 && answer.text == TEXT, "{}", answer.status);
        assert_eq!(answer.header("Content-Type"), Some("application/json"));
        assert_eq!(answer.header("Cache-Control"), Some("no-store"));
        assert_eq!(answer.header("X-Request-ID").map(str::len), Some(36));
        let head = edge.request("HEAD", "/openapi.json").send();
        assert!(head.status == 200 && head.text.is_empty() && head.header("X-Request-ID").is_some());
        for method in ["POST", "PUT", "DELETE", "OPTIONS"] {
            let answer = edge.request(method, "/openapi.json").send();
            answer.refused(405, "method_not_allowed");
            assert_eq!(answer.header("Allow"), Some("GET, HEAD"));
        }
        edge.get("/openapi.json/").send().refused(404, "not_found");
    }
}

#[test]
fn every_example_is_what_its_schema_says() {
    let mut examples = 0;
    let mut check = |place: &str, schema: &Value, example: &Value| {
        let errors = description().errors(schema, example);
        assert!(errors.is_empty(), "{place}: {example}: {errors:?}");
        examples += 1;
    };
    for (_, path, operation) in description().operations() {
        let name = format!("{} {path}", operation["operationId"]);
        let body = &operation["requestBody"]["content"]["application/json"];
        for example in body["examples"].as_object().into_iter().flat_map(serde_json::Map::values) {
            check(&name, &body["schema"], &example["value"]);
        }
        for response in operation["responses"].as_object().unwrap().values() {
            for content in response["content"].as_object().into_iter().flat_map(serde_json::Map::values) {
                check(&name, &content["schema"], &content["example"]);
            }
        }
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            if parameter["$ref"].is_null() {
                check(&name, &parameter["schema"], &parameter["example"]);
            }
        }
    }
    assert!(examples > 80, "{examples}");
}
