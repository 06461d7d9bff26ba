//! Conversion of generated schemas to the forms that OpenAPI tools understand.

use serde_json::{Map, Value, json};

/// Removes Rust's documentation links, which have no meaning in the document.
pub(super) fn plain_descriptions(value: &mut Value) {
    match value {
        Value::Object(members) => {
            if let Some(Value::String(text)) = members.get_mut("description") {
                *text = text.replace(" See the [example](self).", "").replace("\n\nSee the [example](self).", "");
                *text = text.replace("`None`", "null").replace("[`", "`").replace("`]", "`");
            }
            members.values_mut().for_each(plain_descriptions);
        }
        Value::Array(items) => items.iter_mut().for_each(plain_descriptions),
        _ => {}
    }
}

/// Gives each variant of a tagged union its own schema, as a discriminator requires.
pub(super) fn name_variants(schemas: &mut Map<String, Value>) {
    let mut named = Map::new();
    for (name, schema) in schemas.iter_mut() {
        let Some(tag) = tag(schema) else { continue };
        let Some(variants) = schema["oneOf"].as_array_mut() else { continue };
        let mut mapping = Map::new();
        for variant in variants {
            let value = variant["properties"][&tag]["const"].as_str().unwrap_or_default().to_owned();
            let own_name = format!("{name}{}", camel_case(&value));
            let reference = format!("#/components/schemas/{own_name}");
            let own = std::mem::replace(variant, json!({ "$ref": reference }));
            named.insert(own_name, reference_as_part(own));
            mapping.insert(value, reference.into());
        }
        schema["discriminator"] = json!({ "propertyName": tag, "mapping": mapping });
    }
    for (name, schema) in named {
        let taken = schemas.insert(name.clone(), schema);
        assert!(taken.is_none(), "two schemas are called {name}");
    }
}

/// The member whose constant differs in each variant.
fn tag(schema: &Value) -> Option<String> {
    let variants = schema["oneOf"].as_array()?;
    let members = variants.first()?["properties"].as_object()?;
    members.keys().find(|name| variants.iter().all(|one| one["properties"][name]["const"].is_string())).cloned()
}

/// Wraps a `$ref` in `allOf`: many tools ignore members beside a bare `$ref`.
fn reference_as_part(mut schema: Value) -> Value {
    if let Some(reference) = schema.as_object_mut().and_then(|members| members.remove("$ref")) {
        schema["allOf"] = json!([{ "$ref": reference }]);
    }
    schema
}

/// Converts `cash-in` to `CashIn`.
fn camel_case(word: &str) -> String {
    word.split('-').map(|part| part[..1].to_uppercase() + &part[1..]).collect()
}
