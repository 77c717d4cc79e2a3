//! The schema: what of it is checked in, and that it explains itself.

use std::path::Path;

use campana_server::graphql::build_schema;
use serde_json::Value as Json;

/// Set it to write the file anew.
const UPDATE: &str = "CAMPANA_UPDATE_SCHEMA";

#[test]
fn the_schema_that_is_checked_in_is_that_of_the_server() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema.graphql");
    let schema = build_schema().finish().sdl();
    if std::env::var_os(UPDATE).is_some() {
        std::fs::write(&path, &schema).unwrap();
    }
    let known = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(known == schema, "{} is not that of the server; run this test with {UPDATE}=1", path.display());
}

#[tokio::test]
async fn everything_in_the_schema_says_what_it_is() {
    let query = "{ __schema { types { name kind description
        fields { name description args { name description } }
        inputFields { name description }
        enumValues { name description } } } }";
    // Introspection is asked of the schema alone; a depth of its own is no request's.
    let answer = build_schema().limit_complexity(10_000).finish().execute(query).await;
    let data = answer.into_result().unwrap().data.into_json().unwrap();
    let mut silent = Vec::new();
    for kind in data["__schema"]["types"].as_array().unwrap() {
        let name = kind["name"].as_str().unwrap();
        if name.starts_with("__") {
            continue;
        }
        for group in ["fields", "inputFields", "enumValues"] {
            for member in kind[group].as_array().into_iter().flatten() {
                let path = format!("{name}.{}", member["name"].as_str().unwrap());
                note(&mut silent, member, &path);
                for argument in member["args"].as_array().into_iter().flatten() {
                    // The one argument of a mutation is explained by its type.
                    if name != "Mutation" {
                        note(
                            &mut silent,
                            argument,
                            &format!("{path}({})", argument["name"].as_str().unwrap()),
                        );
                    }
                }
            }
        }
    }
    assert!(silent.is_empty(), "without a description: {silent:#?}");
}

fn note(silent: &mut Vec<String>, thing: &Json, path: &str) {
    if thing["description"].as_str().is_none_or(str::is_empty) {
        silent.push(path.to_owned());
    }
}
