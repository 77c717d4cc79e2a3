//! A server with something in it.

use std::ops::Deref;

use serde_json::{Value as Json, json};

use crate::harness::Trial;

/// A server with the flow `orders` in two versions, two runs of the newer, and the runs of their tasks.
pub(crate) struct World {
    pub(crate) trial: Trial,
    pub(crate) project: String,
    pub(crate) old: String,
    pub(crate) flow: String,
    /// It is Running.
    pub(crate) run: String,
    /// It is Scheduled.
    pub(crate) waiting: String,
    /// Of the task `load-1` in `run`, Cached.
    pub(crate) task_run: String,
}

impl Deref for World {
    type Target = Trial;

    fn deref(&self) -> &Trial {
        &self.trial
    }
}

impl World {
    pub(crate) async fn start() -> Self {
        let trial = Trial::start().await;
        let created =
            trial.mutate("create_project", json!({ "name": "demo", "description": "d" }), "id").await;
        let project = id(&created);
        let mut flows = Vec::new();
        for parameters in [json!([]), json!([{ "name": "n", "slug": "n", "required": false, "default": 1 }])]
        {
            let serialized_flow = json!({
                "name": "orders", "type": "prefect.core.flow.Flow", "schedule": null, "parameters": parameters,
                "tasks": [task("load-1"), task("store-1")],
                "edges": [{
                    "upstream_task": { "slug": "load-1" }, "downstream_task": { "slug": "store-1" }, "key": "x",
                    "mapped": false, "flattened": false,
                }],
                "reference_tasks": [], "run_config": { "type": "UniversalRun", "labels": ["l"], "env": {} },
                "storage": { "type": "Local", "flows": {}, "secrets": [] }, "__version__": "1.4.1",
            });
            let input = json!({
                "project_id": project, "serialized_flow": serialized_flow, "version_group_id": "orders-group",
                "set_schedule_active": false,
            });
            flows.push(id(&trial.mutate("create_flow", input, "id").await));
        }
        let flow = flows.pop().unwrap();
        let run = trial.run(&flow).await;
        let waiting = trial.run(&flow).await;
        for state in ["Submitted", "Running"] {
            trial.set_state(&run, state, state).await;
        }
        let found = trial
            .data(&format!(
                "{{ task_run(where: {{ flow_run_id: {{ _eq: \"{run}\" }}, task: {{ slug: {{ _eq: \"load-1\" }} }} }}) {{ id }} }}"
            ))
            .await;
        let task_run = id(&found["task_run"][0]);
        for state in [
            json!({ "type": "Running" }),
            json!({ "type": "Success" }),
            json!({ "type": "Cached", "cached_inputs": {}, "cached_result_expiration": null }),
        ] {
            let states = json!({ "states": [{ "task_run_id": task_run, "state": state }] });
            trial.mutate("set_task_run_states", states, "states { status }").await;
        }
        let logs = json!({ "logs": [
            { "flow_run_id": run, "timestamp": "2026-01-01T00:00:02+00:00", "level": "INFO", "message": "two" },
            { "flow_run_id": run, "timestamp": "2026-01-01T00:00:01+00:00", "level": "ERROR", "message": "one" },
        ] });
        trial.mutate("write_run_logs", logs, "success").await;
        let old = flows.pop().unwrap();
        Self { trial, project, old, flow, run, waiting, task_run }
    }

    /// What is answered to a query that is sent as Prefect's client sends it.
    pub(crate) async fn ask(&self, query: &str, variables: Json) -> Json {
        let body = json!({ "query": query, "variables": variables.to_string() });
        let (status, answer) = self.post("/", &body).await;
        assert_eq!(status, 200, "{answer}");
        assert!(answer.get("errors").is_none(), "{query}: {answer}");
        answer["data"].clone()
    }

    /// The ids that a field of the query finds.
    pub(crate) async fn ids(&self, field: &str) -> Vec<String> {
        let data = self.data(&format!("query {{ found: {field} {{ id }} }}")).await;
        data["found"].as_array().unwrap().iter().map(id).collect()
    }
}

fn task(slug: &str) -> Json {
    json!({
        "name": slug.split('-').next(), "slug": slug, "type": "prefect.tasks.core.function.FunctionTask",
        "tags": [], "max_retries": 2, "retry_delay": 1.0, "mapped": false, "auto_generated": false,
    })
}

pub(crate) fn id(thing: &Json) -> String {
    thing["id"].as_str().unwrap_or_else(|| panic!("no id: {thing}")).to_owned()
}

impl World {
    /// The fields of the query that give rows, as this key is told.
    pub(crate) async fn data_of_keyless_roots(&self, key: &str) -> Vec<String> {
        let query = "{ __schema { queryType { fields { name args { name } } } } }";
        let body = json!({ "query": query }).to_string();
        let request =
            self.client.post(self.url("/")).header("content-type", "application/json").bearer_auth(key);
        let text = request.body(body).send().await.unwrap().text().await.unwrap();
        let answer: Json = serde_json::from_str(&text).unwrap();
        let fields = answer["data"]["__schema"]["queryType"]["fields"].as_array().unwrap();
        let lists = fields.iter().filter(|field| {
            let has = |name: &str| field["args"].as_array().unwrap().iter().any(|arg| arg["name"] == name);
            has("distinct_on") && !field["name"].as_str().unwrap().ends_with("_aggregate")
        });
        lists.map(|field| field["name"].as_str().unwrap().to_owned()).collect()
    }
}
