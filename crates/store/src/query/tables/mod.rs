//! The tables that can be asked for, each declared once: the API, its filters and its documentation follow.

mod access;
mod delivery;
mod flow;
mod hook;
mod run;

use super::table::Table;

pub use self::access::{API_KEY, AUDIT};
pub use self::delivery::{ATTEMPT, DELIVERY, DESTINATION, MESSAGE};
pub use self::flow::{EDGE, FLOW, FLOW_GROUP, PROJECT, TASK, TENANT};
pub use self::hook::{CLOUD_HOOK, EVENT, INCIDENT};
pub use self::run::{AGENT, FLOW_RUN, FLOW_RUN_STATE, LOG, TASK_RUN, TASK_RUN_STATE};

/// All of them.
pub static ALL: &[&Table] = &[
    &TENANT,
    &PROJECT,
    &FLOW_GROUP,
    &FLOW,
    &TASK,
    &EDGE,
    &AGENT,
    &FLOW_RUN,
    &TASK_RUN,
    &FLOW_RUN_STATE,
    &TASK_RUN_STATE,
    &LOG,
    &CLOUD_HOOK,
    &EVENT,
    &DESTINATION,
    &DELIVERY,
    &ATTEMPT,
    &INCIDENT,
    &MESSAGE,
    &API_KEY,
    &AUDIT,
];

/// Declares a table.
///
/// ```text
/// /// What a row is.
/// NAME = "name" in "table of the database" {
///     key: "id", ..;                  the columns that tell rows apart, in the order in which rows are made
///     indexed: "id", "flow_id", ..;   the columns with which an index begins
///     gone: "deleted_at";             the column that is null as long as the row counts
///     few: true;
///     columns {
///         /// What it says.
///         name: Type | null = column of the database,
///         /// What it says.
///         settings: Json of flow_group.settings,
///     }
///     one {
///         /// What it is to the row.
///         relation: column -> TABLE.column | null,
///     }
///     many { .. }
/// }
/// ```
macro_rules! table {
    (
        $(#[doc = $doc:literal])+
        $static:ident = $name:literal $(in $sql:literal)? {
            $(tenant: $tenant:literal;)?
            key: $($key:literal),+;
            indexed: $($indexed:literal),*;
            $(gone: $gone:literal;)?
            $(few: $few:literal;)?
            columns { $(
                $(#[doc = $column_doc:literal])+
                $column:ident: $kind:ident $(| $null:ident)? $(= $own:ident)? $(of $through:ident.$there:ident)?,
            )+ }
            one { $(
                $(#[doc = $one_doc:literal])+
                $one:ident: $one_from:ident -> $one_to:ident.$one_on:ident $(| $one_null:ident)?,
            )* }
            many { $(
                $(#[doc = $many_doc:literal])+
                $many:ident: $many_from:ident -> $many_to:ident.$many_on:ident,
            )* }
        }
    ) => {
        $(#[doc = $doc])+
        pub static $static: $crate::query::Table = $crate::query::Table {
            name: $name,
            sql: table!(@or $name $(, $sql)?),
            docs: &[$($doc),+],
            columns: &[$($crate::query::Column {
                name: stringify!($column),
                docs: &[$($column_doc),+],
                kind: $crate::query::Type::$kind,
                nullable: table!(@is $($null)?),
                source: table!(@source $column $(= $own)? $(of $through.$there)?),
            }),+],
            relations: &[
                $($crate::query::Relation {
                    name: stringify!($one),
                    docs: &[$($one_doc),+],
                    many: false,
                    nullable: table!(@is $($one_null)?),
                    to: &$one_to,
                    from: stringify!($one_from),
                    on: stringify!($one_on),
                },)*
                $($crate::query::Relation {
                    name: stringify!($many),
                    docs: &[$($many_doc),+],
                    many: true,
                    nullable: false,
                    to: &$many_to,
                    from: stringify!($many_from),
                    on: stringify!($many_on),
                },)*
            ],
            tenant: table!(@or "tenant_id" $(, $tenant)?),
            key: &[$($key),+],
            indexed: &[$($indexed),*],
            gone: table!(@option $($gone)?),
            few: table!(@or false $(, $few)?),
        };
    };
    (@or $default:literal) => { $default };
    (@or $default:literal, $given:literal) => { $given };
    (@is) => { false };
    (@is null) => { true };
    (@option) => { None };
    (@option $given:literal) => { Some($given) };
    (@source $column:ident) => { $crate::query::Source::Own(stringify!($column)) };
    (@source $column:ident = $own:ident) => { $crate::query::Source::Own(stringify!($own)) };
    (@source $column:ident of $through:ident.$there:ident) => {
        $crate::query::Source::Of(stringify!($through), stringify!($there))
    };
}
use table;
