use super::*;
use campana_model::id::ServerId;

fn run(tenant_id: TenantId) -> Change {
    Change { tenant_id, what: Changed::FlowRun(FlowRunId::new()) }
}

#[test]
fn every_change_is_the_same_after_it_was_told_as_text() {
    let (one, other) = (TenantId::new(), TenantId::new());
    let (flow_run, hook) = (FlowRunId::new(), HookId::new());
    let all = [
        Changed::FlowRun(flow_run),
        Changed::TaskRun(flow_run, TaskRunId::from_uuid(hook.uuid())),
        Changed::Log(flow_run),
        Changed::Delivery(DeliveryId::new(), hook, Some(flow_run)),
        Changed::Delivery(DeliveryId::new(), hook, None),
        Changed::Deliveries,
        Changed::Hook(hook),
        Changed::Message,
        Changed::Flow,
    ];
    let changes = all.iter().flat_map(|&what| [one, other].map(|tenant_id| Change { tenant_id, what }));
    let told = Told::These(changes.collect());
    let (server, reader) = (ServerId::new(), ServerId::new());
    let texts = write(server, &told);
    assert_eq!(texts.len(), 1);
    assert_eq!(read(reader, &texts[0]), Some(told));
    assert_eq!(read(server, &texts[0]), None, "its own are not news");
}

#[test]
fn a_burst_is_several_texts_that_postgres_takes_and_a_greater_one_is_everything() {
    let (server, reader) = (ServerId::new(), ServerId::new());
    let burst = |count: usize| Told::These((0..count).map(|_| run(TenantId::new())).collect());
    let told = burst(300);
    let texts = write(server, &told);
    assert!(texts.len() > 1 && texts.iter().all(|text| text.len() < 8_000));
    let read_again = texts.iter().flat_map(|text| match read(reader, text) {
        Some(Told::These(changes)) => changes.to_vec(),
        other => panic!("{other:?}"),
    });
    assert_eq!(Told::These(read_again.collect()), told);
    let texts = write(server, &burst(10_000));
    assert_eq!(texts.iter().map(|text| read(reader, text)).collect::<Vec<_>>(), [Some(Told::Everything)]);
}

#[test]
fn what_cannot_be_read_is_everything() {
    let reader = ServerId::new();
    for text in ["x", "x T", "x r00", "x m", "x T00000000000000000000000000000000 q", "x \u{1f514}"] {
        let told = read(reader, text);
        assert!(told == Some(Told::Everything) || text == "x", "{text}: {told:?}");
    }
}

#[test]
fn a_watcher_that_is_too_slow_is_told_to_look_at_everything() {
    let (changes, tenant) = (Changes::default(), TenantId::new());
    changes.tell(vec![run(tenant)]);
    let mut watch = changes.watch();
    assert_eq!(watch.next_of_those_here(), None, "what was before is seen by looking");
    let change = run(tenant);
    changes.tell(vec![change, change]);
    assert_eq!(watch.next_of_those_here(), Some(Told::These([change].into())));
    for _ in 0..=BEHIND {
        changes.tell(vec![run(tenant)]);
    }
    assert_eq!(watch.next_of_those_here(), Some(Told::Everything));
}

#[test]
fn what_waits_for_other_servers_is_bounded() {
    let (changes, tenant) = (Changes::default(), TenantId::new());
    changes.tell(vec![run(tenant)]);
    assert_eq!(changes.take_for_others(), None, "there are no others");
    changes.has_others();
    let change = run(tenant);
    changes.tell(vec![change]);
    assert_eq!(changes.take_for_others(), Some(Told::These([change].into())));
    assert_eq!(changes.take_for_others(), None);
    for _ in 0..=WAITING {
        changes.tell(vec![run(tenant)]);
    }
    assert_eq!(changes.take_for_others(), Some(Told::Everything));
}
