//! Making a flow known.

use campana::prelude::*;
use campana::server::ServerError;

use crate::common::{add_one, one, registered, server};
use crate::stub::{Mode, Stub};

#[test]
fn a_flow_is_registered_with_its_tasks_edges_and_label() {
    let (stub, folder) = (Stub::start(), tempfile::tempdir().unwrap());
    let mut flow = Flow::new("Add Flow");
    flow.add(add_one(one()));
    let first = registered(&flow, &server(&stub, folder.path()));
    let again = registered(&flow, &server(&stub, folder.path()));
    assert_eq!(first.flow_id(), again.flow_id());
    assert_eq!(first.label(), "campana:add-flow");
    assert_eq!(first.url(), format!("{}/flow/{}", stub.url(), first.flow_group_id()));
    {
        let kept = stub.kept();
        let known = &kept.flows[&first.flow_id()];
        assert_eq!(known["run_config"]["labels"], json!(["campana:add-flow"]));
        assert_eq!(known["tasks"][1]["slug"], "add_one-1");
        assert_eq!(known["edges"][0]["key"], "x");
        assert_eq!(kept.authorization.as_deref(), Some("Bearer hunter2"));
        let made = kept.operations.iter().filter(|name| *name == "create_project").count();
        assert_eq!(made, 1, "{:?}", kept.operations);
    }
    flow.add(one());
    let changed = registered(&flow, &server(&stub, folder.path()));
    assert_ne!(changed.flow_id(), first.flow_id());
}

#[tokio::test]
async fn a_flow_is_registered_and_run_from_within_a_runtime() {
    let (stub, folder) = (Stub::start(), tempfile::tempdir().unwrap());
    let mut flow = Flow::new("f");
    let result = flow.add(one());
    let registered = flow.register("shop").at(&server(&stub, folder.path())).await.unwrap();
    let run = registered.run().await;
    assert_eq!(run.result(result).unwrap(), &1);
    assert_eq!(stub.history(None), ["Running", "Success"]);
    let blocking = flow.register("shop").at(&server(&stub, folder.path())).blocking().unwrap();
    assert_eq!(blocking.flow_id(), registered.flow_id());
}

#[test]
fn what_is_wrong_is_said_without_the_key() {
    let (stub, folder) = (Stub::start(), tempfile::tempdir().unwrap());
    let server = server(&stub, folder.path());
    stub.set(Mode::Unavailable);
    // A client of its own tries for a minute; nobody is kept waiting by a port that answers at once.
    stub.stop();
    let error =
        Flow::new("f").register("shop").at(&Server::at("http://127.0.0.1:1").unwrap().api_key("hunter2"));
    assert!(!format!("{error:?} {server:?}").contains("hunter2"));
    let error = Server::at("http://user:hunter2@127.0.0.1").unwrap_err();
    assert!(matches!(error, ServerError::Endpoint(_)));
    assert!(!format!("{error:?} {error}").contains("hunter2"));
}
