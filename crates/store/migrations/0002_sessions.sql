-- Who is signed in to the web UI, by which key; the token itself is nowhere.

CREATE TABLE session (
    id {id} PRIMARY KEY,
    hash {bytes} NOT NULL UNIQUE,
    api_key_id {id} NOT NULL REFERENCES api_key (id),
    created {time} NOT NULL,
    expires_at {time} NOT NULL
);
CREATE INDEX session_by_key ON session (api_key_id);
CREATE INDEX session_by_end ON session (expires_at);
