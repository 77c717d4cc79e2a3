-- Parties, and what they share a server for.

CREATE TABLE tenant (
    id {id} PRIMARY KEY,
    name TEXT NOT NULL,
    slug TEXT NOT NULL UNIQUE,
    created {time} NOT NULL
);

CREATE TABLE project (
    id {id} PRIMARY KEY,
    tenant_id {id} NOT NULL REFERENCES tenant (id),
    name TEXT NOT NULL,
    description TEXT,
    created {time} NOT NULL,
    UNIQUE (tenant_id, name)
);

-- What all versions of a flow share.
CREATE TABLE flow_group (
    id {id} PRIMARY KEY,
    tenant_id {id} NOT NULL REFERENCES tenant (id),
    version_group_id TEXT NOT NULL,
    settings {json} NOT NULL,
    labels {json},
    run_config {json},
    default_parameters {json} NOT NULL,
    idempotency_key TEXT,
    created {time} NOT NULL,
    UNIQUE (tenant_id, version_group_id)
);

CREATE TABLE flow (
    id {id} PRIMARY KEY,
    tenant_id {id} NOT NULL REFERENCES tenant (id),
    project_id {id} NOT NULL REFERENCES project (id),
    flow_group_id {id} NOT NULL REFERENCES flow_group (id),
    version_group_id TEXT NOT NULL,
    name TEXT NOT NULL,
    version BIGINT NOT NULL,
    archived {bool} NOT NULL,
    description TEXT,
    core_version TEXT,
    is_schedule_active {bool} NOT NULL,
    schedule {json},
    parameters {json} NOT NULL,
    run_config {json},
    storage {json},
    environment {json},
    serialized_flow {json} NOT NULL,
    created {time} NOT NULL,
    UNIQUE (flow_group_id, version)
);
CREATE INDEX flow_by_project ON flow (project_id, name);
CREATE INDEX flow_by_version_group ON flow (version_group_id, version);

CREATE TABLE task (
    id {id} PRIMARY KEY,
    tenant_id {id} NOT NULL,
    flow_id {id} NOT NULL REFERENCES flow (id),
    name TEXT NOT NULL,
    slug TEXT NOT NULL,
    type TEXT,
    description TEXT,
    mapped {bool} NOT NULL,
    max_retries BIGINT NOT NULL,
    retry_delay BIGINT,
    cache_key TEXT,
    tags {json} NOT NULL,
    trigger_name TEXT,
    is_reference_task {bool} NOT NULL,
    is_root_task {bool} NOT NULL,
    is_terminal_task {bool} NOT NULL,
    auto_generated {bool} NOT NULL,
    created {time} NOT NULL,
    UNIQUE (flow_id, slug)
);

CREATE TABLE edge (
    id {id} PRIMARY KEY,
    tenant_id {id} NOT NULL,
    flow_id {id} NOT NULL REFERENCES flow (id),
    upstream_task_id {id} NOT NULL,
    downstream_task_id {id} NOT NULL,
    key TEXT,
    mapped {bool} NOT NULL,
    flattened {bool} NOT NULL,
    created {time} NOT NULL
);
CREATE INDEX edge_by_flow ON edge (flow_id);

-- Runs, and how they came to be as they are.

CREATE TABLE agent (
    id {id} PRIMARY KEY,
    tenant_id {id} NOT NULL REFERENCES tenant (id),
    type TEXT NOT NULL,
    name TEXT,
    labels {json} NOT NULL,
    core_version TEXT,
    last_queried {time},
    created {time} NOT NULL
);

CREATE TABLE flow_run (
    id {id} PRIMARY KEY,
    tenant_id {id} NOT NULL,
    flow_id {id} NOT NULL REFERENCES flow (id),
    agent_id {id},
    name TEXT NOT NULL,
    version BIGINT NOT NULL,
    epoch BIGINT NOT NULL,
    state TEXT NOT NULL,
    state_message TEXT,
    state_timestamp {time} NOT NULL,
    state_start_time {time},
    serialized_state {json} NOT NULL,
    parameters {json} NOT NULL,
    context {json},
    run_config {json},
    labels {json} NOT NULL,
    scheduled_start_time {time} NOT NULL,
    start_time {time},
    end_time {time},
    heartbeat {time},
    auto_scheduled {bool} NOT NULL,
    times_resurrected BIGINT NOT NULL,
    run_count BIGINT NOT NULL,
    idempotency_key TEXT,
    created_by TEXT,
    created {time} NOT NULL,
    updated {time} NOT NULL
);
CREATE INDEX flow_run_by_flow ON flow_run (flow_id, created);
CREATE INDEX flow_run_by_tenant ON flow_run (tenant_id, created);
CREATE INDEX flow_run_planned_of_flow ON flow_run (flow_id, scheduled_start_time);
CREATE INDEX flow_run_planned ON flow_run (tenant_id, scheduled_start_time);
CREATE INDEX flow_run_ended ON flow_run (tenant_id, end_time);
CREATE UNIQUE INDEX flow_run_by_key ON flow_run (flow_id, idempotency_key) WHERE idempotency_key IS NOT NULL;
CREATE INDEX flow_run_waiting ON flow_run (tenant_id, state_start_time)
    WHERE state IN ('Scheduled', 'Retrying', 'Paused', 'Resume', 'Queued');
CREATE INDEX flow_run_scheduled ON flow_run (flow_id, state_start_time) WHERE state = 'Scheduled';
CREATE INDEX flow_run_alive ON flow_run (heartbeat) WHERE state IN ('Running', 'Submitted', 'Cancelling');

CREATE TABLE task_run (
    id {id} PRIMARY KEY,
    tenant_id {id} NOT NULL,
    flow_run_id {id} NOT NULL REFERENCES flow_run (id),
    task_id {id} NOT NULL REFERENCES task (id),
    map_index BIGINT NOT NULL,
    name TEXT,
    version BIGINT NOT NULL,
    state TEXT NOT NULL,
    state_message TEXT,
    state_timestamp {time} NOT NULL,
    state_start_time {time},
    serialized_state {json} NOT NULL,
    cache_key TEXT,
    start_time {time},
    end_time {time},
    run_count BIGINT NOT NULL,
    created {time} NOT NULL,
    updated {time} NOT NULL,
    UNIQUE (flow_run_id, task_id, map_index)
);
CREATE INDEX task_run_by_task ON task_run (task_id, created);
CREATE INDEX task_run_waiting ON task_run (state_start_time) WHERE state IN ('Retrying', 'Paused', 'Resume', 'Queued', 'Scheduled');
CREATE INDEX task_run_cached ON task_run (cache_key, state_timestamp) WHERE state = 'Cached';

CREATE TABLE flow_run_state (
    id {id} PRIMARY KEY,
    tenant_id {id} NOT NULL,
    flow_run_id {id} NOT NULL,
    version BIGINT NOT NULL,
    state TEXT NOT NULL,
    message TEXT,
    start_time {time},
    timestamp {time} NOT NULL,
    serialized_state {json} NOT NULL,
    created {time} NOT NULL
);
CREATE INDEX flow_run_state_by_run ON flow_run_state (flow_run_id, version);

CREATE TABLE task_run_state (
    id {id} PRIMARY KEY,
    tenant_id {id} NOT NULL,
    task_run_id {id} NOT NULL,
    version BIGINT NOT NULL,
    state TEXT NOT NULL,
    message TEXT,
    start_time {time},
    timestamp {time} NOT NULL,
    serialized_state {json} NOT NULL,
    created {time} NOT NULL
);
CREATE INDEX task_run_state_by_run ON task_run_state (task_run_id, version);

CREATE TABLE log (
    seq {serial},
    id {id} NOT NULL,
    tenant_id {id} NOT NULL,
    flow_run_id {id} NOT NULL,
    task_run_id {id},
    timestamp {time} NOT NULL,
    name TEXT,
    level TEXT NOT NULL,
    message TEXT NOT NULL,
    info {json},
    created {time} NOT NULL
);
CREATE INDEX log_by_run ON log (flow_run_id, timestamp);

-- Who wants to be told, of what, and what became of it.

CREATE TABLE cloud_hook (
    id {id} PRIMARY KEY,
    tenant_id {id} NOT NULL REFERENCES tenant (id),
    project_id {id},
    version_group_id TEXT,
    name TEXT NOT NULL,
    type TEXT NOT NULL,
    subject BIGINT NOT NULL,
    state_mask BIGINT NOT NULL,
    event_mask BIGINT NOT NULL,
    config {bytes} NOT NULL,
    masked_config {json} NOT NULL,
    destination TEXT NOT NULL,
    template TEXT,
    include_parameters {bool} NOT NULL,
    max_per_minute BIGINT,
    active {bool} NOT NULL,
    created {time} NOT NULL,
    updated {time} NOT NULL,
    deleted_at {time}
);
CREATE INDEX cloud_hook_live ON cloud_hook (tenant_id, version_group_id) WHERE deleted_at IS NULL;

CREATE TABLE event (
    id {id} PRIMARY KEY,
    tenant_id {id} NOT NULL,
    kind TEXT NOT NULL,
    project_id {id},
    flow_id {id},
    version_group_id TEXT,
    flow_run_id {id},
    task_run_id {id},
    agent_id {id},
    delivery_id {id},
    state TEXT,
    version BIGINT,
    message TEXT,
    run_count BIGINT,
    occurred_at {time} NOT NULL,
    recorded_at {time} NOT NULL
);
CREATE INDEX event_by_group ON event (version_group_id, recorded_at);
CREATE INDEX event_by_run ON event (flow_run_id, recorded_at);
CREATE INDEX event_by_tenant ON event (tenant_id, recorded_at);

-- A place that messages go to, from its first failure until it takes one again.
CREATE TABLE destination (
    key TEXT PRIMARY KEY,
    tenant_id {id} NOT NULL,
    type TEXT NOT NULL,
    failures BIGINT NOT NULL,
    paused_until {time},
    reason TEXT,
    updated {time} NOT NULL
);

CREATE TABLE delivery (
    seq {serial},
    id {id} NOT NULL UNIQUE,
    tenant_id {id} NOT NULL,
    cloud_hook_id {id} NOT NULL REFERENCES cloud_hook (id),
    event_id {id},
    digest_id {id},
    digest_count BIGINT NOT NULL,
    action TEXT NOT NULL,
    destination TEXT NOT NULL,
    order_key TEXT,
    limited {bool} NOT NULL,
    status TEXT NOT NULL,
    reason TEXT,
    attempts BIGINT NOT NULL,
    spent BIGINT NOT NULL,
    due_at {time} NOT NULL,
    give_up_at {time} NOT NULL,
    leased_by {id},
    leased_until {time},
    attempt_started_at {time},
    payload {json},
    created {time} NOT NULL,
    finished {time},
    UNIQUE (event_id, cloud_hook_id)
);
-- What is in nobody's hands; one that is born leased and succeeds is never in here.
CREATE INDEX delivery_due ON delivery (destination, due_at, seq)
    WHERE status = 'pending' AND leased_by IS NULL AND digest_id IS NULL AND NOT limited;
-- What a hook's budget has not let through yet.
CREATE INDEX delivery_limited ON delivery (cloud_hook_id, due_at, seq)
    WHERE status = 'pending' AND leased_by IS NULL AND digest_id IS NULL AND limited;
CREATE INDEX delivery_leased ON delivery (leased_until) WHERE leased_until IS NOT NULL;
CREATE INDEX delivery_members ON delivery (digest_id) WHERE digest_id IS NOT NULL;
CREATE INDEX delivery_by_hook ON delivery (cloud_hook_id, created);
CREATE INDEX delivery_by_tenant ON delivery (tenant_id, created);
-- Those with fewer rows come last: of indexes that serve equally well, SQLite takes the one that was made last.
CREATE INDEX delivery_order ON delivery (cloud_hook_id, order_key, seq) WHERE status = 'pending';
CREATE INDEX delivery_dead ON delivery (tenant_id, created) WHERE status = 'dead';
CREATE INDEX delivery_dead_of_hook ON delivery (cloud_hook_id, created) WHERE status = 'dead';

-- How much of its budget a hook has used since when.
CREATE TABLE hook_budget (
    cloud_hook_id {id} PRIMARY KEY REFERENCES cloud_hook (id),
    since {time} NOT NULL,
    used BIGINT NOT NULL
);

CREATE TABLE attempt (
    id {id} PRIMARY KEY,
    tenant_id {id} NOT NULL,
    delivery_id {id} NOT NULL,
    number BIGINT NOT NULL,
    server_id {id} NOT NULL,
    started {time} NOT NULL,
    finished {time} NOT NULL,
    latency_us BIGINT,
    outcome TEXT NOT NULL,
    kind TEXT,
    status BIGINT,
    reason TEXT,
    answer TEXT,
    UNIQUE (delivery_id, number)
);

CREATE TABLE incident (
    cloud_hook_id {id} NOT NULL,
    version_group_id TEXT NOT NULL,
    tenant_id {id} NOT NULL,
    flow_run_id {id} NOT NULL,
    run_start_time {time} NOT NULL,
    event_id {id} NOT NULL,
    resolve_id {id},
    opened {time} NOT NULL,
    PRIMARY KEY (cloud_hook_id, version_group_id)
);
CREATE INDEX incident_by_group ON incident (tenant_id, version_group_id);

CREATE TABLE message (
    id {id} PRIMARY KEY,
    tenant_id {id} NOT NULL,
    delivery_id {id} NOT NULL UNIQUE,
    event_id {id},
    title TEXT NOT NULL,
    text TEXT NOT NULL,
    content {json},
    read {bool} NOT NULL,
    created {time} NOT NULL
);
CREATE INDEX message_by_tenant ON message (tenant_id, created);

-- Who may, and who did.

CREATE TABLE secret (
    tenant_id {id} NOT NULL,
    name TEXT NOT NULL,
    value {bytes} NOT NULL,
    created {time} NOT NULL,
    updated {time} NOT NULL,
    PRIMARY KEY (tenant_id, name)
);

CREATE TABLE api_key (
    id {id} PRIMARY KEY,
    tenant_id {id} NOT NULL REFERENCES tenant (id),
    name TEXT NOT NULL,
    hash {bytes} NOT NULL UNIQUE,
    role TEXT NOT NULL,
    created {time} NOT NULL,
    expires_at {time},
    revoked_at {time}
);

CREATE TABLE audit (
    id {id} PRIMARY KEY,
    tenant_id {id} NOT NULL,
    at {time} NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    detail {json}
);
CREATE INDEX audit_by_tenant ON audit (tenant_id, at);
