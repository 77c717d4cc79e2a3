//! What a run gets that is not said when it is made: pure rules.

use std::collections::BTreeSet;

use serde_json::{Map, Value as Json};

use crate::Error;

/// The parameters of a run: the defaults of the flow, then those of its group, then what was given.
///
/// # Errors
/// If a required one is missing.
pub(super) fn parameters(
    of_flow: &Json,
    of_group: &Json,
    given: &Map<String, Json>,
) -> Result<Map<String, Json>, Error> {
    let declared = of_flow.as_array().map_or(&[][..], Vec::as_slice);
    let mut parameters = Map::new();
    for parameter in declared {
        if let Some(name) = parameter["name"].as_str()
            && let Some(default) = parameter.get("default").filter(|default| !default.is_null())
        {
            parameters.insert(name.to_owned(), default.clone());
        }
    }
    parameters.extend(of_group.as_object().cloned().unwrap_or_default());
    parameters.extend(given.clone());
    let missing: Vec<&str> = declared
        .iter()
        .filter(|parameter| parameter["required"] == Json::Bool(true))
        .filter_map(|parameter| parameter["name"].as_str())
        .filter(|name| !parameters.contains_key(*name))
        .collect();
    if missing.is_empty() {
        return Ok(parameters);
    }
    let problem = format!("the flow requires {}, which the run was not given", missing.join(", "));
    Err(Error::Invalid { field: "parameters", problem })
}

/// What a run's labels are taken from.
pub(super) struct Labels<'a> {
    pub(super) given: Option<&'a BTreeSet<String>>,
    pub(super) given_run_config: Option<&'a Json>,
    pub(super) of_group: Option<&'a Json>,
    pub(super) group_run_config: Option<&'a Json>,
    pub(super) flow_run_config: Option<&'a Json>,
}

impl Labels<'_> {
    /// The labels: the first of these that is there decides, also if it names none.
    pub(super) fn of_run(&self) -> BTreeSet<String> {
        let Self { given, given_run_config, of_group, group_run_config, flow_run_config } = *self;
        if let Some(given) = given {
            return given.clone();
        }
        let labels = match (given_run_config, of_group) {
            (Some(run_config), _) => run_config.get("labels"),
            (None, Some(labels)) => Some(labels),
            (None, None) => group_run_config.or(flow_run_config).and_then(|config| config.get("labels")),
        };
        let labels = labels.and_then(Json::as_array).map_or(&[][..], Vec::as_slice);
        labels.iter().filter_map(Json::as_str).map(str::to_owned).collect()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn object(json: Json) -> Map<String, Json> {
        json.as_object().unwrap().clone()
    }

    #[test]
    fn parameters_are_the_flow_s_then_the_group_s_then_those_given() {
        let flow = json!([
            {"name": "a", "default": 1, "required": false},
            {"name": "b", "default": 1, "required": false},
            {"name": "c", "default": 1, "required": false},
            {"name": "none", "default": null, "required": false},
        ]);
        let found = parameters(&flow, &json!({"b": 2, "c": 2}), &object(json!({"c": null, "d": 3}))).unwrap();
        assert_eq!(Json::Object(found), json!({"a": 1, "b": 2, "c": null, "d": 3}));
    }

    #[test]
    fn a_required_parameter_has_to_come_from_somewhere() {
        let flow = json!([{"name": "a", "default": null, "required": true}, {"name": "b", "required": true}]);
        let error = parameters(&flow, &json!({}), &Map::new()).unwrap_err();
        assert_eq!(error.to_string(), "parameters: the flow requires a, b, which the run was not given");
        assert!(parameters(&flow, &json!({"a": 1}), &object(json!({"b": null}))).is_ok());
    }

    #[test]
    fn the_first_that_has_labels_to_say_decides() {
        let config = |label: &str| json!({"type": "UniversalRun", "labels": [label]});
        let (run, group_config, flow) = (config("run"), config("group-config"), config("flow"));
        let group = json!(["group", "another"]);
        let given = BTreeSet::from(["given".to_owned()]);
        let mut from = Labels {
            given: Some(&given),
            given_run_config: Some(&run),
            of_group: Some(&group),
            group_run_config: Some(&group_config),
            flow_run_config: Some(&flow),
        };
        let labels = |from: &Labels<'_>| from.of_run().into_iter().collect::<Vec<_>>().join(" ");
        assert_eq!(labels(&from), "given");
        from.given = None;
        assert_eq!(labels(&from), "run");
        from.given_run_config = None;
        assert_eq!(labels(&from), "another group");
        from.of_group = None;
        assert_eq!(labels(&from), "group-config");
        from.group_run_config = None;
        assert_eq!(labels(&from), "flow");
        let (none, empty) = (BTreeSet::new(), json!({"labels": null}));
        from.given_run_config = Some(&empty);
        assert_eq!(labels(&from), "");
        from.given_run_config = None;
        from.given = Some(&none);
        assert_eq!(labels(&from), "");
    }
}
