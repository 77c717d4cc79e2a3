//! What the server says it owes, held against what arrived.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};

use super::receiver::Receipt;
use super::server::Server;

const PAGE: usize = 500;

/// Waits until nothing is pending, as long as there is less and less; the more was killed, the longer it takes.
pub(crate) async fn settled(server: &Server, patience: Duration) {
    let (mut fewest, mut since) = (i64::MAX, Instant::now());
    loop {
        let query =
            r#"query { delivery_aggregate(where: { status: { _eq: "pending" } }) { aggregate { count } } }"#;
        let pending = server.api().await.call(query, Json::Null).await.unwrap();
        let pending = pending["delivery_aggregate"]["aggregate"]["count"].as_i64().unwrap();
        if pending == 0 {
            return;
        }
        if pending < fewest {
            (fewest, since) = (pending, Instant::now());
        }
        if since.elapsed() > patience {
            let query = r#"query { delivery(where: { status: { _eq: "pending" } }, order_by: { seq: asc }, limit: 20)
                { id seq reason attempts due_at leased_until cloud_hook { name } } }"#;
            let left = server.api().await.call(query, Json::Null).await.unwrap();
            panic!(
                "{pending} deliveries are pending, and none has ended for {patience:?}; the first are {left:#}"
            );
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[derive(Debug)]
struct Delivery {
    id: String,
    manner: String,
    run: String,
    version: i64,
    status: String,
}

pub(crate) async fn check(server: &Server, manners: &[&str], receipts: &[Receipt]) {
    let changes = changes(server).await;
    let deliveries = deliveries(server).await;
    every_change_has_a_delivery_for_each_hook(manners, &changes, &deliveries);
    every_delivery_ended_and_those_delivered_were_received(&deliveries, receipts);
    duplicates_share_key_and_body(&deliveries, receipts);
    println!(
        "{} changes, {} deliveries, {} receipts: none lost",
        changes.len(),
        deliveries.len(),
        receipts.len()
    );
}

/// Every change of every run since its hooks were made, from the history.
async fn changes(server: &Server) -> BTreeSet<(String, i64)> {
    let query = "query { flow_run { id states { version } } }";
    let data = server.api().await.call(query, Json::Null).await.unwrap();
    let mut changes = BTreeSet::new();
    for run in data["flow_run"].as_array().unwrap() {
        let versions =
            run["states"].as_array().unwrap().iter().map(|state| state["version"].as_i64().unwrap());
        let first = versions.clone().min().unwrap();
        // The first is the making of the run, before there was a hook.
        changes.extend(versions.filter(|version| *version > first).map(|v| (text(&run["id"]), v)));
    }
    changes
}

async fn deliveries(server: &Server) -> Vec<Delivery> {
    let mut all = Vec::new();
    loop {
        let query = format!(
            "query {{ delivery(order_by: {{ seq: asc }}, limit: {PAGE}, offset: {}) {{ id status cloud_hook {{ name }} \
             event {{ flow_run_id version }} }} }}",
            all.len()
        );
        let data = server.api().await.call(&query, json!({})).await.unwrap();
        let page = data["delivery"].as_array().unwrap();
        all.extend(page.iter().map(|row| Delivery {
            id: text(&row["id"]),
            manner: text(&row["cloud_hook"]["name"]),
            run: text(&row["event"]["flow_run_id"]),
            version: row["event"]["version"].as_i64().unwrap(),
            status: text(&row["status"]),
        }));
        if page.len() < PAGE {
            return all;
        }
    }
}

fn text(json: &Json) -> String {
    json.as_str().unwrap_or_else(|| panic!("{json} is not a text")).to_owned()
}

fn every_change_has_a_delivery_for_each_hook(
    manners: &[&str],
    changes: &BTreeSet<(String, i64)>,
    deliveries: &[Delivery],
) {
    for manner in manners {
        let of_hook = deliveries.iter().filter(|delivery| delivery.manner == *manner);
        let owed: Vec<_> = of_hook.map(|delivery| (delivery.run.clone(), delivery.version)).collect();
        let owed_once: BTreeSet<_> = owed.iter().cloned().collect();
        assert_eq!(owed.len(), owed_once.len(), "{manner}: a change has two deliveries");
        let missing: Vec<_> = changes.difference(&owed_once).collect();
        assert!(missing.is_empty(), "{manner}: no delivery for {missing:?}");
    }
}

fn every_delivery_ended_and_those_delivered_were_received(deliveries: &[Delivery], receipts: &[Receipt]) {
    let accepted: BTreeSet<_> =
        receipts.iter().filter(|r| r.accepted).map(|r| (r.manner.as_str(), r.key.as_str())).collect();
    let mut ends: BTreeMap<_, usize> = BTreeMap::new();
    for delivery in deliveries {
        *ends.entry((&delivery.manner, &delivery.status)).or_default() += 1;
        let received = accepted.contains(&(delivery.manner.as_str(), delivery.id.as_str()));
        match (delivery.manner.as_str(), delivery.status.as_str()) {
            ("gone", "dead") => {}
            ("gone", other) => panic!("{delivery:?} is {other}, though its destination is gone"),
            (_, "delivered") => assert!(received, "{delivery:?} never arrived"),
            (_, other) => panic!("{delivery:?} is {other}; all: {ends:?}"),
        }
    }
    println!("{ends:?}");
}

fn duplicates_share_key_and_body(deliveries: &[Delivery], receipts: &[Receipt]) {
    let known: BTreeSet<_> = deliveries.iter().map(|delivery| delivery.id.as_str()).collect();
    let mut keys = HashMap::new();
    let mut bodies = HashMap::new();
    for receipt in receipts {
        assert!(known.contains(receipt.key.as_str()), "nobody owed {receipt:?}");
        let change = (receipt.manner.as_str(), receipt.run.as_str(), receipt.version);
        assert_eq!(
            *keys.entry(change).or_insert(receipt.key.as_str()),
            receipt.key,
            "{change:?} came under two keys"
        );
        let body =
            bodies.entry((receipt.manner.as_str(), receipt.key.as_str())).or_insert(receipt.body.as_str());
        assert_eq!(*body, receipt.body, "{change:?} came with two bodies");
    }
}

/// The receipts without those that came again.
pub(crate) fn first_of_each(receipts: &[Receipt]) -> Vec<Receipt> {
    let mut seen = HashSet::new();
    let is_new = |receipt: &&Receipt| seen.insert((receipt.manner.clone(), receipt.key.clone()));
    receipts.iter().filter(is_new).cloned().collect()
}

/// What a receiver gets of one run never goes back.
pub(crate) fn order_was_held(receipts: &[Receipt]) {
    let mut last = HashMap::new();
    for receipt in receipts {
        let latest = last.entry((receipt.manner.as_str(), receipt.run.as_str())).or_insert(receipt.version);
        assert!(*latest <= receipt.version, "{receipt:?} came after version {latest}");
        *latest = receipt.version;
    }
}
