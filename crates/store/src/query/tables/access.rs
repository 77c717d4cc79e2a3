//! Who may, and who did.

use super::table;

table! {
    /// A key that opens the API; the key itself is shown but once, when it is made.
    API_KEY = "auth_api_key" in "api_key" {
        key: "id";
        indexed: "id";
        gone: "revoked_at";
        few: true;
        columns {
            /// The id.
            id: Uuid,
            /// Whose it is.
            tenant_id: Uuid,
            /// The name.
            name: Text,
            /// What it may do: `viewer`, `member` or `admin`.
            role: Text,
            /// When it was made.
            created: Time,
            /// When it ends.
            expires_at: Time | null,
        }
        one {}
        many {}
    }
}

table! {
    /// Something that somebody did.
    AUDIT = "audit" {
        key: "id";
        indexed: "id", "tenant_id";
        columns {
            /// The id.
            id: Uuid,
            /// In which tenant.
            tenant_id: Uuid,
            /// When.
            at: Time,
            /// Who: the name of a key.
            actor: Text,
            /// What: `cloud_hook.create`.
            action: Text,
            /// To what kind of thing.
            subject: Text,
            /// To which of them.
            subject_id: Text,
            /// What more there is to say.
            detail: Json | null,
        }
        one {}
        many {}
    }
}
